from __future__ import annotations

import pytest

from tests.cli.commands import Doorward, run
from tests.cli.test_policy import ESCAPE, with_requests
from tests.services.sample import ADA, BOB
from tests.services.signing_in import enter


def test_a_person_who_may_is_shown_by_which_policy(doorward: Doorward) -> None:
    enter(doorward.world, ADA)
    shown = doorward.says("explain", "--email", "ada@example.com", "--app", "hello")
    assert shown.startswith("ada@example.com on hello: allowed by engineers (allowed-by-policy)")
    assert "✓ allow engineers (decided)" in shown
    assert "✓ group engineers of staff  [engineers]" in shown
    assert "- service_auth machines (is not about who asks)" in shown


def test_a_person_who_may_not_is_shown_what_is_missing(doorward: Doorward) -> None:
    shown = doorward.says("explain", "--email", "bob@example.com", "--app", "hello")
    assert "denied (no-policy-matched, not-included)" in shown
    assert "✗ group engineers of staff  [sales]" in shown


def test_groups_may_be_supposed(doorward: Doorward) -> None:
    words = ("explain", "--email", "new@example.com", "--app", "hello", "--idp", "staff")
    assert "denied" in doorward.says(*words)
    assert "allowed" in doorward.says(*words, "--group", "engineers")


def test_an_application_without_policies_says_so(doorward: Doorward) -> None:
    shown = doorward.says("explain", "--email", "bob@example.com", "--app", "closed")
    assert "no policies: nobody may open it" in shown


def test_scripts_get_the_tree_as_json(doorward: Doorward) -> None:
    (found,) = doorward.json("explain", "--email", "bob@example.com", "--app", "hello")
    assert [policy["id"] for policy in found["policies"]] == ["machines", "engineers"]


def test_who_is_not_known_is_told_in_a_sentence(doorward: Doorward) -> None:
    result = doorward.run("explain", "--email", "new@example.com", "--app", "hello")
    assert result.exit_code == 1
    assert "nobody is signed in as new@example.com" in result.stderr


def test_a_logged_decision_is_shown_as_the_same_tree_with_what_was_decided(doorward: Doorward) -> None:
    allowed, denied = with_requests(doorward, ADA, BOB)
    shown = doorward.says("explain", allowed)
    assert shown.startswith("ada@example.com on hello: allowed by engineers (allowed-by-policy)")
    assert "Facts of session s0, as the audit log has them of that moment." in shown
    assert "by the edge: allow by engineers (policy-matched), status 200." in shown
    assert "of configuration 1, since " in shown
    assert "The entry does not say which version decided" in shown
    assert "✓ group engineers of staff  [engineers]" in shown
    assert "The decision was another" not in shown
    assert ESCAPE not in shown
    assert "✗ group engineers of staff  [sales]" in doorward.says("explain", denied)
    [found] = doorward.json("explain", denied)
    assert (found["allowed"], found["logged"]["decision"], found["differs"]) == (False, "deny", "")
    assert (found["rules"]["configuration"], found["rules"]["exact"]) == (1, False)


def test_a_request_that_the_log_does_not_hold_is_told(doorward: Doorward) -> None:
    result = doorward.run("explain", "r404")
    assert result.exit_code == 1
    assert "the audit log holds no request 'r404'" in result.stderr


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "give a request's id, or --email and --app"),
        (("--email", "ada@example.com"), "give a request's id, or --email and --app"),
        (("r1", "--ip", "192.0.2.7"), "leave the other options out"),
    ],
)
def test_half_a_question_is_mistyped(words: tuple[str, ...], problem: str) -> None:
    result = run("explain", *words)
    assert result.exit_code == 2
    assert problem in " ".join(result.stderr.replace("│", " ").split())
