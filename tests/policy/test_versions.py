from __future__ import annotations

from dataclasses import fields, replace

import pytest

from doorward.model.ids import IdentityProviderId
from doorward.model.policy import Policy
from doorward.policy.compiled import CompiledApplication
from doorward.policy.compiler import compile_application
from doorward.policy.versions import policies_version
from tests.nouns import application
from tests.policy.said import compiled, policy, rule_group

STAFF = policy("allow", "rule_group:staff", require=["ip_range:10.0.0.0/8"], name="staff")
EVE = policy("deny", "email:eve@corp.com", name="eve")
GROUP = rule_group("staff", "group:staff@people")


def made(*policies: Policy, group: str = "group:staff@people") -> CompiledApplication:
    return compiled(*policies, groups=[rule_group("staff", group)])


def test_it_is_twelve_hexadecimal_digits_and_the_same_for_the_same() -> None:
    version = made(STAFF, EVE).version
    assert len(bytes.fromhex(version)) == 6
    assert made(STAFF, EVE).version == version


@pytest.mark.parametrize(
    "other",
    [
        made(EVE, STAFF),
        made(STAFF),
        made(STAFF, EVE, group="group:others@people"),
        made(STAFF, replace(EVE, action=STAFF.action)),
        made(STAFF, policy("deny", "email:eve@corp.com", "email:mallory@corp.com", name="eve")),
        made(STAFF, policy("deny", "email:eve@corp.com", name="mallory")),
        made(policy("allow", "rule_group:staff", exclude=["ip_range:10.0.0.0/8"], name="staff"), EVE),
        compile_application(
            replace(application("hello"), identity_providers=(IdentityProviderId("entra"),)),
            [STAFF, EVE],
            [GROUP],
        ),
    ],
)
def test_what_decides_otherwise_has_another(other: CompiledApplication) -> None:
    assert other.version != made(STAFF, EVE).version


@pytest.mark.parametrize(
    "same",
    [
        compiled(STAFF, EVE, groups=[GROUP, rule_group("unused", "everyone")]),
        compiled(replace(STAFF, name="The staff"), EVE, groups=[replace(GROUP, name="Staff")]),
        compiled(STAFF, policy("deny", "email: EVE@corp.com", name="eve"), groups=[GROUP]),
    ],
)
def test_names_spelling_and_what_is_not_used_do_not_matter(same: CompiledApplication) -> None:
    assert same.version == made(STAFF, EVE).version


def test_every_field_of_a_policy_is_in_it_or_known_not_to_decide() -> None:
    inside = {"id", "action", "rules"}
    becomes_a_rule = {"purpose", "approval"}
    after_deciding = {"name", "session_duration"}
    assert {field.name for field in fields(Policy)} == inside | becomes_a_rule | after_deciding


def test_without_policies_there_is_a_version_too() -> None:
    assert policies_version([], {}, []) == compiled().version
