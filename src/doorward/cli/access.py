"""``doorward apply`` and ``doorward export``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, sentences
from doorward.declaration import parse
from doorward.model.errors import Unavailable

File = Annotated[Path, typer.Option("--file", "-f", help="The declarative file; - for standard input.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check and tell what would change; change nothing.")]
WithSecrets = Annotated[
    bool, typer.Option("--with-secrets", help="Include password hashes and client secrets.")
]


def apply(*, file: File, data: Data = DEFAULT_DATA, dry_run: DryRun = False, json: Json = False) -> None:
    """Bring a declarative file into force: all of it, or nothing."""
    with sentences():
        name, text = _read(file)
        files, environment = _collect(name, text, file.parent)
        body: dict[str, object] = {
            "name": name,
            "text": text,
            "files": files,
            "environment": environment,
            "dry_run": dry_run,
        }
        outcome = ApiClient(data).post("/configuration", body)
    if json:
        print_json(outcome)
    else:
        _report(outcome, dry_run=dry_run)
    if outcome["refusal"]:
        raise typer.Exit(1)


def export(*, data: Data = DEFAULT_DATA, with_secrets: WithSecrets = False) -> None:
    """Write the configuration as a declarative file to standard output."""
    with sentences():
        query = {"with_secrets": "true"} if with_secrets else {}
        sys.stdout.write(ApiClient(data).text("/configuration", **query))


def _read(file: Path) -> tuple[str, str]:
    if str(file) == "-":
        return "standard input", sys.stdin.read()
    try:
        return str(file), file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Unavailable(f"{file} cannot be read: {reason}") from None


def _collect(name: str, text: str, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of the files and variables that the file names: they are read here, where the
    person is, and not by the control plane. Raises DeclarationInvalid for a wrong file."""
    files: dict[str, str] = {}
    environment = _Watched(os.environ)

    def read(path: str) -> str:
        files[path] = (folder / path).read_text(encoding="utf-8")
        return files[path]

    parse(text, file=name, read_file=read, environment=environment)
    return files, environment.asked


class _Watched(Mapping[str, str]):
    """The environment, remembering what was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: dict[str, str] = {}

    def __getitem__(self, key: str) -> str:
        self.asked[key] = self._values[key]
        return self.asked[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _report(outcome: dict[str, object], *, dry_run: bool) -> None:
    made = outcome["changes"]
    if isinstance(made, list):
        for change in made:
            typer.echo(change)
        if not made:
            typer.echo("Nothing to change.")
    if dry_run:
        typer.echo("Nothing was changed: this was a dry run.")
    elif outcome["refusal"]:
        typer.echo(f"Saved, but the edge refuses it and keeps what it had: {outcome['refusal']}", err=True)
    elif outcome["live"]:
        typer.echo("Live on every edge.")
    else:
        typer.echo("Saved; no edge has confirmed it yet (see doorward status).")
