"""``doorward apply`` and ``doorward export``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.access_file import send_file
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, sentences
from doorward.cli.tried import DEFAULT_SINCE, Tried, TriedSince, try_on_log

File = Annotated[Path, typer.Option("--file", "-f", help="The declarative file; - for standard input.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and tell what would change; change nothing.")]
BasedOn = Annotated[
    int | None,
    typer.Option(
        "--based-on", help="The revision that the file was exported at: refuse if it has changed since."
    ),
]
WithSecrets = Annotated[
    bool, typer.Option("--with-secrets", help="Include password hashes and client secrets.")
]


def apply(
    *,
    file: File,
    data: Data = DEFAULT_DATA,
    dry_run: DryRun = False,
    since: TriedSince = DEFAULT_SINCE,
    based_on: BasedOn = None,
    json: Json = False,
) -> None:
    """Bring a declarative file into force: all of it, or nothing.

    A dry run exits with 3 when somebody would gain or lose access.
    """
    with sentences():
        outcome = send_file(data, file, dry_run=dry_run, based_on=based_on)
        tried = try_on_log(data, outcome, since) if dry_run else None
    document = {key: value for key, value in outcome.items() if key not in ("before", "after")}
    if json:
        print_json(document if tried is None else {**document, "replay": tried.document()})
    else:
        _report(outcome, tried)
    if outcome["refusal"]:
        raise typer.Exit(1)
    if tried is not None:
        tried.exit()


def export(*, data: Data = DEFAULT_DATA, with_secrets: WithSecrets = False) -> None:
    """Write the configuration as a declarative file to standard output."""
    with sentences():
        query = {"with_secrets": "true"} if with_secrets else {}
        sys.stdout.write(ApiClient(data).text("/configuration", **query))


def _report(outcome: dict[str, object], tried: Tried | None) -> None:
    made = outcome["changes"]
    if isinstance(made, list):
        for change in made:
            typer.echo(change)
        if not made:
            typer.echo("Nothing to change.")
    if tried is not None:
        typer.echo("Nothing was changed: this was a dry run.")
        tried.print()
    elif outcome["refusal"]:
        typer.echo(f"Saved, but the edge refuses it and keeps what it had: {outcome['refusal']}", err=True)
    elif outcome["live"]:
        typer.echo("Live on every edge.")
    else:
        typer.echo("Saved; no edge has confirmed it yet (see doorward status).")
