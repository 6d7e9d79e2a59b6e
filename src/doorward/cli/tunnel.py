"""``doorward tunnel ...``: publish a local server, and the tunnels behind that."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.bootstrap.logging import configure_logging
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences
from doorward.connector.main import execute
from doorward.connector.settings import ConnectorSettings
from doorward.model.errors import AccessError, Invalid, Unavailable
from doorward.tunnel.token import TunnelToken, decode

app = typer.Typer(help="Publish a local server, and the tunnels behind that.")

Name = Annotated[str, typer.Argument(metavar="NAME")]
TOKEN_VARIABLE = "DOORWARD_TUNNEL_TOKEN"
AllowTarget = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-target",
        help="Dial only this host:port or network (10.0.0.0/8, 10.0.0.0/8:443); may be repeated.",
    ),
]
MetricsPort = Annotated[
    int | None,
    typer.Option("--metrics-port", help="Serve /metrics and /ready on 127.0.0.1.", min=1, max=65535),
]


@app.callback(invoke_without_command=True)
def publish(
    context: typer.Context,
    *,
    hostname: Annotated[str | None, typer.Option(help="Where people open it, such as app.localhost.")] = None,
    url: Annotated[str | None, typer.Option(help="The server, such as http://localhost:8080.")] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(help="Who may open it: ada@example.com or @example.com; may be repeated."),
    ] = None,
    data: Data = DEFAULT_DATA,
) -> None:
    """Publish a local web server until Ctrl-C: doorward tunnel --hostname app.localhost --url http://localhost:8080."""
    if context.invoked_subcommand is not None:
        return
    if hostname is None or url is None:
        if hostname is None and url is None:
            typer.echo(context.get_help())
            raise typer.Exit(0)
        raise typer.BadParameter("give both --hostname and --url")
    with sentences():
        client = ApiClient(data)
        body: dict[str, object] = {"hostname": hostname, "url": url, "allow": allow or []}
        made = client.post("/publications", body)
        who = ", ".join(allow) if allow else "everyone with a local account"
        configure_logging("connector", level="warning")

        def ready() -> None:
            typer.echo(f"{made['url']} leads to {url}, for {who}. Ctrl-C ends it.")

        try:
            code = execute(ConnectorSettings(token=decode(made["token"])), ready)
        finally:
            _withdraw(client, hostname)
    raise typer.Exit(code)


def _withdraw(client: ApiClient, hostname: str) -> None:
    try:
        client.delete(f"/publications/{hostname}")
    except AccessError as error:
        sys.stderr.write(f"doorward: {hostname} could not be withdrawn: {error}\n")


@app.command()
def create(name: Name, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Create a tunnel and print its token."""
    with sentences():
        made = ApiClient(data).post("/tunnels", {"name": name})
    _print_token(made, json=json)


@app.command()
def token(
    name: Name,
    *,
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new one; revoke those given out.")] = False,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Print a tunnel's token."""
    with sentences():
        found = ApiClient(data).post(f"/tunnels/{name}/token", {"rotate": rotate})
    _print_token(found, json=json)


@app.command("list")
def list_tunnels(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List tunnels with their state."""
    with sentences():
        found: list[dict[str, Any]] = ApiClient(data).get("/tunnels")
    if json:
        print_json(found)
        return
    rows = [
        [
            t["name"],
            t["state"],
            len(t["connectors"]),
            ", ".join(d for a in t["applications"] for d in a["destinations"]),
        ]
        for t in found
    ]
    print_table(("Name", "State", "Connectors", "Applications"), rows, empty="There is no tunnel.")


@app.command()
def run(
    *,
    token_file: Annotated[
        Path | None, typer.Option("--token-file", help="The file that holds the token; - for standard input.")
    ] = None,
    allow_target: AllowTarget = None,
    metrics_port: MetricsPort = None,
    grace: Annotated[float, typer.Option(help="Seconds that open streams get at the end.", min=0)] = 30.0,
) -> None:
    """Run a connector: it dials out, and serves the tunnel whose token it is given."""
    configure_logging("connector")
    with sentences():
        settings = ConnectorSettings(
            token=_token(token_file),
            allow_targets=tuple(allow_target or ()),
            metrics_port=metrics_port,
            grace=grace,
        )
        code = execute(settings, lambda: typer.echo("Connected."))
    raise typer.Exit(code)


@app.command()
def delete(name: Name, *, data: Data = DEFAULT_DATA) -> None:
    """Delete a tunnel: its connectors are cut off at once."""
    with sentences():
        ApiClient(data).delete(f"/tunnels/{name}")
    typer.echo(f"Deleted {name}.")


def _token(file: Path | None) -> TunnelToken:
    if file is None:
        text = os.environ.get(TOKEN_VARIABLE, "")
        if not text:
            raise Invalid("--token-file", f"give the token's file, or the token in {TOKEN_VARIABLE}")
        return decode(text.strip())
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds more than a token"
        raise Unavailable(f"{file} cannot be read: {reason}") from None
    return decode(text.strip())


def _print_token(found: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(found)
    else:
        typer.echo(found["token"])
