"""Compiled policies as Envoy RBAC shadow rules: the decision in the data plane.

The rules look at claims of the token that ``jwt_authn`` verified (dynamic metadata
``envoy.filters.http.jwt_authn``, key ``claims``), at the source address that Envoy trusts, and at method
and path, of which a request has one each. No other header is ever matched: Envoy joins repeated headers
into one value (CVE-2026-26308).

Rule: no matcher is empty. What is never true has no policy, and rules without any policy deny.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from envoy.config.core.v3 import address_pb2
from envoy.config.rbac.v3 import rbac_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2 as rbac_filter_pb2
from envoy.type.matcher.v3 import metadata_pb2, number_pb2, path_pb2, regex_pb2, string_pb2, value_pb2
from envoy.type.v3 import range_pb2
from google.protobuf import wrappers_pb2

from doorward.envoy import names
from doorward.model.claims import TOKEN_TYPE
from doorward.model.ids import Audience, ServiceTokenId, SessionId
from doorward.model.policy import Action
from doorward.policy.compiled import CompiledApplication, CompiledPolicy
from doorward.policy.expression import (
    NEVER,
    Always,
    And,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClaimPresent,
    Expression,
    Fact,
    IssuedBefore,
    MethodIs,
    Never,
    Not,
    Or,
    PathMatches,
    SourceIn,
    both,
    either,
    negation,
)


def application_rbac(
    compiled: CompiledApplication,
    audience: Audience,
    generation: str,
    revoked: Collection[SessionId],
    *,
    changed: Mapping[SessionId, datetime] = MappingProxyType({}),
    service_tokens: Collection[ServiceTokenId] = (),
) -> rbac_filter_pb2.RBACPerRoute:
    """Shadow rules for the application's routes; the verdict is ``shadow_engine_result``.

    Except under bypass, a token counts only if it is for ``audience`` and of ``generation`` (see
    ``token_generation``), a person's only if its session is not in ``revoked`` and was not ``changed``
    after the token was made, a machine's only
    if its service token is in ``service_tokens``: those that exist and have not expired. Without
    that list every machine is left to the control plane.
    """
    current = both(
        (
            ClaimEquals("type", TOKEN_TYPE),
            ClaimContains("aud", audience),
            ClaimEquals("gen", generation),
        )
    )
    accepted = {
        Action.ALLOW: both(
            (
                negation(either(ClaimEquals("sid", sid) for sid in sorted(revoked))),
                negation(either(_made_before(sid, changed[sid]) for sid in sorted(changed))),
            )
        ),
        Action.SERVICE_AUTH: either(ClaimEquals("service_token", token) for token in sorted(service_tokens)),
    }
    policies: dict[str, rbac_pb2.Policy] = {}
    for policy in compiled.policies:
        expression = policy.expression
        if policy.policy.action is not Action.BYPASS:
            # The long lists come last: they are looked at only when all else holds.
            expression = both((current, expression, accepted.get(policy.policy.action, NEVER)))
        if expression != NEVER:
            policies[policy_name(policy)] = rbac_pb2.Policy(
                permissions=[rbac_pb2.Permission(any=True)], principals=[_principal(expression)]
            )
    rules = rbac_pb2.RBAC(action=rbac_pb2.RBAC.ALLOW, policies=policies)
    return rbac_filter_pb2.RBACPerRoute(rbac=rbac_filter_pb2.RBAC(shadow_rules=rules))


def _made_before(session: SessionId, changed: datetime) -> Expression:
    """Whether it is a token of this session that does not know of the change. A token says in which
    second it was made, so those of the same second count as made before."""
    return both((ClaimEquals("sid", session), IssuedBefore(int(changed.timestamp()) + 1)))


def policy_name(compiled: CompiledPolicy) -> str:
    """What Envoy reports as ``shadow_effective_policy_id``, such as ``002/allow/staff``.

    Envoy keeps policies in the order of their names and stops at the first that matches.
    """
    return f"{compiled.position:03d}/{compiled.policy.action}/{compiled.policy.id}"


def _principal(expression: Expression) -> rbac_pb2.Principal:
    match expression:
        case Always():
            return rbac_pb2.Principal(any=True)
        case Never():
            return rbac_pb2.Principal(not_id=rbac_pb2.Principal(any=True))
        case And(operands):
            principals = [_principal(operand) for operand in operands]
            return rbac_pb2.Principal(and_ids=rbac_pb2.Principal.Set(ids=principals))
        case Or(operands):
            return _any_of(_together(operands))
        case Not(operand):
            return rbac_pb2.Principal(not_id=_principal(operand))
        case _:
            return _fact(expression)


def _fact(fact: Fact) -> rbac_pb2.Principal:
    match fact:
        case SourceIn(network):
            cidr = address_pb2.CidrRange(
                address_prefix=str(network.network_address),
                prefix_len=wrappers_pb2.UInt32Value(value=network.prefixlen),
            )
            return rbac_pb2.Principal(remote_ip=cidr)
        case ClaimEquals(claim, value):
            return _claim(claim, _text(value))
        case ClaimContains(claim, value):
            return _claim(claim, _item(_text(value)))
        case ClaimMatches(claim, regex):
            return _claim(claim, _matching(regex))
        case ClaimPresent(claim):
            return _claim(claim, _matching("(?s).+"))
        case IssuedBefore(second):
            before = range_pb2.DoubleRange(start=0, end=second)
            matcher = number_pb2.DoubleMatcher(range=before)
            return _claim("iat", value_pb2.ValueMatcher(double_match=matcher))
        case MethodIs(method):
            exact = string_pb2.StringMatcher(exact=method)
            header = route_components_pb2.HeaderMatcher(name=":method", string_match=exact)
            return rbac_pb2.Principal(header=header)
        case PathMatches(regex):
            return rbac_pb2.Principal(url_path=path_pb2.PathMatcher(path=_regex(regex)))


def _together(operands: Iterable[Expression]) -> list[rbac_pb2.Principal]:
    """Principals for the operands of an "or". Values of one claim share one principal, so that Envoy
    looks the claim up once however long a list of addresses or revoked sessions is."""
    equal: dict[str, list[value_pb2.ValueMatcher]] = {}
    contained: dict[str, list[value_pb2.ValueMatcher]] = {}
    others: list[rbac_pb2.Principal] = []
    for operand in operands:
        match operand:
            case ClaimEquals(claim, value):
                equal.setdefault(claim, []).append(_text(value))
            case ClaimContains(claim, value):
                contained.setdefault(claim, []).append(_text(value))
            case _:
                others.append(_principal(operand))
    return [
        *(_claim(claim, _any_value(values)) for claim, values in equal.items()),
        *(_claim(claim, _item(_any_value(values))) for claim, values in contained.items()),
        *others,
    ]


def _any_of(principals: Sequence[rbac_pb2.Principal]) -> rbac_pb2.Principal:
    if len(principals) == 1:
        return principals[0]
    return rbac_pb2.Principal(or_ids=rbac_pb2.Principal.Set(ids=principals))


def _any_value(values: Sequence[value_pb2.ValueMatcher]) -> value_pb2.ValueMatcher:
    if len(values) == 1:
        return values[0]
    return value_pb2.ValueMatcher(or_match=value_pb2.OrMatcher(value_matchers=values))


def _text(value: str) -> value_pb2.ValueMatcher:
    return value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(exact=value))


def _matching(regex: str) -> value_pb2.ValueMatcher:
    return value_pb2.ValueMatcher(string_match=_regex(regex))


def _regex(regex: str) -> string_pb2.StringMatcher:
    """Envoy wants the whole text to match, as RE2's FullMatch."""
    return string_pb2.StringMatcher(safe_regex=regex_pb2.RegexMatcher(regex=regex))


def _item(matcher: value_pb2.ValueMatcher) -> value_pb2.ValueMatcher:
    return value_pb2.ValueMatcher(list_match=value_pb2.ListMatcher(one_of=matcher))


def _claim(claim: str, value: value_pb2.ValueMatcher) -> rbac_pb2.Principal:
    """A claim that is missing or of another type does not match."""
    segment = metadata_pb2.MetadataMatcher.PathSegment
    matcher = metadata_pb2.MetadataMatcher(
        filter=names.JWT_AUTHN,
        path=[segment(key=names.CLAIMS_KEY), segment(key=claim)],
        value=value,
    )
    return rbac_pb2.Principal(sourced_metadata=rbac_pb2.SourcedMetadata(metadata_matcher=matcher))
