"""What no route may see, sorted out before routes by a match tree.

A route cannot tell two of our tokens by its headers: it looks at each ``Cookie`` header by itself,
while the tree's input is all of them, joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from envoy.config.route.v3 import route_components_pb2
from envoy.config.route.v3.route_components_pb2 import Route, RouteMatch
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from envoy.type.matcher.v3 import http_inputs_pb2
from google.protobuf import any_pb2
from google.protobuf.message import Message
from xds.core.v3 import extension_pb2
from xds.type.matcher.v3 import matcher_pb2
from xds.type.matcher.v3 import regex_pb2 as xds_regex_pb2
from xds.type.matcher.v3 import string_pb2 as xds_string_pb2

from doorward.envoy import names
from doorward.envoy.packing import header_matcher, packed
from doorward.model.application import Application
from doorward.model.methods import METHODS
from doorward.policy.destinations import path_regex

AMBIGUOUS_PATH = r"[^?]*((/|%2[fF])(\.|%2[eE]){1,2}(;|%3[bB])|%25(2[eEfF]|5[cC]|3[bB])).*|.*[^!-~].*"
"""Paths on which Envoy and origins may disagree: dot segments with parameters, ``/..;/`` in any
spelling (CVE-2026-73551 and what is left of it in 1.40.0), and ``%252e`` and friends, which an
origin that decodes twice would take for another path than was judged. Also, in the query, bytes that
are not ASCII: Envoy refuses them in HTTP/1.1 and not in HTTP/2."""

Predicate: TypeAlias = matcher_pb2.Matcher.MatcherList.Predicate
FieldMatcher: TypeAlias = matcher_pb2.Matcher.MatcherList.FieldMatcher

ANYTHING = "(?s).*"
PERSONS_COOKIE = f"(?s).*({names.TOKEN_COOKIE}|{names.FOOTHOLD_COOKIE})[^=;]*=.*"
"""Cookies among which one is a person's proof, at this application or at another of this hostname."""

TWICE_ENCODED_PATH = r"[^?]*%25[0-9A-Fa-f]{2}.*"
"""A path that an origin which decodes twice would take for another one: refused where paths tell
applications apart."""


def token_twice(cookie: str) -> str:
    """Matches cookies of which two are a token of ours: whoever reads them has to choose one, and others may
    choose another."""
    return f"(?s).*{re.escape(cookie)}=.*{re.escape(cookie)}=.*"


KNOWN_METHODS = tuple("|".join(METHODS[start : start + 7]) for start in range(0, len(METHODS), 7))
"""Few expressions: a matcher for each method was half of what a change cost Envoy at 1,000 hosts. Not
one, for Envoy bounds the size of each (``re2.max_program_size.error_level``)."""


def sorted_out(
    *routes: Route,
    tokens: Iterable[str] = (names.TOKEN_COOKIE,),
    paths: bool = False,
    refused: Iterable[FieldMatcher] = (),
) -> matcher_pb2.Matcher:
    """These routes, for requests that have a method we know, each of our ``tokens`` (cookies) at most once,
    nothing of what is ``refused`` besides, and a path that has one meaning. ``paths``: they tell
    applications apart by it."""
    ambiguous = [AMBIGUOUS_PATH, TWICE_ENCODED_PATH] if paths else [AMBIGUOUS_PATH]
    unclear = [RouteMatch(prefix="/", headers=[header_matcher(":path", regex=regex)]) for regex in ambiguous]
    judged = [*(answer("ambiguous-path", match, 400) for match in unclear), *routes]
    always = [
        _refused("method-not-allowed", _unknown_method(), 405),
        *(_refused("duplicate-cookie", _token_twice(cookie), 400) for cookie in tokens),
    ]
    return matcher_pb2.Matcher(
        matcher_list=matcher_pb2.Matcher.MatcherList(matchers=[*always, *refused]),
        on_no_match=_then("routes", route_components_pb2.RouteList(routes=judged)),
    )


def _unknown_method() -> Predicate:
    known = (_field(":method", methods) for methods in KNOWN_METHODS)
    return Predicate(not_matcher=_either(*known))


def _token_twice(cookie: str) -> Predicate:
    """In one ``Cookie`` header or in two, which HTTP/1.1 can have. The pieces of HTTP/2 (RFC 9113 section
    8.2.3) are one header by then."""
    return _field("cookie", token_twice(cookie))


def two_credentials(places: Sequence[tuple[str, Application]]) -> Iterator[FieldMatcher]:
    """Refuse a service token beside a cookie or token of a person: the fast path would look at the one, the
    control plane at the other.

    ``places`` are the paths of one host with what is there, most specific first. An application's own header
    for service tokens is one at its own paths only.
    """
    person = _either(_field("cookie", PERSONS_COOKIE), _field(names.CLIENT_TOKEN_HEADER, ANYTHING))
    usual = _either(
        *(_field(name, ANYTHING) for name in (names.CLIENT_ID_HEADER, names.CLIENT_SECRET_HEADER))
    )
    yield _refused("two-credentials", _both(usual, person), 400)
    elsewhere: list[Predicate] = []
    for path, application in places:
        there = [_field(":path", f"{path_regex(path)}(\\?.*)?")] if path else []
        if application.service_token_header:
            shown = _field(application.service_token_header, ANYTHING)
            yield _refused("two-credentials", _both(*elsewhere, *there, shown, person), 400)
        elsewhere += [Predicate(not_matcher=one) for one in there]


def _both(*predicates: Predicate) -> Predicate:
    return Predicate(and_matcher=Predicate.PredicateList(predicate=predicates))


def _either(*predicates: Predicate) -> Predicate:
    return Predicate(or_matcher=Predicate.PredicateList(predicate=predicates))


def _field(name: str, regex: str) -> Predicate:
    """Whether all header fields of this name, joined by commas, match from the first to the last letter."""
    joined = http_inputs_pb2.HttpRequestHeaderMatchInput(header_name=name)
    value = xds_regex_pb2.RegexMatcher(google_re2={}, regex=regex)
    return Predicate(
        single_predicate=Predicate.SinglePredicate(
            input=_extension(name, joined), value_match=xds_string_pb2.StringMatcher(safe_regex=value)
        )
    )


def _refused(name: str, predicate: Predicate, status: int) -> FieldMatcher:
    refusal = answer(name, RouteMatch(prefix="/"), status)
    return FieldMatcher(predicate=predicate, on_match=_then(name, refusal))


def _then(name: str, action: Message) -> matcher_pb2.Matcher.OnMatch:
    return matcher_pb2.Matcher.OnMatch(action=_extension(name, action))


def _extension(name: str, config: Message) -> extension_pb2.TypedExtensionConfig:
    return extension_pb2.TypedExtensionConfig(name=name, typed_config=packed(config))


def answer(name: str, match: RouteMatch, status: int) -> Route:
    """A route that answers itself; its name, in brackets, is what the access log calls it."""
    return Route(
        name=f"({name})",
        match=match,
        direct_response=route_components_pb2.DirectResponseAction(status=status),
        typed_per_filter_config=without_authorization(),
    )


def without_authorization() -> dict[str, any_pb2.Any]:
    """Filter settings of a route that leads to no application: nobody is asked about it."""
    return {names.EXT_AUTHZ: packed(ext_authz_pb2.ExtAuthzPerRoute(disabled=True))}
