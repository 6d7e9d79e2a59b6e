"""``doorward session ...``: who is signed in, and ending it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="Who is signed in, and ending it.", no_args_is_help=True)

Email = Annotated[str | None, typer.Option("--email", help="One person's sessions.")]


@app.command("list")
def list_sessions(*, email: Email = None, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List live sessions, newest first."""
    with sentences():
        query = {"email": email} if email else {}
        found = ApiClient(data).get("/sessions", **query)
    if json:
        print_json(found)
    else:
        _table(found, empty="Nobody is signed in.")


@app.command()
def revoke(
    *,
    session_id: Annotated[str | None, typer.Argument(metavar="ID", show_default=False)] = None,
    email: Email = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """End a session, or all of a person's: at once, open streams included."""
    if (session_id is None) == (email is None):
        raise typer.BadParameter("give either a session's ID or --email")
    with sentences():
        ended = ApiClient(data).post("/sessions/revoke", {"id": session_id, "email": email})
    if json:
        print_json(ended)
    else:
        _table(ended, empty="There was no live session to end.")


def _table(sessions: list[dict[str, Any]], *, empty: str) -> None:
    columns = ("id", "email", "identity_provider", "source", "created", "expires")
    headings = ("ID", "Email", "Identity provider", "From", "Since", "Until")
    print_table(headings, [[s[c] for c in columns] for s in sessions], empty=empty)
