from __future__ import annotations

from random import Random

import pytest
from envoy.config.rbac.v3 import rbac_pb2
from hypothesis import given
from hypothesis import strategies as st

from doorward.envoy.rbac import application_rbac, policy_name
from doorward.model.ids import Audience
from doorward.policy.compiler import CompiledApplication
from tests.envoy.principals import conditions, expect_no_empty_matcher
from tests.policy.generated import Generator
from tests.policy.said import compiled, policy


def rules(made: CompiledApplication) -> rbac_pb2.RBAC:
    """The shadow rules, with the audience ``tag`` and the generation ``1.2.f``."""
    per_route = application_rbac(made, Audience("tag"), "1.2.f")
    assert not per_route.rbac.HasField("rules"), "only ext_authz refuses"
    assert per_route.rbac.HasField("shadow_rules")
    return per_route.rbac.shadow_rules


def test_no_policies_make_rules_that_allow_nothing() -> None:
    made = rules(compiled())
    assert made.action == rbac_pb2.RBAC.ALLOW
    assert len(made.policies) == 0


@pytest.mark.parametrize("hopeless", [("allow",), ("allow", "odd"), ("bypass",), ("deny", "everyone")])
def test_a_policy_that_can_allow_nothing_is_left_out(hopeless: tuple[str, ...]) -> None:
    made = rules(compiled(policy(*hopeless), policy("allow", "everyone", name="all")))
    assert set(made.policies) <= {"001/allow/all"}


def test_names_sort_in_the_order_of_evaluation() -> None:
    made = compiled(
        policy("allow", "everyone", name="a"),
        *(policy("allow", "group:x", name=f"p{number}") for number in range(10)),
        policy("bypass", "ip_range:10.0.0.0/8", name="z"),
    )
    names = [policy_name(entry) for entry in made.policies]
    assert names[:2] == ["000/bypass/z", "001/allow/a"]
    assert sorted(rules(made).policies) == sorted(names) == names


PERSON = "person lives & aud has tag & gen is 1.2.f"
MACHINE = "machine lives & aud has tag & gen is 1.2.f"


@pytest.mark.parametrize(
    ("made", "written"),
    [
        (
            compiled(policy("allow", "email:ada@corp.com", "email:bob@corp.com", "group:a", "group:b")),
            f"(email is ada@corp.com/bob@corp.com | groups has a/b) & {PERSON}",
        ),
        (
            compiled(policy("allow", "email_domain:corp.com", exclude=["group:out", "group:away"])),
            rf"email is ~[^@]+@corp\.com & !groups has out/away & {PERSON}",
        ),
        (compiled(policy("allow", "everyone")), PERSON),
        (
            compiled(policy("allow", "group:a@people", "group:b@people", "group:c@entra")),
            f"(groups has a/b & idp is people | groups has c & idp is entra) & {PERSON}",
        ),
        (
            compiled(policy("service_auth", "any_service_token", require=["ip_range:2001:db8::/32"])),
            f"2001:db8::/32 & {MACHINE}",
        ),
        (compiled(policy("bypass", "ip_range:10.0.0.0/8")), "(10.0.0.0/8 | ::ffff:a00:0/104)"),
        (compiled(policy("bypass", "everyone")), "any"),
        (compiled(policy("bypass", "country:DE", "country:FR")), "country is DE/FR"),
        (
            compiled(policy("bypass", "everyone", exclude=["country:RU"])),
            "!(country is RU | !country is ~[A-Z]{2})",
        ),
        (compiled(policy("bypass", "continent:AN")), "country is AQ/BV/GS/HM/TF"),
    ],
)
def test_a_policy_is_written_as_claims_and_sources_and_wants_a_credential_that_lives(
    made: CompiledApplication, written: str
) -> None:
    (only,) = rules(made).policies.values()
    (principal,) = only.principals
    assert conditions(principal) == written
    assert [permission.any for permission in only.permissions] == [True]


def test_an_earlier_deny_policy_is_a_condition_on_later_ones() -> None:
    made = compiled(policy("deny", "email:eve@evil.com"), policy("allow", "everyone", name="all"))
    (only,) = rules(made).policies.values()
    assert conditions(only.principals[0]) == f"!email is eve@evil.com & {PERSON}"


@given(st.randoms(use_true_random=False))
def test_whatever_is_no_bypass_wants_the_verdict_on_the_credential(random: Random) -> None:
    for name, found in rules(Generator(random).rule_set("hello").compiled).policies.items():
        whose = {"allow": PERSON, "service_auth": MACHINE, "bypass": ""}[name.split("/")[1]]
        assert conditions(found.principals[0]).endswith(whose)


@given(st.randoms(use_true_random=False))
def test_no_matcher_is_ever_empty_and_of_the_headers_only_the_method_is_matched(random: Random) -> None:
    expect_no_empty_matcher(rules(Generator(random, unknown=0.1).rule_set("hello").compiled))


def test_method_and_path_are_matched_whole() -> None:
    [only] = rules(compiled(policy("bypass", "path:/admin/**", require=["method:GET"]))).policies.values()
    path, method = only.principals[0].and_ids.ids
    assert path.url_path.path.safe_regex.regex == "/admin(?:/.*)?"
    assert (method.header.name, method.header.string_match.exact) == (":method", "GET")


def test_the_same_rules_have_the_same_bytes() -> None:
    made = compiled(policy("allow", "everyone"))
    one, other = rules(made), rules(made)
    assert one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)
