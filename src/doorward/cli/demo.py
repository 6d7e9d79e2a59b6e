"""``doorward demo``: the whole system on this machine, with a sample application."""

from __future__ import annotations

import json as json_module
import os
import sys
import time
from enum import StrEnum
from typing import Annotated

import typer

from doorward.bootstrap import demo_entra, machine
from doorward.bootstrap.demo import Demonstration, demo_passwords
from doorward.bootstrap.port_check import check_ports_free
from doorward.bootstrap.run_machine import Started, run_machine
from doorward.cli import machine_options as options
from doorward.cli.options import Json
from doorward.cli.output import sentences
from doorward.settings import load_settings

SamplePort = Annotated[
    int | None, typer.Option("--sample-port", help="The sample application's own port [HTTPS port + 1].")
]


class Idp(StrEnum):
    """How people sign in to the demonstration."""

    LOCAL = "local"
    ENTRA = "entra"


IdpOption = Annotated[
    Idp, typer.Option("--idp", help="Local accounts, or a stand-in for Microsoft Entra ID.")
]
EntraPort = Annotated[int | None, typer.Option("--entra-port", help="The stand-in's port [HTTPS port + 2].")]


def demo(  # noqa: PLR0913 - one argument an option
    *,
    data: options.Data = None,
    domain: options.Domain = None,
    https_port: options.HttpsPort = None,
    relay_port: options.RelayPort = None,
    metrics_port: options.MetricsPort = None,
    sample_port: SamplePort = None,
    idp: IdpOption = Idp.LOCAL,
    entra_port: EntraPort = None,
    verbose: options.Verbose = False,
    json: Json = False,
) -> None:
    """Run the whole system on this machine, with a sample application, until Ctrl-C."""
    began = time.monotonic()
    given = {
        "data": data,
        "domain": domain,
        "https_port": https_port,
        "relay_port": relay_port,
        "metrics_port": metrics_port,
    }
    with sentences():
        settings = load_settings(given, os.environ)
        port = sample_port or settings.https_port + 1
        hostname = f"hello.{settings.domain}"
        stand_in = (entra_port or settings.https_port + 2) if idp is Idp.ENTRA else None
        shown = Demonstration(hostname, port, stand_in)
        check_ports_free([*shown.ports(), *machine.ports(settings)])

        def ready(started: Started) -> None:
            seconds = time.monotonic() - began
            found = description(started, shown)
            sys.stdout.write(json_module.dumps(found) + "\n" if json else in_words(found, seconds))
            sys.stdout.flush()

        if not json:
            typer.echo("Starting edge, control plane, relay, connector and sample application ...")
        run_machine(
            settings,
            os.environ,
            on_ready=ready,
            extra=lambda folder: machine.sample_parts(settings, folder, shown),
            echo=sys.stderr if verbose else None,
        )
    if not json:
        typer.echo("Stopped.")


def description(started: Started, shown: Demonstration) -> dict[str, object]:
    """What one needs to try it, as ``--json`` prints it."""
    passwords = demo_passwords(started.folder.path)
    metrics_port = started.settings.metrics_port
    entra: dict[str, object] = {}
    if shown.entra_port is not None:  # everybody has one password there
        passwords = dict.fromkeys(passwords, passwords["ada@example.com"])
        entra = {
            "entra_url": f"{demo_entra.base_url(shown.entra_port)}/_admin/",
            "step_up_url": started.url(shown.strong_hostname),
        }
    return {
        "team_url": started.team_url,
        "application_url": started.url(shown.hostname),
        **entra,
        "people": [
            {"email": email, "password": password, "may_open": email.startswith("ada@")}
            for email, password in passwords.items()
        ],
        "ca_file": started.ca_file,
        "relay": started.settings.relay_endpoint,
        "metrics_url": f"http://127.0.0.1:{metrics_port}/metrics" if metrics_port else None,
        "data": str(started.folder.path),
    }


def in_words(found: dict[str, object], seconds: float) -> str:
    """The same for people, and how long the start took."""
    people = found["people"]
    lines = [
        "",
        f"Doorward is ready, after {seconds:.1f} s.",
        "",
        f"  Sign-in and launcher   {found['team_url']}",
        f"  Sample application     {found['application_url']}",
        *_entra_lines(found),
        "",
    ]
    if isinstance(people, list):
        for person in people:
            may = "may open it" if person["may_open"] else "may not, and reads why"
            lines.append(f"  {person['email']}   password {person['password']}   {may}")
    lines += [
        "",
        f"  Certificate authority  {found['ca_file']}",
        "                         (import it, or accept the browser's warning)",
        f"  Data, keys and logs    {found['data']}",
        "",
        "Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def _entra_lines(found: dict[str, object]) -> list[str]:
    if "entra_url" not in found:
        return []
    return [
        f"  With a step-up         {found['step_up_url']}",
        f"  Stand-in for Entra     {found['entra_url']}",
    ]
