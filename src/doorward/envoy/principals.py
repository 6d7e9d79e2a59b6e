"""Expressions of compiled policies as principals of Envoy's RBAC.

They look at claims of the token that ``jwt_authn`` verified (dynamic metadata
``envoy.filters.http.jwt_authn``, key ``claims``), the source address that Envoy trusts, the country that it
found for that (dynamic metadata ``doorward.request``, key ``country``), and method and path, of which a
request has one each. No other header is ever matched: Envoy joins repeated headers into one value
(CVE-2026-26308).

Rule: no matcher is empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from envoy.config.core.v3 import address_pb2
from envoy.config.rbac.v3 import rbac_pb2
from envoy.config.route.v3 import route_components_pb2
from envoy.type.matcher.v3 import metadata_pb2, number_pb2, path_pb2, regex_pb2, string_pb2, value_pb2
from envoy.type.v3 import range_pb2
from google.protobuf import wrappers_pb2

from doorward.envoy import names
from doorward.model.place import CODE
from doorward.policy.expression import (
    Always,
    And,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClaimPresent,
    CountryIn,
    CountryKnown,
    Expression,
    IssuedBefore,
    MethodIs,
    Never,
    Not,
    Or,
    PathMatches,
    RequestFact,
    SourceIn,
    TokenFact,
)

LOOKED_THROUGH = 64
"""How many texts are compared one after another; so many cost about as much as looking up a claim."""
BRANCHINGS = 4
"""How often a list is branched at most: Envoy reads messages at most 100 levels deep."""


def principal_of(expression: Expression) -> rbac_pb2.Principal:
    """The principal that is true of exactly the requests that ``expression`` is true of."""
    match expression:
        case Always():
            return rbac_pb2.Principal(any=True)
        case Never():
            return rbac_pb2.Principal(not_id=rbac_pb2.Principal(any=True))
        case And(operands):
            return all_of(principals_of(operands))
        case Or(operands):
            return any_of(_together(operands))
        case Not(operand):
            return rbac_pb2.Principal(not_id=principal_of(operand))
        case SourceIn() | CountryIn() | CountryKnown() | MethodIs() | PathMatches():
            return _request_fact(expression)
        case _:
            return _token_fact(expression)


def _request_fact(fact: RequestFact) -> rbac_pb2.Principal:
    match fact:
        case SourceIn(network):
            cidr = address_pb2.CidrRange(
                address_prefix=str(network.network_address),
                prefix_len=wrappers_pb2.UInt32Value(value=network.prefixlen),
            )
            return rbac_pb2.Principal(remote_ip=cidr)
        case CountryIn(countries):
            return _country([text(country) for country in countries])
        case CountryKnown():
            return _country([_matching(CODE)])
        case MethodIs(method):
            exact = string_pb2.StringMatcher(exact=method)
            header = route_components_pb2.HeaderMatcher(name=":method", string_match=exact)
            return rbac_pb2.Principal(header=header)
        case PathMatches(regex):
            return rbac_pb2.Principal(url_path=path_pb2.PathMatcher(path=_regex(regex)))


def _token_fact(fact: TokenFact) -> rbac_pb2.Principal:
    match fact:
        case ClaimEquals(claim, value):
            return _claim(claim, text(value))
        case ClaimContains(claim, value):
            return _claim(claim, _item(text(value)))
        case ClaimMatches(claim, regex):
            return _claim(claim, _matching(regex))
        case ClaimPresent(claim):
            return _claim(claim, _matching("(?s).+"))
        case IssuedBefore(second):
            before = range_pb2.DoubleRange(start=0, end=second)
            matcher = number_pb2.DoubleMatcher(range=before)
            return _claim("iat", value_pb2.ValueMatcher(double_match=matcher))


def principals_of(operands: Iterable[Expression]) -> Iterator[rbac_pb2.Principal]:
    """Principals that all must hold where ``operands`` all must. "Not one and not the other" is "not one
    of both", which looks a claim up once."""
    excluded: list[Expression] = []
    for operand in operands:
        match operand:
            case Not(inner):
                excluded += inner.operands if isinstance(inner, Or) else (inner,)
            case _:
                yield principal_of(operand)
    if excluded:
        yield rbac_pb2.Principal(not_id=any_of(_together(excluded)))


