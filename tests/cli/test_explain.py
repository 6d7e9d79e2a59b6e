from __future__ import annotations

from tests.cli.commands import Doorward
from tests.services.sample import ADA
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
