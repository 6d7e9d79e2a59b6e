"""``doorward explain``: why somebody may open an application, or may not, or what was decided and why."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from doorward.bootstrap.client import ApiClient
from doorward.bootstrap.processes_output import printable
from doorward.bootstrap.replays import explain_logged
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, sentences

MARKS = {"yes": "✓", "no": "✗", "unknown": "?"}


def explain(  # noqa: PLR0913 - one parameter for each option
    *,
    request_id: Annotated[
        str | None, typer.Argument(metavar="REQUEST-ID", help="The id on an error page.")
    ] = None,
    email: Annotated[str | None, typer.Option("--email", help="Whose access is asked about.")] = None,
    application: Annotated[str | None, typer.Option("--app", help="To which application: its id.")] = None,
    ip: Annotated[str | None, typer.Option("--ip", help="From which address; 127.0.0.1 if left out.")] = None,
    method: Annotated[
        str | None, typer.Option("--method", help="With which HTTP method, such as GET.")
    ] = None,
    path: Annotated[str | None, typer.Option("--path", help="For which path; / if left out.")] = None,
    idp: Annotated[
        str | None, typer.Option("--idp", help="Suppose that they signed in by this identity provider.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Suppose that they are in this group (repeatable).")
    ] = None,
    data: Data = DEFAULT_DATA,
    json: Json = False,
) -> None:
    """Say whether a person may open an application, and print what was looked at as a tree; or, given a
    request's id, what was looked at when that was decided."""
    supposed = {
        "email": email,
        "application": application,
        "ip": ip,
        "method": method,
        "path": path,
        "identity_provider": idp,
        "groups": group or None,
    }
    given: dict[str, object] = {name: value for name, value in supposed.items() if value is not None}
    if request_id is not None and given:
        raise typer.BadParameter("a request's id says all by itself: leave the other options out")
    if request_id is None and (email is None or application is None):
        raise typer.BadParameter("give a request's id, or --email and --app")
    with sentences():
        if request_id is not None:
            found = [explain_logged(data, request_id)]
        else:
            found = ApiClient(data).post("/explanations", given)
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
        *_logged(explanation),
        *explanation["sentences"],
    ]
    # Paths and the like are what clients wrote.
    tree = Tree(Text("\n".join(printable(line) for line in lines if line)))
    for policy in explanation["policies"]:
        _policy(tree, policy)
    if not explanation["policies"]:
        tree.add(Text("no policies: nobody may open it"))
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, markup=False, soft_wrap=not sys.stdout.isatty()).print(tree)


def _logged(explanation: dict[str, Any]) -> list[str]:
    """What a logged request says beyond the tree."""
    if "logged" not in explanation:
        return []
    entry, rules = explanation["logged"], explanation["rules"]
    by = f" by {entry['policy']}" if entry["policy"] else ""
    version = f"version {rules['policy_version']}, of configuration {rules['configuration']}"
    status = f", status {entry['status']}" if entry["status"] else ""
    part = "edge" if entry["decided_by"] == "edge" else "control plane"
    said = f"{entry['decision']}{by} ({', '.join(entry['reasons'])})"
    lines = [
        f"{explanation['method']} {explanation['path']} from {explanation['source']}",
        f"Decided {entry['time']} by the {part}: {said}{status}.",
        f"Rules in force then: {version}, since {rules['since']}.",
    ]
    if not rules["exact"]:
        named = entry["policy_version"]
        says = f"names another version, {named}" if named else "does not say which version decided"
        lines.append(f"The entry {says}: these are the rules that were in force, by the log.")
    return [*lines, explanation["differs"]]


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
