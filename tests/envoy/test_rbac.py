from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

import pytest
from envoy.config.rbac.v3 import rbac_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from doorward.envoy.rbac import application_rbac, policy_name
from doorward.model.ids import Audience, ServiceTokenId, SessionId
from doorward.policy.compiler import CompiledApplication
from tests.policy.generated import Generator
from tests.policy.kinds import SERVICE_TOKENS
from tests.policy.said import compiled, policy

CI = ServiceTokenId("ci")


def rules(
    made: CompiledApplication, *revoked: str, service_tokens: tuple[ServiceTokenId, ...] = (CI,)
) -> rbac_pb2.RBAC:
    """The shadow rules, with the audience ``tag`` and the generation ``1.2.f``."""
    per_route = application_rbac(
        made,
        Audience("tag"),
        "1.2.f",
        [SessionId(sid) for sid in revoked],
        service_tokens=service_tokens,
    )
    assert not per_route.rbac.HasField("rules"), "only ext_authz refuses"
    assert per_route.rbac.HasField("shadow_rules")
    return per_route.rbac.shadow_rules


def messages(message: Message) -> Iterator[Message]:
    """The message and every one inside it."""
    yield message
    for field, value in message.ListFields():
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        if isinstance(value, Mapping):
            inner = list(value.values())
        else:
            inner = list(value) if field.is_repeated else [value]
        for one in inner:
            yield from messages(one)


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


def conditions(principal: rbac_pb2.Principal) -> str:
    """A principal as a person would write it."""
    match principal.WhichOneof("identifier"):
        case "and_ids":
            return " & ".join(conditions(one) for one in principal.and_ids.ids)
        case "or_ids":
            return f"({' | '.join(conditions(one) for one in principal.or_ids.ids)})"
        case "not_id":
            return f"!{conditions(principal.not_id)}"
        case "any":
            return "any"
        case "remote_ip":
            return f"{principal.remote_ip.address_prefix}/{principal.remote_ip.prefix_len.value}"
    matcher = principal.sourced_metadata.metadata_matcher
    assert matcher.filter == "envoy.filters.http.jwt_authn"
    claims, claim = (segment.key for segment in matcher.path)
    assert claims == "claims"
    if matcher.value.HasField("list_match"):
        return f"{claim} has {texts(matcher.value.list_match.one_of)}"
    return f"{claim} is {texts(matcher.value)}"


def texts(value: rbac_pb2.Principal) -> str:
    if value.HasField("or_match"):
        return "/".join(texts(one) for one in value.or_match.value_matchers)
    matcher = value.string_match
    return f"~{matcher.safe_regex.regex}" if matcher.HasField("safe_regex") else matcher.exact


CURRENT = "type is app & aud has tag & gen is 1.2.f"


@pytest.mark.parametrize(
    ("made", "revoked", "written"),
    [
        (
            compiled(policy("allow", "email:ada@corp.com", "email:bob@corp.com", "group:a", "group:b")),
            (),
            f"{CURRENT} & sid is ~(?s).+ & (email is ada@corp.com/bob@corp.com | groups has a/b)",
        ),
        (
            compiled(policy("allow", "email_domain:corp.com", exclude=["group:out"])),
            ("s2", "s1"),
            rf"{CURRENT} & sid is ~(?s).+ & email is ~[^@]+@corp\.com & !groups has out & !sid is s1/s2",
        ),
        (
            compiled(policy("allow", "everyone")),
            ("s1",),
            f"{CURRENT} & sid is ~(?s).+ & !sid is s1",
        ),
        (
            compiled(policy("service_auth", "any_service_token", require=["ip_range:2001:db8::/32"])),
            ("s1",),
            f"{CURRENT} & service_token is ~(?s).+ & 2001:db8::/32 & service_token is ci",
        ),
        (
            compiled(policy("bypass", "ip_range:10.0.0.0/8")),
            ("s1",),
            "(10.0.0.0/8 | ::ffff:10.0.0.0/104)",
        ),
        (compiled(policy("bypass", "everyone")), (), "any"),
    ],
)
def test_a_policy_is_written_as_claims_and_sources(
    made: CompiledApplication, revoked: tuple[str, ...], written: str
) -> None:
    (only,) = rules(made, *revoked).policies.values()
    (principal,) = only.principals
    assert conditions(principal) == written.replace("::ffff:10.0.0.0", "::ffff:a00:0")
    assert [permission.any for permission in only.permissions] == [True]


def test_an_earlier_deny_policy_is_a_condition_on_later_ones() -> None:
    made = compiled(policy("deny", "email:eve@evil.com"), policy("allow", "everyone", name="all"))
    (only,) = rules(made).policies.values()
    assert conditions(only.principals[0]).endswith("& !email is eve@evil.com")


def test_without_a_list_of_service_tokens_every_machine_is_left_to_the_control_plane() -> None:
    made = compiled(policy("service_auth", "any_service_token"))
    assert len(rules(made, service_tokens=()).policies) == 0


@given(st.randoms(use_true_random=False))
def test_no_matcher_is_ever_empty_and_of_the_headers_only_the_method_is_matched(random: Random) -> None:
    made = Generator(random, unknown=0.1).rule_set("hello").compiled
    whole = rules(made, "s1", "s2", service_tokens=SERVICE_TOKENS)
    for message in messages(whole):
        name = message.DESCRIPTOR.name
        # The prefix length 0 is a value that is there, and all of it is the default.
        assert message.ListFields() or name in {"RBAC", "UInt32Value"}, f"an empty {name}"
        if name == "Principal":
            assert isinstance(message, rbac_pb2.Principal)
            assert message.WhichOneof("identifier") in {
                "and_ids",
                "or_ids",
                "not_id",
                "any",
                "remote_ip",
                "sourced_metadata",
                "url_path",
                "header",
            }
            assert message.header.name in ("", ":method")
        if name == "Set":
            assert len(getattr(message, "ids")) >= 2  # noqa: B009 - the stubs of Message know no fields
        if name == "OrMatcher":
            assert len(getattr(message, "value_matchers")) >= 2  # noqa: B009 - as above
        if name == "StringMatcher":
            exact = getattr(message, "exact")  # noqa: B009 - as above
            assert exact or message.HasField("safe_regex")


def test_method_and_path_are_matched_whole() -> None:
    [only] = rules(compiled(policy("bypass", "path:/admin/**", require=["method:GET"]))).policies.values()
    path, method = only.principals[0].and_ids.ids
    assert path.url_path.path.safe_regex.regex == "/admin(?:/.*)?"
    assert (method.header.name, method.header.string_match.exact) == (":method", "GET")


def test_the_same_rules_have_the_same_bytes() -> None:
    made = compiled(policy("allow", "everyone"))
    one, other = (rules(made, *revoked) for revoked in (["s1", "s2"], ["s2", "s1"]))
    assert one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)
