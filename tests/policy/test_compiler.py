from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.access import AccessRequest
from doorward.model.application import Origin
from doorward.model.claims import Mentioned, TokenClaims, Validity
from doorward.model.ids import (
    Audience,
    IdentityProviderId,
    PolicyId,
    SessionId,
)
from doorward.model.policy import Policy
from doorward.model.service_token import credential
from doorward.policy.compiler import CompiledApplication, compile_application
from doorward.policy.evaluate import evaluate
from doorward.policy.expression import NEVER, And, ClaimEquals, ClaimPresent, SourceIn
from doorward.policy.selectors import WRITABLE
from doorward.policy.verdicts import verdicts
from tests.fakes.clock import START
from tests.nouns import application
from tests.policy.generated import Generator
from tests.policy.kinds import VALUES
from tests.policy.meaning import Facts, holds
from tests.policy.said import HELLO, compiled, policy, rule_group, said

VALIDITY = Validity(
    issuer="", audience=Audience(""), generation="", issued=START, expires=START + timedelta(hours=1)
)


def claims_of(made: CompiledApplication, request: AccessRequest) -> Mapping[str, object]:
    """What a token made for this request says; nothing for somebody without one."""
    if request.identity is not None:
        decision = evaluate(made, request)
        return TokenClaims.for_person(
            request.identity,
            session=SessionId("s1"),
            mentioned=made.mentioned,
            verdicts=verdicts(made, request),
            policy=decision.policy if decision.allowed else None,
            validity=VALIDITY,
        ).as_claims()
    if request.service_token is not None:
        return TokenClaims.for_machine(
            request.service_token,
            credential=credential(request.service_token, "0" * 64),
            client_id="",
            verdicts=verdicts(made, request),
            validity=VALIDITY,
        ).as_claims()
    return {}


def fast_policy(made: CompiledApplication, request: AccessRequest) -> PolicyId | None:
    """The first policy that the data plane would find to allow this request."""
    facts = Facts(
        request.source,
        claims_of(made, request),
        request.country,
        method=request.method,
        path=request.path,
    )
    return next((entry.policy.id for entry in made.policies if holds(entry.expression, facts)), None)


@given(st.randoms(use_true_random=False))
def test_expressions_allow_what_the_evaluator_allows_by_the_same_policy(random: Random) -> None:
    generator = Generator(random, unknown=0.1)
    rule_set = generator.rule_set("hello")
    for _ in range(5):
        request = generator.request(HELLO)
        request = replace(request, path=request.path.partition("?")[0])
        decision = evaluate(rule_set.compiled, request)
        found = fast_policy(rule_set.compiled, request)
        if rule_set.may_be_left(request):
            assert decision.allowed or found is None
        else:
            assert found == (decision.policy if decision.allowed else None)


def test_rules_of_every_kind_are_generated() -> None:
    assert set(VALUES) == set(WRITABLE)


def test_bypass_and_service_auth_come_first_each_kind_in_its_order() -> None:
    made = compiled(
        policy("deny", "email:eve@evil.com", name="a"),
        policy("service_auth", "any_service_token", name="b"),
        policy("allow", "everyone", name="c"),
        policy("bypass", "ip_range:10.0.0.0/8", name="d"),
    )
    assert [(entry.position, entry.policy.id) for entry in made.policies] == [
        (0, "b"),
        (1, "d"),
        (2, "a"),
        (3, "c"),
    ]


@pytest.mark.parametrize(
    "hopeless",
    [
        policy("deny", "everyone"),
        policy("allow"),
        policy("allow", "odd"),
        policy("allow", "everyone", exclude=["odd"]),
        policy("bypass", "odd"),
    ],
)
def test_what_cannot_be_proved_is_never_allowed_on_the_fast_path(hopeless: Policy) -> None:
    assert compiled(hopeless).policies[0].expression == NEVER


def test_behind_a_deny_policy_that_nobody_understands_the_fast_path_allows_nothing() -> None:
    made = compiled(policy("deny", "odd"), policy("allow", "everyone"))
    assert [entry.expression for entry in made.policies] == [NEVER, NEVER]
    assert made.unknown_kinds == {"odd"}


