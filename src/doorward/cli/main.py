"""The ``doorward`` command."""

from __future__ import annotations

from typing import Annotated

import typer

from doorward import __version__
from doorward.cli import (
    access,
    application,
    audit,
    demo,
    explain,
    fact,
    grants,
    idp,
    keys,
    named_list,
    passes,
    policy,
    rotate_key,
    serve,
    service_token,
    session,
    status,
    tunnel,
)

app = typer.Typer(
    name="doorward",
    help="Self-hosted zero-trust access.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:  # noqa: FBT001 - typer calls it so
    if value:
        typer.echo(f"doorward {__version__}")
        raise typer.Exit


@app.callback()
def doorward(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Self-hosted zero-trust access."""
    del version


app.command()(demo.demo)
app.command()(serve.serve)
app.command()(access.apply)
app.command()(access.export)
app.command()(status.status)
app.command()(explain.explain)
app.command()(rotate_key.rotate_key)
app.add_typer(application.app, name="application")
app.add_typer(idp.app, name="idp")
app.add_typer(named_list.app, name="list")
app.add_typer(tunnel.app, name="tunnel")
app.add_typer(session.app, name="session")
app.add_typer(fact.app, name="fact")
app.add_typer(service_token.app, name="service-token")
app.add_typer(policy.app, name="policy")
app.add_typer(passes.app, name="pass")
app.add_typer(grants.app, name="grant")
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """The entry point."""
    app()
