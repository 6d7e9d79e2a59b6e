"""``doorward list ...``: who and what is on a list."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, sentences

app = typer.Typer(help="Lists of email addresses and networks.", no_args_is_help=True)

ListName = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
Items = Annotated[list[str], typer.Argument(metavar="ITEM...", show_default=False)]


@app.command()
def add(name: ListName, items: Items, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Put email addresses or networks on a list."""
    _change("add", name, items, data=data, json=json)


@app.command()
def remove(name: ListName, items: Items, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Take email addresses or networks off a list: who is not on it any more loses open streams at once."""
    _change("remove", name, items, data=data, json=json)


@app.command()
def show(name: ListName, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Show what is on a list, one item a line."""
    with sentences():
        found = ApiClient(data).get(f"/lists/{name}")
    if json:
        print_json(found)
        return
    for item in found["items"]:
        typer.echo(item)
    if not found["items"]:
        typer.echo(f"{name} is empty.", err=True)


def _change(verb: str, name: str, items: list[str], *, data: Data, json: bool) -> None:
    with sentences():
        change = ApiClient(data).post(f"/lists/{name}/{verb}", {"items": items})
    if json:
        print_json(change)
    else:
        _report(verb, name, change)
    if change["refusal"]:
        raise typer.Exit(1)


def _report(verb: str, name: str, change: dict[str, Any]) -> None:
    done = f"Added to {name}:" if verb == "add" else f"Removed from {name}:"
    for item in change["changed"]:
        typer.echo(f"{done} {item}")
    already = f"On {name} already:" if verb == "add" else f"Not on {name}:"
    for item in change["unchanged"]:
        typer.echo(f"{already} {item}")
    if change["refusal"]:
        typer.echo(f"Saved, but the edge refuses it and keeps what it had: {change['refusal']}", err=True)
