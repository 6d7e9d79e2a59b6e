from __future__ import annotations

import pytest

from doorward.model.policy import Policy
from doorward.policy.step_up import missing_contexts
from tests.policy.said import compiled, machine, nobody, person, policy, rule_group

STAFF = policy("allow", "group:staff", require=["auth_context:c1@people"])


@pytest.mark.parametrize(
    ("policies", "missing"),
    [
        ((STAFF,), {"c1"}),
        ((policy("allow", "everyone", name="all"), STAFF), set()),
        ((policy("allow", "group:board", require=["auth_context:c1@people"]),), set()),
        ((policy("allow", "group:staff", require=["auth_context:c1@entra"]),), set()),
        ((policy("deny", "everyone", name="no"), STAFF), set()),
        (
            (policy("allow", "group:staff", require=["auth_context:c1@people", "auth_context:c2@people"]),),
            {"c1", "c2"},
        ),
        ((policy("allow", "auth_context:c1@people", "auth_context:c2@people"),), {"c2"}),
        ((policy("allow", "rule_group:strong"),), {"c3"}),
    ],
)
def test_what_is_missing_is_what_would_let_the_person_in(
    policies: tuple[Policy, ...], missing: set[str]
) -> None:
    made = compiled(*policies, groups=[rule_group("strong", "auth_context:c3@people")])
    assert missing_contexts(made, person("ada@corp.com", "staff")) == missing


def test_nothing_is_missing_to_whom_may_already_or_is_nobody() -> None:
    made = compiled(STAFF)
    assert missing_contexts(made, person("ada@corp.com", "staff", contexts=["c1"])) == frozenset()
    assert missing_contexts(made, machine()) == frozenset()
    assert missing_contexts(made, nobody()) == frozenset()


def test_a_context_that_an_exclude_rule_looks_for_is_not_asked_for() -> None:
    made = compiled(policy("allow", "group:staff", exclude=["auth_context:c1@people"]))
    assert missing_contexts(made, person("ada@corp.com", "staff", contexts=["c1"])) == frozenset()
