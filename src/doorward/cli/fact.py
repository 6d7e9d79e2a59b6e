"""``doorward fact ...``: what is reported of people and their devices."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="Facts reported of people and their devices: posture, risk.", no_args_is_help=True)

SOURCE = "command line"
"""Who reports, where nothing else is said."""
PASS = "pass"

Email = Annotated[str | None, typer.Option("--email", help="The person's address.")]
SessionId = Annotated[str | None, typer.Option("--session", help="One session only, by its id.")]
Source = Annotated[str | None, typer.Option("--source", help="Who says so.")]

_DURATION = re.compile(r"([1-9][0-9]{0,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@app.command("set")
def set_facts(
    facts: Annotated[list[str], typer.Argument(metavar="NAME[=VALUE]...", show_default=False)],
    *,
    lasts: Annotated[str, typer.Option("--for", metavar="DURATION", help="How long it counts, 1s to 30d.")],
    email: Email = None,
    session: SessionId = None,
    source: Source = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Report facts. They act at once: who may not pass any more loses what is open."""
    whom = _whom(email, session)
    given = [
        {**whom, "name": name, "value": value if wanted else PASS, "seconds": _seconds(lasts)}
        for name, wanted, value in (fact.partition("=") for fact in facts)
    ]
    with sentences():
        kept = ApiClient(data).post("/facts", {"facts": [{**g, "source": source or SOURCE} for g in given]})
    if json:
        print_json(kept)
    else:
        _table(kept, empty="")


@app.command("list")
def list_facts(*, email: Email = None, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List the facts that count now, of everybody or of one person."""
    with sentences():
        query = {"email": email} if email else {}
        found = ApiClient(data).get("/facts", **query)
    if json:
        print_json(found)
    else:
        _table(found, empty="Nothing is reported.")


@app.command()
def clear(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", show_default=False)] = None,
    *,
    email: Email = None,
    session: SessionId = None,
    source: Source = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Withdraw facts, of these names or all: they are unknown from now on, at once."""
    whom = _whom(email, session)
    with sentences():
        ended = ApiClient(data).post("/facts/withdraw", {**whom, "names": names or [], "source": source})
    if json:
        print_json(ended)
    else:
        _table(ended, empty="There was nothing to withdraw.")


def _whom(email: str | None, session: str | None) -> dict[str, object]:
    if (email is None) == (session is None):
        raise typer.BadParameter("give either --email or --session")
    return {"email": email} if email is not None else {"session": session}


def _seconds(text: str) -> int:
    written = _DURATION.fullmatch(text)
    if not written:
        raise typer.BadParameter(f"{text!r} is not a duration: use a number and s, m, h or d, such as 1h")
    return int(written[1]) * _SECONDS[written[2]]


def _table(facts: list[dict[str, Any]], *, empty: str) -> None:
    headings = ("Person", "Session", "Fact", "Value", "Source", "Reported", "Until")
    rows = [[f["email"] or f["subject"], f["session"] or "", *(f[c] for c in _COLUMNS)] for f in facts]
    print_table(headings, rows, empty=empty)


_COLUMNS = ("name", "value", "source", "reported", "expires")
