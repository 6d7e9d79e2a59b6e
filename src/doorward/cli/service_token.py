"""``doorward service-token ...``: credentials for machines."""

from __future__ import annotations

from typing import Annotated

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="Credentials for machines.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME")]
Days = Annotated[int | None, typer.Option("--days", help="How long it is good for.", min=1, max=3650)]


@app.command()
def create(name: Name, *, days: Days = None, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Create a service token. Its secret is shown now and never again."""
    with sentences():
        made = ApiClient(data).post("/service-tokens", {"name": name, "days": days})
    if json:
        print_json(made)
        return
    typer.echo(f"Cf-Access-Client-Id: {made['client_id']}")
    typer.echo(f"Cf-Access-Client-Secret: {made['secret']}")
    typer.echo("Keep the secret now: it is not shown again.", err=True)


@app.command("list")
def list_tokens(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List service tokens."""
    with sentences():
        found = ApiClient(data).get("/service-tokens")
    if json:
        print_json(found)
        return
    rows = [[t["name"], t["client_id"], t["expires"] or "never"] for t in found]
    print_table(("Name", "Client id", "Expires"), rows, empty="There is no service token.")


@app.command()
def delete(name: Name, *, data: Data = DEFAULT_DATA) -> None:
    """Delete a service token: its next request is refused."""
    with sentences():
        ApiClient(data).delete(f"/service-tokens/{name}")
    typer.echo(f"Deleted {name}.")
