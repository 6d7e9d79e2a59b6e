"""``doorward application ...``: what people reach, with what its origin must know."""

from __future__ import annotations

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="Applications.", no_args_is_help=True)


@app.command("list")
def list_applications(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List applications with the audience that their tokens are made out to."""
    with sentences():
        found = ApiClient(data).get("/applications")
    if json:
        print_json(found)
        return
    rows = [[one["id"], " ".join(one["destinations"]), one["audience"]] for one in found]
    print_table(("ID", "Destinations", "Audience"), rows, empty="There is no application.")
