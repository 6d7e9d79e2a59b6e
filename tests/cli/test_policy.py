from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from doorward.bootstrap.system import SystemClock
from doorward.cli.tried import SOMEBODY
from doorward.model.access import Identity
from tests.cli.commands import Doorward, run
from tests.services.logged import DAY, HOUR, Log
from tests.services.sample import ADA, BOB, configuration, person

TO_SALES = [{"id": "sales", "action": "allow", "include": [{"group": "sales", "identity_provider": "staff"}]}]
ESCAPE = "\x1b[31m"


def drafted(folder: Path, doorward: Doorward, policies: Sequence[object] = TO_SALES) -> str:
    """An access file in which ``hello`` has these policies."""
    applications = yaml.safe_load(doorward.says("export"))["applications"]
    for application in applications:
        if application["id"] == "hello":
            application["policies"] = policies
    path = folder / "draft.yaml"
    path.write_text(json.dumps({"version": 1, "applications": applications}))
    return str(path)


def with_requests(doorward: Doorward, *people: Identity, ago: timedelta = HOUR) -> list[str]:
    """The ids of requests to ``hello``, one of each."""
    log, at = Log(), SystemClock().now() - ago
    log.rules(configuration(), at=at - HOUR)
    found = []
    for number, who in enumerate(people):
        session = log.signs_in(who, f"s{number}", at=at - HOUR)
        allowed = "engineers" in who.groups
        policy = "1/allow/engineers" if allowed else None
        path = f"/{ESCAPE}{number}"
        found.append(log.asks(session, at=at, allowed=allowed, policy=policy, policy_version="-", path=path))
    log.write(doorward.data / "audit")
    return found


def test_the_code_for_somebody_is_no_other() -> None:
    assert SOMEBODY == 3


def test_who_gains_and_who_loses_is_told_with_exit_code_3_and_nothing_is_applied(
    doorward: Doorward, tmp_path: Path
) -> None:
    with_requests(doorward, ADA, BOB, person("carl"))
    before = doorward.says("export")
    result = doorward.run("policy", "replay", "--draft", drafted(tmp_path, doorward))
    assert result.exit_code == SOMEBODY, result.output
    lines = result.stdout.splitlines()
    [bob] = [number for number, line in enumerate(lines) if line.startswith("bob@example.com gains hello: ")]
    [ada] = [number for number, line in enumerate(lines) if line.startswith("ada@example.com loses hello: ")]
    assert lines[ada + 1 : ada + 3] == [
        "    now             allowed by engineers (allow): allowed-by-policy",
        "    with the draft  denied: no-policy-matched, not-included",
    ]
    assert lines[bob].endswith(", for /\\x1b[31m1")
    assert "carl" not in result.stdout
    assert "Tried on the 3 requests since" in result.stdout
    assert ESCAPE not in result.stdout
    assert doorward.says("export") == before


def test_several_requests_of_somebody_are_one_loss(doorward: Doorward, tmp_path: Path) -> None:
    with_requests(doorward, ADA, ADA)
    shown = doorward.run("policy", "replay", "--draft", drafted(tmp_path, doorward)).stdout
    [line] = [line for line in shown.splitlines() if line.startswith("ada@example.com")]
    assert line.startswith("ada@example.com loses hello: 2 requests, ")
    assert "the last for /" in line


def test_nobody_is_told_with_exit_code_0(doorward: Doorward, tmp_path: Path) -> None:
    with_requests(doorward, ADA, BOB)
    path = tmp_path / "same.yaml"
    path.write_text(doorward.says("export"))
    shown = doorward.says("policy", "replay", "--draft", str(path))
    assert shown.startswith("Nobody would gain or lose access, by the 2 requests since")


def test_scripts_get_it_as_json(doorward: Doorward, tmp_path: Path) -> None:
    with_requests(doorward, ADA)
    result = doorward.run("policy", "replay", "--draft", drafted(tmp_path, doorward), "--json")
    assert result.exit_code == SOMEBODY
    found: dict[str, Any] = json.loads(result.stdout)
    assert (found["requests"], found["unrepeatable"], found["left_out"]) == (1, 0, {})
    [ada] = found["differences"]
    assert (ada["who"], ada["effect"], ada["application"], ada["requests"]) == (
        "ada@example.com",
        "lose",
        "hello",
        1,
    )
    assert ada["first"] == ada["last"]
    assert ada["before"] == {"allowed": True, "policy": "engineers", "reasons": ["allowed-by-policy"]}
    assert ada["after"]["allowed"] is False


def test_how_far_back_can_be_said(doorward: Doorward, tmp_path: Path) -> None:
    with_requests(doorward, ADA, ago=3 * DAY)
    words = ("policy", "replay", "--draft", drafted(tmp_path, doorward))
    assert doorward.run(*words).exit_code == SOMEBODY
    assert "holds no decision since" in doorward.says(*words, "--since", "2d")
    wrong = doorward.run(*words, "--since", "yesterday")
    assert (wrong.exit_code, "--since: 'yesterday' is not a duration" in wrong.stderr) == (1, True)


def test_what_cannot_be_judged_is_said(doorward: Doorward, tmp_path: Path) -> None:
    log, elsewhere, at = Log(), Log(), SystemClock().now() - HOUR
    log.asks(elsewhere.signs_in(ADA, "s1"), at=at, allowed=True)
    log.asks(None, at=at, allowed=False, reason="credentials-refused")
    log.asks(None, at=at, allowed=True)
    log.write(doorward.data / "audit")
    shown = doorward.says("policy", "replay", "--draft", drafted(tmp_path, doorward))
    assert "1 request would be decided otherwise by the rules in force than" in shown
    assert "Left out: 1 no policy had decided, 1 by people whose sign-in is not in the log." in shown


def test_an_evaluators_answers_are_said_to_be_unknown(doorward: Doorward, tmp_path: Path) -> None:
    with_requests(doorward, ADA)
    path = Path(
        drafted(
            tmp_path, doorward, [{"id": "hr", "action": "allow", "include": [{"external_evaluation": "hr"}]}]
        )
    )
    file = json.loads(path.read_text())
    file["external_evaluations"] = [
        {"id": "hr", "url": "https://hr.example.com/ask", "keys_url": "https://hr.example.com/keys"}
    ]
    path.write_text(json.dumps(file))
    result = doorward.run("policy", "replay", "--draft", str(path))
    assert result.exit_code == SOMEBODY, result.stderr
    assert "1 request went where an evaluator outside is asked" in result.stdout


@pytest.mark.parametrize("words", [("policy", "replay"), ("policy", "replay", "--draft")])
def test_without_a_draft_it_is_mistyped(words: Sequence[str]) -> None:
    assert run(*words).exit_code == 2


def test_a_wrong_draft_is_told_with_exit_code_1(doorward: Doorward, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("version: 1\napplications: [{id: x}]\n")
    result = doorward.run("policy", "replay", "--draft", str(path))
    assert result.exit_code == 1
    assert f"{path}:2: " in result.stderr
