from __future__ import annotations

import re

import pytest
from envoy.extensions.common.matching.v3 import extension_matcher_pb2
from envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2
from envoy.extensions.http.early_header_mutation.header_mutation.v3 import (
    header_mutation_pb2 as early_pb2,
)
from google.protobuf.message import Message

from doorward.envoy import names
from doorward.envoy.filters import OURS, build_http_filters, claim, early_header_mutation
from doorward.envoy.packing import packed
from tests.envoy.states import SETTINGS

FILTERS = {found.name: found for found in build_http_filters(SETTINGS)}


def unpacked(name: str, into: Message) -> Message:
    assert FILTERS[name].typed_config.Unpack(into)
    return into


def test_the_filters_stand_in_the_order_that_makes_them_safe() -> None:
    assert list(FILTERS) == [
        names.HEADER_TO_METADATA,
        names.TOKEN_FROM_REQUEST,
        names.JWT_AUTHN,
        names.CREDENTIAL,
        names.RBAC,
        names.CORS,
        names.EXT_AUTHZ,
        names.IDENTITY_FROM_CLAIMS,
        names.SESSION_TO_UPSTREAM,
        names.TARGET_TO_UPSTREAM,
        names.ROUTER,
    ]
    assert not any(found.is_optional for found in FILTERS.values())
    assert [name for name, found in FILTERS.items() if found.disabled] == [
        names.CORS,
        names.TARGET_TO_UPSTREAM,
    ]


def test_the_control_plane_is_asked_unless_the_verdict_is_exactly_allowed_and_its_silence_refuses() -> None:
    asked = ext_authz_pb2.ExtAuthz()
    unpacked(names.EXT_AUTHZ, asked)
    assert not asked.failure_mode_allow
    assert asked.status_on_error.code == 503
    assert asked.filter_enabled_metadata.invert
    assert asked.filter_enabled_metadata.value.string_match.exact == "allowed"
    assert not asked.HasField("filter_enabled")
    assert asked.encode_raw_headers


def test_the_listener_has_no_rules_of_its_own_so_that_a_route_without_any_asks() -> None:
    rules = rbac_pb2.RBAC()
    unpacked(names.RBAC, rules)
    assert rules == rbac_pb2.RBAC()


@pytest.mark.parametrize("name", [names.JWT_AUTHN, names.CREDENTIAL])
def test_what_changes_with_keys_and_sessions_is_a_resource_without_any_default(name: str) -> None:
    source = FILTERS[name].config_discovery
    assert source.config_source.HasField("ads")
    assert source.config_source.initial_fetch_timeout.ToSeconds() == 0
    assert not source.HasField("default_config")
    assert not source.apply_default_config_without_warming
    assert len(source.type_urls) == 1


def test_identity_headers_are_written_by_a_filter_that_is_skipped_unless_somebody_was_identified() -> None:
    found = extension_matcher_pb2.ExtensionWithMatcher()
    unpacked(names.IDENTITY_FROM_CLAIMS, found)
    text = str(found.xds_matcher)
    assert "SkipFilter" in text


@pytest.mark.parametrize(
    ("cookies", "kept"),
    [
        ("a=1; __Host-doorward-token=x.y.z; b=2", "a=1; b=2"),
        ("__Host-doorward-token=x; __Host-doorward-app=y", ""),
        ("a=1; __Host-doorward-flow=x", "a=1; "),
        ("a=__Hostage; b=2", "a=__Hostage; b=2"),
        ("__Host-theirs=1", "__Host-theirs=1"),
    ],
)
def test_our_cookies_are_taken_out_and_no_other(cookies: str, kept: str) -> None:
    assert re.sub(OURS.regex, "", cookies) == kept


def test_what_clients_may_not_say_is_removed_first() -> None:
    mutation = early_pb2.HeaderMutation()
    assert early_header_mutation(SETTINGS).typed_config.Unpack(mutation)
    removed = {found.remove for found in mutation.mutations if found.remove}
    prefixes = {
        found.remove_on_match.key_matcher.prefix
        for found in mutation.mutations
        if found.HasField("remove_on_match")
    }
    for header in (
        names.ASSERTION_HEADER,
        names.EMAIL_HEADER,
        names.TOKEN_HEADER,
        names.SESSION_HEADER,
        names.SOURCE_HEADER,
        "x-forwarded-for",
        "x-forwarded-host",
        "forwarded",
        "x-original-url",
        "x-rewrite-url",
        "x-real-ip",
        "x-envoy-original-path",
    ):
        assert header in removed or any(header.startswith(prefix) for prefix in prefixes), header
    for header in (names.CLIENT_TOKEN_HEADER, names.CLIENT_ID_HEADER, names.CLIENT_SECRET_HEADER):
        assert header not in removed
        assert not any(header.startswith(prefix) for prefix in prefixes)


def test_a_claim_is_read_from_what_was_verified() -> None:
    assert claim("email") == f"%DYNAMIC_METADATA({names.JWT_AUTHN}:claims:email)%"


def test_the_same_message_has_the_same_bytes() -> None:
    assert packed(early_pb2.HeaderMutation()).value == packed(early_pb2.HeaderMutation()).value
