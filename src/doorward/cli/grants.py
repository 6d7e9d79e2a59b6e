"""``doorward grant ...``: access given after a reason or an approval, and taking it back."""

from __future__ import annotations

from typing import Annotated

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="Access given after a reason or an approval.", no_args_is_help=True)


@app.command("list")
def list_grants(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List what waits for an approval and what is given now, newest first."""
    with sentences():
        found = ApiClient(data).get("/grants")
    if json:
        print_json(found)
        return
    headings = ("ID", "Person", "Application", "Reason", "Approved by", "Until")
    rows = [
        [
            each["id"],
            each["person"],
            each["application"],
            each["reason"],
            ", ".join(each["approved_by"]),
            each["until"] or "waiting",
        ]
        for each in found
    ]
    print_table(headings, rows, empty="Nothing waits and nothing is given.")


@app.command()
def revoke(
    grant_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    *,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Refuse what waits, or take back what was given: at once, open streams included."""
    with sentences():
        closed = ApiClient(data).delete(f"/grants/{grant_id}")
    if json:
        print_json(closed)
    else:
        typer.echo(f"{closed['person']} may not use {closed['application']} by it any more.")
