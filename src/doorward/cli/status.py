"""``doorward status``: every part, its version and state, and what edges have accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences
from doorward.model.errors import Unavailable


def status(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Show every part: version, state, and the configuration that edges have accepted.

    Exit code 0 while people can be served, 1 otherwise.
    """
    with sentences():
        known = _known(data)
    if json:
        print_json(known)
    else:
        _print(known)
    if not known["ready"]:
        raise typer.Exit(1)


def _known(data: Path) -> dict[str, Any]:
    """What the control plane says, and what the supervisor says of the parts."""
    processes = _processes(data)
    try:
        found: dict[str, Any] = ApiClient(data).get("/status")
    except Unavailable as error:
        if not processes:
            raise
        found = {"ready": False, "problem": str(error)}
    return {**found, "parts": processes}


def _processes(data: Path) -> dict[str, Any]:
    try:
        report = json.loads((data / "run" / "parts.json").read_text())
    except (OSError, ValueError):
        return {}
    return dict(report.get("parts", report))


def _print(known: dict[str, Any]) -> None:
    typer.echo("Doorward is ready." if known["ready"] else "Doorward is NOT ready.")
    if "problem" in known:
        typer.echo(known["problem"])
    rows = [
        [name, part.get("state", ""), part.get("pid") or "", part.get("restarts", "")]
        for name, part in known["parts"].items()
    ]
    print_table(("Part", "State", "Process", "Restarts"), rows, empty="")
    if "version" not in known:
        return
    typer.echo(f"\nControl plane {known['version']}, configuration {known['published']}")
    for edge in known["edges"]:
        state = "connected" if edge["connected"] else "NOT connected"
        typer.echo(
            f"Edge {edge['id']}: Envoy {edge['version']}, {state}, has {edge['accepted'] or 'nothing'}"
        )
        if edge["refusal"]:
            typer.echo(f"  refuses: {edge['refusal']}")
    if known["geoip_database"]:
        database = known["geoip_database"]
        typer.echo(f"Countries: {database['kind']} of {database['built'][:10]}")
    for warning in known["warnings"]:
        typer.echo(f"Warning: {warning}")
    typer.echo(f"Relays connected: {known['relays']}")
    for connector in known["connectors"]:
        typer.echo(
            f"Connector {connector['id']} of tunnel {connector['tunnel']}: {connector['version']}, "
            f"from {connector['source']}, {connector['links']} links, {connector['streams']} streams"
        )
