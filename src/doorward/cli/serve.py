"""``doorward serve``: the whole system on one machine, for real use."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from doorward.bootstrap.run_machine import Started, run_machine
from doorward.cli import machine_options as options
from doorward.cli.options import Json
from doorward.cli.output import print_json, sentences
from doorward.settings import load_settings

Config = Annotated[Path | None, typer.Option("--config", help="A YAML file with settings.")]


def serve(
    *,
    config: Config = None,
    data: options.Data = None,
    domain: options.Domain = None,
    https_port: options.HttpsPort = None,
    relay_port: options.RelayPort = None,
    metrics_port: options.MetricsPort = None,
    verbose: options.Verbose = False,
    json: Json = False,
) -> None:
    """Run edge, control plane and relay on this machine until Ctrl-C or SIGTERM."""
    given = {
        "data": data,
        "domain": domain,
        "https_port": https_port,
        "relay_port": relay_port,
        "metrics_port": metrics_port,
    }
    with sentences():
        settings = load_settings(given, os.environ, file=config)

        def ready(started: Started) -> None:
            if json:
                print_json({"team_url": started.team_url, "ca_file": started.ca_file})
            else:
                typer.echo(f"Doorward is ready: {started.team_url} (data in {started.folder.path})")
            sys.stdout.flush()

        run_machine(settings, os.environ, on_ready=ready, echo=sys.stderr if verbose else None)
