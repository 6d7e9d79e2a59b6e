from __future__ import annotations

import re
from dataclasses import replace

import pytest
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2

from doorward.envoy import names
from doorward.envoy.application_filters import application_filters
from doorward.envoy.passes import IN_BASIC, IN_QUERY, shows_pass
from doorward.model.access_pass import PassRules, Presented
from doorward.services.pass_credentials import shown
from tests.envoy.states import served
from tests.services.sample import ENGINEERS, application, ask


def permissions(*ways: Presented) -> list[str]:
    """Of the only policy, what its permissions look at."""
    rules = PassRules(presented=frozenset(ways)) if ways else None
    made = replace(application("hello", ENGINEERS), passes=rules)
    found = rbac_pb2.RBACPerRoute()
    assert application_filters(served(made), generation="g")[names.RBAC].Unpack(found)
    [policy] = found.rbac.shadow_rules.policies.values()
    [permission] = policy.permissions
    if permission.any:
        return []
    inner = permission.not_rule
    return [one.header.name for one in (inner.or_rules.rules if inner.HasField("or_rules") else [inner])]


def test_of_an_application_without_passes_everything_may_be_decided_at_the_edge() -> None:
    assert permissions() == []


def test_what_may_show_a_pass_is_left_to_the_control_plane() -> None:
    assert permissions(Presented.HEADER) == ["doorward-pass"]
    assert permissions(*Presented) == ["authorization", "doorward-pass", ":path"]
    assert shows_pass(Presented.QUERY).header.string_match.safe_regex.regex == IN_QUERY


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("/x?doorward_pass=a", True),
        ("/?b=1&doorward_pass=a&c", True),
        ("/?doorward_pass", True),
        ("/?DOORWARD_PASS=a", True),
        ("/?a=?doorward_pass=", True),
        ("/doorward_pass=a", False),
        ("/?my_doorward_pass=a", False),
        ("/?doorward_passport=a", False),
    ],
)
def test_the_edge_looks_out_for_every_query_that_the_control_plane_reads(target: str, *, found: bool) -> None:
    assert (re.fullmatch(IN_QUERY, target) is not None) is found
    read = shown(ask(target=target, headers={}), frozenset({Presented.QUERY}))
    assert found or read is None


@pytest.mark.parametrize("header", ["Basic YTpi", "basic YTpi", "BASIC  YTpi", "Bearer x, Basic YTpi"])
def test_the_edge_looks_out_for_basic_authentication_in_every_spelling(header: str) -> None:
    assert re.fullmatch(IN_BASIC, header)
