"""``doorward service-token ...``: credentials for machines."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences
from doorward.model.errors import NotFound

app = typer.Typer(help="Credentials for machines.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME")]
Days = Annotated[int | None, typer.Option("--days", help="How long it is good for.", min=1, max=3650)]
More = Annotated[int, typer.Option("--days", help="By how many days later it ends.", min=1, max=3650)]
Grace = Annotated[
    int,
    typer.Option(
        "--grace-hours",
        help="How long the present secret still works; 0 ends it at once.",
        min=0,
        max=720,
    ),
]


@app.command()
def create(name: Name, *, days: Days = None, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Create a service token. Its secret is shown now and never again."""
    with sentences():
        made = ApiClient(data).post("/service-tokens", {"name": name, "days": days})
    _print_new(made, json=json)


@app.command("list")
def list_tokens(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List service tokens: state, end, and when each was last seen."""
    with sentences():
        found = ApiClient(data).get("/service-tokens")
    if json:
        print_json(found)
        return
    headings = ("Name", "Client id", "State", "Expires", "Last seen", "From")
    print_table(headings, [_row(token) for token in found], empty="There is no service token.")


@app.command()
def rotate(name: Name, *, grace_hours: Grace = 24, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Give a service token a new secret, shown now and never again; the present one works on for a while."""
    with sentences():
        client = ApiClient(data)
        body = {"credential": _credential(client, name), "grace_hours": grace_hours}
        made = client.post(f"/service-tokens/{name}/rotate", body)
    _print_new(made, json=json)
    if not json:
        until = made["previous_until"]
        ends = f"works until {until}" if until else "has ended"
        typer.echo(f"The secret before it {ends}.", err=True)


@app.command()
def refresh(name: Name, *, days: More = 365, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Let a service token end later."""
    with sentences():
        token = ApiClient(data).post(f"/service-tokens/{name}/refresh", {"days": days})
    _print_done(token, f"{name} expires on {token['expires']}.", json=json)


@app.command()
def disable(name: Name, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Refuse a service token until it is enabled again: at once, open streams included."""
    with sentences():
        token = ApiClient(data).post(f"/service-tokens/{name}/disable", {})
    _print_done(token, f"Disabled {name}.", json=json)


@app.command()
def enable(name: Name, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Take a disabled service token again."""
    with sentences():
        token = ApiClient(data).post(f"/service-tokens/{name}/enable", {})
    _print_done(token, f"Enabled {name}.", json=json)


@app.command()
def delete(name: Name, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Delete a service token: its next request is refused, and what it has open is cut."""
    with sentences():
        ApiClient(data).delete(f"/service-tokens/{name}")
    _print_done({"deleted": name}, f"Deleted {name}.", json=json)


def _credential(client: ApiClient, name: str) -> str:
    """Which secret this rotation is about, as it is now. Raises NotFound."""
    for token in client.get("/service-tokens"):
        if token["name"] == name:
            return str(token["credential"])
    raise NotFound(f"there is no service token {name!r}")


def _row(token: dict[str, Any]) -> list[str]:
    return [
        token["name"],
        token["client_id"],
        token["state"],
        token["expires"] or "never",
        token["last_seen"] or "never",
        token["last_source"] or "",
    ]


def _print_new(made: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(made)
        return
    typer.echo(f"Cf-Access-Client-Id: {made['client_id']}")
    typer.echo(f"Cf-Access-Client-Secret: {made['secret']}")
    typer.echo("Keep the secret now: it is not shown again.", err=True)


def _print_done(found: dict[str, Any], sentence: str, *, json: bool) -> None:
    if json:
        print_json(found)
    else:
        typer.echo(sentence)
