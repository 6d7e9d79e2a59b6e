from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.rule import Selector
from tests.declaration.files import FULL, application, merged, rule_group, said, section

TWO_PROVIDERS = """\
identity_providers:
  - {id: staff, type: local, accounts: []}
  - {id: guests, type: local, accounts: []}
"""

WRONG = [
    (
        rule_group("{rule_group: enginers}"),
        (
            "rule_groups[0].include[0].rule_group: there is no rule group 'enginers': "
            "did you mean 'engineers'? add it to rule_groups, or use one of: engineers"
        ),
    ),
    (
        rule_group("{identity_provider: staff}"),
        (
            "rule_groups[0].include[0].identity_provider: there is no identity provider 'staff': "
            "add it to identity_providers, or use one of: there is none yet"
        ),
    ),
    (
        rule_group("{group: a, identity_provider: staff}"),
        (
            "rule_groups[0].include[0].identity_provider: there is no identity provider 'staff': "
            "add it to identity_providers, or use one of: there is none yet"
        ),
    ),
    (
        section("policies", "{id: a, action: service_auth, include: [], exclude: [service_token: ci]}"),
        (
            "policies[0].exclude[0].service_token: there is no service token 'ci': "
            "add it to service_tokens, or use one of: there is none yet"
        ),
    ),
    (
        application("policies: [staff-only]"),
        (
            "applications[0].policies[0]: there is no shared policy 'staff-only': "
            "add it to policies, or use one of: there is none yet"
        ),
    ),
    (
        application("policies: [{action: allow, include: [everyone], require: [rule_group: x]}]"),
        (
            "applications[0].policies[0].require[0].rule_group: there is no rule group 'x': "
            "add it to rule_groups, or use one of: there is none yet"
        ),
    ),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_name_that_leads_nowhere_is_told_with_those_there_are(text: str, sentence: str) -> None:
    assert said(text) == [f"access.yaml:3: {sentence}"]


REMOVED = [
    ("rule_groups", "shared policy 'staff-only' uses rule group 'engineers'"),
    ("identity_providers", "rule group 'engineers' uses identity provider 'staff'"),
    ("service_tokens", "policy 'bots' of application 'builds' uses service token 'ci'"),
    ("policies", "application 'wiki' uses shared policy 'staff-only'"),
]


@pytest.mark.parametrize(("section", "sentence"), REMOVED)
def test_what_is_in_use_cannot_be_removed_behind_its_users_back(section: str, sentence: str) -> None:
    assert said(f"version: 1\n# \n{section}: []\n", merged(FULL)) == [
        f"access.yaml:3: {section}: {sentence}, which this file removes: keep it, or change that as well"
    ]


def test_a_name_may_be_one_that_is_there_already() -> None:
    before = merged(FULL)
    after = merged(application("policies: [staff-only]"), before)
    assert after.policies_of(after.applications[0]) == before.policies


def test_a_group_is_of_one_provider_where_there_are_several() -> None:
    text = f"{rule_group('{group: ops}')}{TWO_PROVIDERS}"
    assert said(text) == [
        (
            "access.yaml:3: rule_groups[0].include[0]: group 'ops' could be any identity provider's: "
            "write {group: ops, identity_provider: …} with one of: staff, guests"
        )
    ]
    merged(text.replace("group: ops", "group: ops, identity_provider: guests"))


def test_a_group_needs_no_provider_where_there_is_one_or_none() -> None:
    one = "identity_providers: [{id: staff, type: local, accounts: []}]\n"
    for text in (rule_group("{group: ops}"), rule_group("{group: ops}") + one):
        assert merged(text).rule_groups[0].rules.include == (Selector("group", "ops"),)


def test_a_second_provider_makes_groups_elsewhere_ambiguous() -> None:
    before = merged(rule_group("{group: ops}"))
    assert said(f"version: 1\n{TWO_PROVIDERS}", before) == [
        (
            "access.yaml:2: identity_providers: in rule group 'engineers', group 'ops' could be any "
            "identity provider's: write {group: ops, identity_provider: …} with one of: staff, guests"
        )
    ]


def test_every_broken_reference_is_told() -> None:
    before = replace(merged(FULL), applications=())
    text = application("policies: [a, staff-only, b]")
    assert [line.split(": ")[1] for line in said(text, before)] == [
        "applications[0].policies[0]",
        "applications[0].policies[2]",
    ]
