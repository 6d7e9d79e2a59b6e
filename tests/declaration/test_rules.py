from __future__ import annotations

import pytest

from doorward.declaration.rules import KINDS, takes_no_value
from doorward.model.ids import IdentityProviderId, PolicyId, RuleGroupId
from doorward.model.policy import Action, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from tests.declaration.files import FULL, application, declared, problem, rule_group, said, section

STAFF = IdentityProviderId("staff")


def test_rule_groups_and_policies_are_read() -> None:
    declaration = declared(FULL)
    assert declaration.rule_groups == (
        RuleGroup(
            id=RuleGroupId("engineers"),
            name="All engineers",
            rules=Rules(
                include=(Selector("group", "engineers", STAFF), Selector("email_domain", "example.com")),
                exclude=(Selector("email", "bob@example.com"),),
            ),
        ),
    )
    assert declaration.policies == (
        Policy(
            id=PolicyId("staff-only"),
            name="Staff only",
            action=Action.ALLOW,
            rules=Rules(
                include=(Selector("rule_group", "engineers"),),
                require=(Selector("ip_range", "192.0.2.0/24"),),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("written", "selector"),
    [
        ("everyone", Selector("everyone")),
        ("{everyone: }", Selector("everyone")),
        ("any_service_token", Selector("any_service_token")),
        ("{email: ADA@Example.com}", Selector("email", "ada@example.com")),
        ("{group: Ops}", Selector("group", "Ops")),
        ("{group: 007}", Selector("group", "007")),
        ("{group: Ops, identity_provider: staff}", Selector("group", "Ops", STAFF)),
        ("{identity_provider: staff}", Selector("identity_provider", "staff")),
        ("{ip_range: '2001:db8::/32'}", Selector("ip_range", "2001:db8::/32")),
        ("{country: NO}", Selector("country", "NO")),
        ("{country: de}", Selector("country", "DE")),
        ("{continent: eu}", Selector("continent", "EU")),
        ("{rule_group: other}", Selector("rule_group", "other")),
    ],
)
def test_a_selector_is_a_kind_with_its_value_in_canonical_spelling(written: str, selector: Selector) -> None:
    groups = declared(rule_group(written)).rule_groups
    assert groups is not None
    assert groups[0].rules.include == (selector,)


ALLOWED = f"allowed: {', '.join(KINDS)}"
WRONG = [
    ("{mail: a@b.de}", "", f"'mail' is not a kind of selector here: did you mean 'email'? {ALLOWED}"),
    ("ada@example.com", "", f"'ada@example.com' is not a kind of selector here: {ALLOWED}"),
    ("{moon_phase: full}", "", f"'moon_phase' is not a kind of selector here: {ALLOWED}"),
    ("email", "", "email needs a value: write 'email: …'"),
    ("rule_group", "", "rule_group needs a value: write 'rule_group: …'"),
    (
        "{email: a@b.de, email_domain: b.de}",
        "",
        "holds 2 selectors (email, email_domain): give each selector an item of its own",
    ),
    (
        "{email: a@b.de, identity_provider: staff}",
        "",
        "holds 2 selectors (email, identity_provider): give each selector an item of its own",
    ),
    ("{}", "", "holds no selector: give each selector an item of its own"),
    ("[email]", "", "is a list: give a selector, such as 'email: ada@example.com'"),
    ("{email: [a@b.de]}", ".email", "is a list: give a single value"),
    ("{email: ~}", ".email", "is empty: give a value, or leave the field out"),
    ("{email: ada}", ".email", "'ada' is not an email address: use name@domain"),
    ("{email_domain: '@b.de'}", ".email_domain", "leave out the @: write 'b.de'"),
    ("{ip_range: 192.0.2.1/24}", ".ip_range", "write 192.0.2.0/24 for the range"),
    ("{everyone: yes}", ".everyone", "everyone takes no value, and 'yes' is one: leave it empty"),
    (
        "{group: a, email: a@b.de}",
        ".email",
        "'email' is not a field here: allowed: group, identity_provider",
    ),
    ("{group: a, identity_provider: A}", ".identity_provider", "'A' is not a name: use 1-63"),
    ("{rule_group: A}", ".rule_group", "'A' is not a name: use 1-63"),
]


@pytest.mark.parametrize(("written", "field", "fix"), WRONG)
def test_a_wrong_selector_is_told_with_what_is_allowed(written: str, field: str, fix: str) -> None:
    found = problem(rule_group(written))
    assert (found.line, found.field) == (3, f"rule_groups[0].include[0]{field}")
    assert fix in found.problem


def test_rules_without_an_include_would_match_nobody_and_are_refused() -> None:
    assert said(section("policies", "{id: a, action: allow, require: [everyone]}")) == [
        "access.yaml:3: policies[0].include: is missing: this field is required"
    ]


def test_a_policy_of_an_application_may_go_without_an_id() -> None:
    text = application("policies: [{action: deny, include: []}, {id: a, action: allow, include: []}]")
    applications = declared(text).applications
    assert applications is not None
    ids = [entry.id if isinstance(entry, Policy) else entry for entry in applications[0].policies]
    assert ids == ["policy-1", "a"]


def test_a_shared_policy_may_not() -> None:
    assert said(section("policies", "{action: deny, include: []}")) == [
        "access.yaml:3: policies[0].id: is missing: this field is required"
    ]


def test_kinds_that_say_everything_by_themselves_are_known() -> None:
    assert [kind for kind in KINDS if takes_no_value(kind)] == [
        "any_service_token",
        "certificate",
        "everyone",
    ]
