"""``doorward audit ...``: what was decided and done, and whether anybody changed the log of it."""

from __future__ import annotations

import json as json_text
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from doorward.audit.entries import ActEntry, DecisionEntry, Entry
from doorward.audit.instants import written_instant
from doorward.bootstrap.audit import newest_checkpoint, read_entries, verify_audit
from doorward.bootstrap.processes_output import printable
from doorward.bootstrap.system import SystemClock
from doorward.cli.options import DEFAULT_DATA, Data, Json, age
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="What was decided and done, and whether the log of it is whole.", no_args_is_help=True)


class Kind(StrEnum):
    """The kinds of entries."""

    DECISION = "decision"
    ACT = "act"


Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="The folder of the segments, if not the data folder's."),
]
CheckpointFile = Annotated[
    Path | None, typer.Option("--checkpoint", help="A checkpoint that was kept elsewhere.")
]
Since = Annotated[str | None, typer.Option("--since", help="How far to go back, such as 1h or 7d.")]
Person = Annotated[str | None, typer.Option("--person", help="The email address of whom it is about.")]
ApplicationId = Annotated[str | None, typer.Option("--application", help="The application's id.")]
RequestId = Annotated[str | None, typer.Option("--request-id", help="The id on an error page.")]
OfKind = Annotated[Kind | None, typer.Option("--kind", help="Decisions or acts only.")]


@app.command("list")
def list_entries(
    *,
    since: Since = None,
    person: Person = None,
    application: ApplicationId = None,
    request_id: RequestId = None,
    kind: OfKind = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """List entries, oldest first."""
    with sentences():
        back = age(since) if since is not None else None
        found = (
            entry
            for entry in read_entries(data, SystemClock().now() - back if back else None)
            if (kind is None or kind == _kind(entry))
            and (person is None or person.lower() in _people(entry))
            and (application is None or application == getattr(entry, "application", None))
            and (request_id is None or request_id == getattr(entry, "request_id", None))
        )
        if json:
            _print_json_array(found)
            return
        rows = [[printable(cell) for cell in _row(entry)] for entry in found]
    headings = ("Entry", "Time", "Who", "What", "Where", "Why")
    print_table(headings, rows, empty="There is no such entry.")


@app.command()
def checkpoint(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Print the newest signed checkpoint, to be kept on another machine."""
    with sentences():
        found = newest_checkpoint(data)
    if json:
        print_json(found)
        return
    rows = [[name, value] for name, value in found.items()]
    print_table(("Field", "Value"), rows, empty="")


@app.command()
def verify(
    *,
    folder: Folder = None,
    checkpoint_file: CheckpointFile = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Look at every line: whether any was edited, removed, reordered or cut off.

    Exit code 0 when the log is whole, 1 otherwise.
    """
    with sentences():
        found = verify_audit(data, folder=folder, file=checkpoint_file)
    if json:
        print_json(
            {
                "whole": not found.fault,
                "fault": found.fault,
                "segment": found.segment,
                "line": found.line,
                "entries": found.entries,
                "signed": found.signed,
                "signed_at": written_instant(found.signed_at) if found.signed_at else None,
                "unfinished": found.unfinished,
            }
        )
    elif found.fault:
        place = f"{found.segment}, line {found.line}: " if found.segment else ""
        typer.echo(f"The audit log was changed. {place}{found.fault}.")
    else:
        typer.echo(f"The audit log is whole: {found.entries} entries.")
        typer.echo(_signed(found.entries, found.signed))
    if found.fault:
        raise typer.Exit(1)


def _signed(entries: int, signed: int) -> str:
    if not signed:
        return "No checkpoint vouches for them yet."
    left = entries - signed - 1
    after = "" if left <= 0 else f"; the {left} after it are chained, and not signed yet"
    return f"The last checkpoint vouches for the first {signed}{after}."


def _kind(entry: Entry) -> Kind:
    return Kind.DECISION if isinstance(entry, DecisionEntry) else Kind.ACT


def _people(entry: Entry) -> tuple[str, ...]:
    return (entry.person,) if isinstance(entry, DecisionEntry) else entry.people


def _row(entry: Entry) -> tuple[str, ...]:
    number, time = str(entry.sequence), written_instant(entry.time)
    if isinstance(entry, ActEntry):
        words = entry.facts.get("changes") or [entry.facts.get("why") or entry.facts.get("problem") or ""]
        who = ", ".join(entry.people) or entry.by
        return (number, time, who, entry.name, "", "; ".join(map(str, words)))
    who = entry.person or entry.service_token or entry.source
    where = f"{entry.method} {entry.host}{entry.path}"
    return (number, time, who, entry.decision or "-", where, ", ".join(entry.reasons))


def _print_json_array(found: Iterable[Entry]) -> None:
    """One document, written bit by bit: a log may be longer than memory."""
    separator = "["
    for entry in found:
        sys.stdout.write(f"{separator}\n  {json_text.dumps(_document(entry))}")
        separator = ","
    sys.stdout.write("[]\n" if separator == "[" else "\n]\n")


def _document(entry: Entry) -> dict[str, object]:
    head: dict[str, object] = {"sequence": entry.sequence, "kind": _kind(entry).value}
    if isinstance(entry, DecisionEntry):
        return {**head, **entry.raw}
    time = written_instant(entry.time)
    return {**head, "time": time, "act": entry.name, "by": entry.by, "facts": dict(entry.facts)}
