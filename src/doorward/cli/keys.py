"""``doorward keys ...``: the keys that sign application tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="The keys that sign application tokens.", no_args_is_help=True)

Now = Annotated[
    bool, typer.Option("--now", help="A key has leaked: accept the old keys no more, from this moment on.")
]


@app.command("list")
def list_keys(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List signing keys, in the order in which they sign."""
    with sentences():
        found = ApiClient(data).get("/signing-keys")
    if json:
        print_json(found)
        return
    rows = [[key["kid"], key["state"], key["since"], key["until"]] for key in found]
    print_table(("Kid", "State", "Since", "Until"), rows, empty="There is no signing key.")


@app.command()
def rotate(*, now: Now = False, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Make the next key. Nobody is signed out."""
    with sentences():
        done = ApiClient(data).post("/signing-keys/rotate", {"now": now})
    if json:
        print_json(done)
    else:
        key = done["key"]
        if now:
            typer.echo(f"{key['kid']} signs from now on. Accepted no more: {', '.join(done['removed'])}.")
        else:
            typer.echo(f"{key['kid']} is announced. It signs from {key['until']} on.")
        typer.echo(_reach(live=done["live"]), err=not done["live"])
    if now and not done["live"]:
        raise typer.Exit(1)


def _reach(*, live: bool) -> str:
    if live:
        return "Every edge has confirmed."
    return "Not every edge has confirmed yet: see doorward status."