def _together(operands: Iterable[Expression]) -> list[rbac_pb2.Principal]:
    """Principals for the operands of an "or". Values of one claim share one principal, so that Envoy
    looks the claim up once however long a list of addresses is; so do values that count under one and
    the same condition, such as groups of one identity provider."""
    whole: dict[str, list[value_pb2.ValueMatcher]] = {}
    contained: dict[str, list[value_pb2.ValueMatcher]] = {}
    under: dict[tuple[Expression, ...], list[Expression]] = {}
    countries: list[value_pb2.ValueMatcher] = []
    others: list[rbac_pb2.Principal] = []
    for operand in operands:
        match operand:
            case ClaimEquals(claim, value):
                whole.setdefault(claim, []).append(text(value))
            case ClaimContains(claim, value):
                contained.setdefault(claim, []).append(text(value))
            case ClaimMatches(claim, regex):
                whole.setdefault(claim, []).append(_matching(regex))
            case CountryIn(codes):
                countries += [text(code) for code in codes]
            case And((first, *condition)):
                under.setdefault(tuple(condition), []).append(first)
            case _:
                others.append(principal_of(operand))
    return [
        *(_claim(claim, _any_value(values)) for claim, values in whole.items()),
        *(_claim(claim, _item(_any_value(values))) for claim, values in contained.items()),
        *(
            all_of((any_of(_together(firsts)), *principals_of(condition)))
            for condition, firsts in under.items()
        ),
        *([_country(countries)] if countries else []),
        *others,
    ]


def all_of(principals: Iterable[rbac_pb2.Principal]) -> rbac_pb2.Principal:
    """The conjunction of one or more principals, tried in this order."""
    flat: list[rbac_pb2.Principal] = []
    for principal in principals:
        flat += principal.and_ids.ids if principal.HasField("and_ids") else (principal,)
    if len(flat) == 1:
        return flat[0]
    return rbac_pb2.Principal(and_ids=rbac_pb2.Principal.Set(ids=flat))


def any_of(principals: Sequence[rbac_pb2.Principal]) -> rbac_pb2.Principal:
    """The disjunction of one or more principals, tried in this order."""
    if len(principals) == 1:
        return principals[0]
    return rbac_pb2.Principal(or_ids=rbac_pb2.Principal.Set(ids=principals))


def _any_value(values: Sequence[value_pb2.ValueMatcher]) -> value_pb2.ValueMatcher:
    if len(values) == 1:
        return values[0]
    return value_pb2.ValueMatcher(or_match=value_pb2.OrMatcher(value_matchers=values))


def text(value: str) -> value_pb2.ValueMatcher:
    """A value that is this text, letter for letter."""
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
    return metadata_is(names.JWT_AUTHN, (names.CLAIMS_KEY, claim), value)


def _country(values: Sequence[value_pb2.ValueMatcher]) -> rbac_pb2.Principal:
    """A country that is not known does not match."""
    return metadata_is(names.REQUEST_METADATA, (names.COUNTRY_KEY,), _any_value(values))


def among(claim: str, values: Collection[str]) -> rbac_pb2.Principal:
    """Whether the claim is one of these texts, of which there may be very many: they are looked through by
    their first letters. Neither ``values`` nor one of them is empty."""
    return _branching(claim, sorted(set(values)), BRANCHINGS)


def _branching(claim: str, values: Sequence[str], more: int) -> rbac_pb2.Principal:
    """Whether the claim is one of ``values`` (sorted), found by the first letter in which they differ and
    so on, ``more`` times at most."""
    if len(values) <= LOOKED_THROUGH or more == 0:
        return _claim(claim, _any_value([text(value) for value in values]))
    pairs = enumerate(zip(values[0], values[-1], strict=False))
    length = next((at for at, (one, other) in pairs if one != other), len(values[0])) + 1
    branches = []
    for prefix, group in groupby(values, key=lambda value: value[:length]):
        begins = value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(prefix=prefix))
        branches.append(all_of((_claim(claim, begins), _branching(claim, list(group), more - 1))))
    return any_of(branches)


def metadata_is(filter_name: str, path: Sequence[str], value: value_pb2.ValueMatcher) -> rbac_pb2.Principal:
    """Whether a filter's dynamic metadata has such a value at ``path``. One that is missing is not."""
    segment = metadata_pb2.MetadataMatcher.PathSegment
    matcher = metadata_pb2.MetadataMatcher(
        filter=filter_name, path=[segment(key=key) for key in path], value=value
    )
    return rbac_pb2.Principal(sourced_metadata=rbac_pb2.SourcedMetadata(metadata_matcher=matcher))
