"""A draft tried on what people did, and their decisions explained, on a whole Doorward."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.live.system import ADA, BOB, Ended, System, eventually
from tests.live.visitor import SCRIPT, Visitor

SOMEBODY = 3


def asked(visitor: Visitor, url: str) -> str:
    """The id of one request."""
    return str(visitor.get(url, SCRIPT).headers["x-request-id"])


def logged(system: System, *requests: str) -> None:
    """Wait until these are in the audit log."""
    for request in requests:
        for _ in eventually(f"request {request} is in the audit log"):
            if system.cli("audit", "list", "--json", "--request-id", request).json:
                break


def draft(system: System, folder: Path, *include: Mapping[str, object]) -> str:
    """The present applications, with other people in the sample application."""
    applications = yaml.safe_load(system.cli("export").out)["applications"]
    [hello] = [application for application in applications if application["id"] == "hello"]
    hello["policies"] = [{"id": "drafted", "action": "allow", "include": list(include)}]
    path = folder / "draft.yaml"
    path.write_text(json.dumps({"version": 1, "applications": applications}))
    return str(path)


def groups(system: System) -> dict[str, list[str]]:
    """The groups of each local account."""
    file = yaml.safe_load(system.cli("export").out)
    accounts = [a for p in file["identity_providers"] for a in p.get("accounts", ())]
    return {account["email"]: account.get("groups", []) for account in accounts}


def effects(tried: Ended) -> set[tuple[str, str, str]]:
    found: dict[str, Any] = json.loads(tried.out)
    differences = found.get("replay", found)["differences"]
    return {(each["who"], each["effect"], each["application"]) for each in differences}


@pytest.fixture(scope="module")
def requests(system: System, ada: Visitor) -> tuple[str, str]:
    """What Ada asked for and got, and the page on which Bob was told that he may not."""
    with system.visitor() as bob:
        page = bob.sign_in(f"{system.app_url}/", BOB, system.password(BOB))
        assert page.status_code == 403
        ids = asked(ada, f"{system.app_url}/headers"), str(page.headers["x-request-id"])
    logged(system, *ids)
    return ids


def test_a_draft_that_drops_a_group_and_adds_another_names_exactly_those_people(
    system: System, requests: tuple[str, str], tmp_path: Path
) -> None:
    of = groups(system)
    [provider] = [p["id"] for p in yaml.safe_load(system.cli("export").out)["identity_providers"]]
    only_bobs = sorted(set(of[BOB]) - set(of[ADA]))
    assert only_bobs, of
    path = draft(system, tmp_path, {"group": only_bobs[0], "identity_provider": provider})
    before = system.cli("export").out
    tried = system.cli("policy", "replay", "--draft", path, "--json")
    assert tried.code == SOMEBODY, tried
    assert effects(tried) == {(ADA, "lose", "hello"), (BOB, "gain", "hello")}
    assert tried.json["unrepeatable"] == 0
    told = system.cli("policy", "replay", "--draft", path, "--since", "1h")
    assert told.code == SOMEBODY
    assert any(ADA in line and "loses" in line for line in told.out.splitlines())
    assert any(BOB in line and "gains" in line for line in told.out.splitlines())
    assert system.cli("export").out == before, "nothing was applied"

    dry = system.cli("apply", "-f", path, "--dry-run", "--json")
    assert dry.code == SOMEBODY, dry
    assert effects(dry) == effects(tried)
    assert dry.json["changes"]
    shown = system.cli("apply", "-f", path, "--dry-run")
    assert "this was a dry run" in shown.out
    assert BOB in shown.out


def test_a_draft_that_changes_nothing_for_anybody_ends_with_0(
    system: System, requests: tuple[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "same.yaml"
    path.write_text(system.cli("export").out)
    tried = system.cli("policy", "replay", "--draft", str(path))
    assert tried.code == 0, tried
    assert "Nobody would gain or lose access" in tried.out
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("version: 1\napplications: [{id: x}]\n")
    assert system.cli("policy", "replay", "--draft", str(wrong)).code == 1


def test_a_logged_decision_is_explained_as_a_tree_by_the_rules_of_then(
    system: System, requests: tuple[str, str], tmp_path: Path
) -> None:
    allowed, denied = requests
    hers, his = system.cli("explain", allowed), system.cli("explain", denied)
    assert (hers.code, his.code) == (0, 0), (hers, his)
    assert f"{ADA} on hello: allowed by" in hers.out
    assert "(decided)" in hers.out
    assert f"{BOB} on hello: denied" in his.out
    assert "The decision was another" not in hers.out + his.out
    assert "another version" not in hers.out + his.out
    tree = system.cli("explain", "--email", ADA, "--app", "hello").out.splitlines()[2:]
    assert hers.out.splitlines()[-len(tree) + 1 :] == tree[1:]

    kept = system.cli("export").out
    try:
        file = draft(system, tmp_path, {"email": BOB})
        assert system.cli("apply", "-f", file).code == 0
        [again] = system.cli("explain", allowed, "--json").json
        assert (again["allowed"], again["differs"], again["rules"]["exact"]) == (True, "", True)
        assert [policy["id"] for policy in again["policies"]] != ["drafted"]
    finally:
        assert system.cli("apply", "-f", "-", stdin=kept).code == 0


def test_a_request_that_is_not_in_the_log_is_told(system: System) -> None:
    unknown = system.cli("explain", "00000000-0000-0000-0000-000000000000")
    assert unknown.code == 1
    assert "holds no request" in unknown.err
    with system.visitor() as stranger:
        page = asked(stranger, f"{system.team_url}/")
        logged(system, page)
    ended = system.cli("explain", page)
    assert ended.code == 1
    assert "cannot be explained: no application's policies were asked" in ended.err
