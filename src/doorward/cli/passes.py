"""``doorward pass ...``: people's passes for applications that cannot sign in, and ending them."""

from __future__ import annotations

from typing import Annotated

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences

app = typer.Typer(help="People's passes for applications that cannot sign in.", no_args_is_help=True)


@app.command("list")
def list_passes(
    *,
    email: Annotated[str | None, typer.Option("--email", help="One person's passes.")] = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """List passes that may be used, newest first."""
    with sentences():
        found = ApiClient(data).get("/passes", **({"email": email} if email else {}))
    if json:
        print_json(found)
        return
    headings = ("ID", "Email", "Application", "For", "Paths", "Until", "Last used", "From")
    rows = [
        [
            each["id"],
            each["email"],
            each["application"],
            each["name"],
            ", ".join(each["paths"]) or "all",
            each["expires"],
            each["used"] or "never",
            each["used_from"],
        ]
        for each in found
    ]
    print_table(headings, rows, empty="There are no passes.")


@app.command()
def revoke(
    pass_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    *,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """End a pass: at once, open streams included."""
    with sentences():
        ended = ApiClient(data).delete(f"/passes/{pass_id}")
    if json:
        print_json(ended)
    else:
        typer.echo(f"The pass {ended['name']!r} for {ended['application']} has ended.")
