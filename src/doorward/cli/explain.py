"""``doorward explain``: why somebody may open an application, or may not."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from doorward.bootstrap.client import ApiClient
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, sentences

MARKS = {"yes": "✓", "no": "✗", "unknown": "?"}


def explain(  # noqa: PLR0913 - one parameter for each option
    *,
    email: Annotated[str, typer.Option("--email", help="Whose access is asked about.")],
    application: Annotated[str, typer.Option("--app", help="To which application: its id.")],
    ip: Annotated[str, typer.Option("--ip", help="From which address.")] = "127.0.0.1",
    method: Annotated[str, typer.Option("--method", help="With which HTTP method.")] = "GET",
    path: Annotated[str, typer.Option("--path", help="For which path.")] = "/",
    idp: Annotated[
        str | None, typer.Option("--idp", help="Suppose that they signed in by this identity provider.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Suppose that they are in this group (repeatable).")
    ] = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Say whether a person may open an application, and print what was looked at as a tree."""
    body: dict[str, object] = {
        "email": email,
        "application": application,
        "ip": ip,
        "method": method,
        "path": path,
        "identity_provider": idp,
        "groups": group or None,
    }
    with sentences():
        found = ApiClient(data).post("/explanations", body)
    if json:
        print_json(found)
        return
    for explanation in found:
        print_tree(explanation)


def print_tree(explanation: dict[str, Any]) -> None:
    """One explanation for people to read."""
    verdict = "allowed" if explanation["allowed"] else "denied"
    by = f" by {explanation['policy']}" if explanation["policy"] else ""
    who = explanation["person"] or explanation["service_token"] or "somebody unknown"
    lines = [
        f"{who} on {explanation['application']}: {verdict}{by} ({', '.join(explanation['reasons'])})",
        explanation["whose"],
        *explanation["sentences"],
    ]
    tree = Tree(Text("\n".join(line for line in lines if line)))
    for policy in explanation["policies"]:
        _policy(tree, policy)
    if not explanation["policies"]:
        tree.add(Text("no policies: nobody may open it"))
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, markup=False, soft_wrap=not sys.stdout.isatty()).print(tree)


def _policy(tree: Tree, policy: dict[str, Any]) -> None:
    said = MARKS[policy["match"]] if policy["looked_at"] else "-"
    notes = ["decided"] if policy["decided"] else []
    notes += [] if policy["looked_at"] else ["is not about who asks"]
    end = f" ({', '.join(notes)})" if notes else ""
    _rules(tree.add(Text(f"{said} {policy['action']} {policy['id']}{end}")), policy["rules"])


def _rules(tree: Tree, rules: dict[str, Any]) -> None:
    for name, selectors in rules.items():
        branch = tree.add(Text(f"{name}:"))
        for selector in selectors:
            value = f" {selector['value']}" if selector["value"] else ""
            of = f" of {selector['identity_provider']}" if selector.get("identity_provider") else ""
            fact = f"  [{selector['fact']}]" if selector["fact"] else ""
            leaf = branch.add(Text(f"{MARKS[selector['match']]} {selector['selector']}{value}{of}{fact}"))
            if "rules" in selector:
                _rules(leaf, selector["rules"])