def test_groups_are_mentioned_wherever_they_stand() -> None:
    made = compiled(
        policy("allow", "group:a", require=["group:b@people"], exclude=["rule_group:out"]),
        policy("deny", "group:d"),
        groups=[rule_group("out", "group:c"), rule_group("unused", "group:z")],
    )
    assert made.mentioned.groups == {"a", "b", "c", "d"}


def test_the_fingerprint_names_the_set_of_mentioned_groups_and_nothing_else() -> None:
    first = compiled(policy("allow", "group:a", "group:b")).fingerprint
    same = compiled(policy("deny", "group:b@people"), policy("allow", "everyone", exclude=["group:a"]))
    assert same.fingerprint == first
    assert compiled(policy("allow", "group:a", "group:b", "group:c")).fingerprint != first
    assert len(first) == 12


def test_every_fact_that_a_token_may_carry_is_mentioned_where_a_policy_looks_for_it() -> None:
    made = compiled(
        policy(
            "allow",
            "role:admin",
            "claim:department = Finance",
            "upn:Ada@corp.com",
            require=["auth_context:c1@entra"],
        )
    )
    assert made.mentioned == Mentioned(
        roles=frozenset({"admin"}),
        claims=frozenset({("department", "Finance")}),
        contexts=frozenset({"c1"}),
        upn=True,
    )
    assert made.fingerprint != compiled(policy("allow", "role:admin")).fingerprint


def test_people_of_another_identity_provider_are_not_allowed_by_the_data_plane() -> None:
    only = replace(application("hello"), identity_providers=(IdentityProviderId("entra"),))
    made = compile_application(
        only, [policy("allow", "everyone"), policy("bypass", "ip_range:2001:db8::/32")], ()
    )
    assert made.identity_providers == {"entra"}
    assert [entry.expression for entry in made.policies] == [
        SourceIn(ip_network("2001:db8::/32")),
        And((ClaimPresent("sid"), ClaimEquals("idp", "entra"))),
    ]


def test_selectors_come_out_in_canonical_spelling() -> None:
    made = compiled(policy("allow", "email: ADA@corp.com "))
    assert made.policies[0].policy.rules.include == said("email:ada@corp.com")


def test_where_policies_say_for_how_long_a_token_counts_under_the_one_it_was_made_under() -> None:
    short = replace(policy("allow", "group:a", name="short"), session_duration=timedelta(minutes=5))
    made = compiled(
        short, policy("allow", "group:b", name="other"), policy("bypass", "ip_range:2001:db8::/32")
    )
    assert made.mentioned.policy
    bypass, *people = made.policies
    assert bypass.expression == SourceIn(ip_network("2001:db8::/32"))
    for entry in people:
        assert isinstance(entry.expression, And)
        assert ClaimEquals("policy", entry.policy.id) in entry.expression.operands
    assert made.fingerprint != compiled(replace(short, session_duration=timedelta(minutes=6))).fingerprint


def test_another_duration_outdates_tokens() -> None:
    hello = application("hello")
    longer = replace(hello, session_duration=timedelta(hours=1))
    staff = policy("allow", "group:a")
    fingerprints = {compile_application(made, [staff], ()).fingerprint for made in (hello, longer)}
    assert len(fingerprints) == 2


def test_where_an_origin_is_told_who_it_is_a_token_has_to_say_it() -> None:
    wanted = (("x-user", "email"),)
    made = compile_application(
        replace(application("hello"), origin=Origin(url="http://h", identity_headers=wanted)),
        [policy("allow", "group:a"), policy("bypass", "ip_range:2001:db8::/32")],
        (),
    )
    assert made.mentioned.headers == wanted
    bypass, allow = made.policies
    assert isinstance(allow.expression, And)
    assert ClaimEquals("told", "all") in allow.expression.operands
    assert bypass.expression == SourceIn(ip_network("2001:db8::/32"))
