"""``doorward idp ...``: identity providers: what there is, does it work, what is in their directories."""

from __future__ import annotations

import json as json_module
import time
from typing import Annotated, Any

import typer

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, print_table, sentences
from doorward.model.errors import Unavailable

app = typer.Typer(help="Where people sign in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The identity provider's id.")]
SignIn = Annotated[
    bool, typer.Option("--sign-in", help="Also try a sign-in: prints an address to open in a browser.")
]
Wait = Annotated[
    int, typer.Option("--wait", help="Seconds to wait for that sign-in.", min=0, max=900, metavar="SECONDS")
]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="How a word of the name begins, or the id.")]

MARKS = {"passed": "ok", "warning": "LOOK", "failed": "WRONG", "not-checked": "-"}
EVERY = 1.0
"""Seconds between two looks at a trial."""


@app.command("list")
def list_providers(*, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List identity providers, with the address to register at each."""
    with sentences():
        found = ApiClient(data).get("/identity-providers")
    if json:
        print_json(found)
        return
    rows = [[p["id"], p["name"], p["type"], "yes" if p["scim"] else "", p["callback"]] for p in found]
    columns = ("Id", "Name", "Type", "SCIM", "Redirect URI to register there")
    print_table(columns, rows, empty="There is no identity provider.")
    for provider in found:
        for warning in provider["warnings"]:
            typer.echo(f"Warning: {warning}", err=True)


@app.command("test")
def check(
    name: Name,
    *,
    sign_in: SignIn = False,
    wait: Wait = 300,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Test an identity provider step by step, and say what is wrong and how to mend it.

    Exit code 0 when everything is right, 1 otherwise.
    """
    with sentences():
        client = ApiClient(data)
        checks = _checklist(client, name, quiet=json)
        result: dict[str, Any] = {"checks": checks}
        if sign_in:
            result["sign_in"] = _trial(client, name, wait=wait, quiet=json)
            checks = [*checks, *(result["sign_in"] or {}).get("checks", [])]
    works = all(item["state"] != "failed" for item in checks) and (not sign_in or bool(result["sign_in"]))
    if json:
        print_json({**result, "works": works})
    else:
        typer.echo("\nYour connection works." if works else "\nNot everything is right yet.")
    if not works:
        raise typer.Exit(1)


@app.command()
def groups(name: Name, text: Text, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """Find groups of an identity provider's directory, with the ids that policies name."""
    with sentences():
        found = ApiClient(data).get(f"/identity-providers/{name}/groups", text=text)
    if json:
        print_json(found)
        return
    rows = [[g["id"], g["name"], g["description"]] for g in found]
    print_table(("Id", "Name", "Description"), rows, empty="No group's name has such a word.")


@app.command()
def contexts(name: Name, *, data: Data = DEFAULT_DATA, json: Json = False) -> None:
    """List authentication contexts, and whether an enabled Conditional Access policy uses each."""
    with sentences():
        found = ApiClient(data).get(f"/identity-providers/{name}/contexts")
    if json:
        print_json(found)
        return
    rows = [
        [context, "yes" if used else "NO: requiring it protects nothing"] for context, used in found.items()
    ]
    print_table(("Context", "Used by an enabled policy"), rows, empty="There is none.")


def _checklist(client: ApiClient, name: str, *, quiet: bool) -> list[dict[str, Any]]:
    checks: list[dict[str, Any]] = []
    for line in client.lines(f"/identity-providers/{name}/checklist"):
        check = json_module.loads(line)
        if "error" in check:
            raise Unavailable(check["error"])
        checks.append(check)
        if not quiet:
            _say(check)
    return checks


def _trial(client: ApiClient, name: str, *, wait: int, quiet: bool) -> dict[str, Any] | None:
    begun = client.post(f"/identity-providers/{name}/trials", {})
    typer.echo(f"\nOpen this address in a browser and sign in:\n\n  {begun['url']}\n", err=quiet)
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.get(f"/identity-provider-trials/{begun['ticket']}")
        if found["identity"] is not None:
            if not quiet:
                _tell(found)
            return found
        time.sleep(EVERY)
    typer.echo("Nobody came back in time.", err=True)
    return None


def _tell(found: dict[str, Any]) -> None:
    for check in found["checks"]:
        _say(check)
    typer.echo("\nThe identity that would result:")
    for key, value in found["identity"].items():
        if value:
            typer.echo(f"  {key}: {', '.join(value) if isinstance(value, list) else value}")


def _say(check: dict[str, Any]) -> None:
    found = f": {check['found']}" if check["found"] else ""
    typer.echo(f"{MARKS[check['state']]:>6}  {check['what']}{found}")
    for line in (check["fix"], check["link"]):
        if line:
            typer.echo(f"        {line}")
