from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from envoy.extensions.access_loggers.file.v3 import file_pb2
from envoy.extensions.transport_sockets.tls.v3 import tls_pb2
from hypothesis import given
from hypothesis import strategies as st

from doorward.envoy import names
from doorward.envoy.access_log import (
    ALLOWED_MACHINE,
    ALLOWED_NOBODY,
    ALLOWED_PERSON,
    ANSWERED_BY_CONTROL,
    FIELDS,
    build_access_logs,
)
from doorward.envoy.bootstrap import BootstrapSettings, build_bootstrap
from doorward.envoy.local_replies import BY_STATUS, FLAGS, STATUS, Page, build_local_replies
from doorward.envoy.snapshot import TYPES, VIRTUAL_HOST, Resource, Snapshot, SnapshotBuilder
from doorward.envoy.state import EdgeState
from doorward.envoy.tls import build_secret, downstream_tls
from doorward.model.ids import Credential
from doorward.model.policy import Action
from doorward.model.rule import Selector
from tests.envoy.states import SETTINGS, state
from tests.services.sample import ENGINEERS, application, policy


def built(*states: EdgeState) -> list[Snapshot]:
    """The snapshots of these states, one after the other."""
    builder = SnapshotBuilder(SETTINGS)
    return [builder.build(each) for each in states]


def differing(before: Snapshot, after: Snapshot) -> set[tuple[str, str]]:
    """The resources that differ: the last word of their type, and their name."""
    return {
        (kind.rpartition(".")[2], name)
        for kind in TYPES
        for name in before.resources[kind].keys() | after.resources[kind].keys()
        if before.resources[kind].get(name) != after.resources[kind].get(name)
    }


HELLO, WIKI = application("hello", ENGINEERS), application("wiki", ENGINEERS, tunnel=None)
NARROWED = replace(HELLO, policies=(policy(Action.ALLOW, Selector("email", "ada@example.com")),))


def test_the_same_state_gives_the_same_versions() -> None:
    one, same = built(state(), state())
    assert one == same == built(state())[0]
    assert all(a is b for kind in TYPES for a, b in _pairs(one, same, kind) if kind == VIRTUAL_HOST)


def _pairs(one: Snapshot, other: Snapshot, kind: str) -> list[tuple[Resource, Resource]]:
    return [(one.resources[kind][name], other.resources[kind][name]) for name in one.resources[kind]]


@pytest.mark.parametrize(
    ("after", "differ"),
    [
        (state(HELLO, WIKI, revoked=("s1",)), {("TypedExtensionConfig", names.CREDENTIAL)}),
        (
            replace(state(HELLO, WIKI), machines=[Credential("service-token:ci:0123456789ab")]),
            {("TypedExtensionConfig", names.CREDENTIAL)},
        ),
        (
            replace(state(HELLO, WIKI), jwks='{"keys": [{}]}'),
            {("TypedExtensionConfig", names.JWT_AUTHN)},
        ),
        (replace(state(HELLO, WIKI), certificate="another"), {("Secret", "edge")}),
        (state(NARROWED, WIKI), {("VirtualHost", "public/hello.example.com")}),
        (state(replace(HELLO, generation=1), WIKI), {("VirtualHost", "public/hello.example.com")}),
        (state(WIKI), {("VirtualHost", "public/hello.example.com"), ("Cluster", "tunnel/hello")}),
        (
            replace(state(HELLO, WIKI), generation=1),
            {("VirtualHost", "public/hello.example.com"), ("VirtualHost", "public/wiki.example.com")},
        ),
        (
            state(HELLO, replace(WIKI, origin=replace(WIKI.origin, url="http://127.0.0.1:9"))),
            {("Cluster", "origin/wiki")},
        ),
    ],
)
def test_a_change_is_a_new_version_of_what_changed_and_of_nothing_else(
    after: EdgeState, differ: set[tuple[str, str]]
) -> None:
    before, now = built(state(HELLO, WIKI), after)
    assert before.version != now.version
    assert differing(before, now) == differ


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=2, max_size=6))
def test_step_by_step_comes_to_the_same_as_all_at_once(steps: list[tuple[int, int, int]]) -> None:
    states = [
        replace(
            state(*[(HELLO, NARROWED, WIKI)[which]][:1], application("closed", *[ENGINEERS][:policies])),
            generation=generation,
        )
        for which, policies, generation in steps
    ]
    assert built(*states) == [built(each)[0] for each in states]


def test_what_is_pointed_at_is_delivered_before_what_points() -> None:
    order = [kind.rpartition(".")[2] for kind in TYPES]
    assert order == [
        "Cluster",
        "Secret",
        "TypedExtensionConfig",
        "Listener",
        "RouteConfiguration",
        "VirtualHost",
    ]


def test_people_are_served_tls_1_2_or_newer_with_a_certificate_that_a_dump_does_not_show() -> None:
    context = tls_pb2.DownstreamTlsContext()
    assert downstream_tls().typed_config.Unpack(context)
    common = context.common_tls_context
    assert common.tls_params.tls_minimum_protocol_version == common.tls_params.TLSv1_2
    assert list(common.alpn_protocols) == ["h2", "http/1.1"]
    assert not common.tls_certificates
    assert build_secret("c", "k").tls_certificate.private_key.inline_string == "k"


def test_every_page_of_the_edge_has_a_cause() -> None:
    assert {*FLAGS, *BY_STATUS, Page.SIGN_IN_AWAY} == set(Page) == set(STATUS)


def test_a_refusal_of_the_control_plane_keeps_its_own_words() -> None:
    away_for_people, away, refused, *_ = build_local_replies(SETTINGS).mappers
    assert away_for_people.status_code.value == away.status_code.value == 503
    assert not refused.HasField("body_format_override")
    assert list(refused.filter.response_flag_filter.flags) == ["UAEX"]


def test_every_line_of_the_access_log_has_the_same_fields() -> None:
    shapes = (ALLOWED_PERSON, ALLOWED_MACHINE, ALLOWED_NOBODY, ANSWERED_BY_CONTROL)
    assert len({frozenset(shape) for shape in shapes}) == 1


@pytest.mark.parametrize(("database", "has_country"), [("", False), ("countries.mmdb", True)])
def test_only_an_edge_with_a_database_of_countries_looks_for_one(*, database: str, has_country: bool) -> None:
    for logger in build_access_logs(replace(SETTINGS, geoip_database=database)):
        found = file_pb2.FileAccessLog()
        assert logger.typed_config.Unpack(found)
        country = found.log_format.json_format.fields["country"]
        assert (country.WhichOneof("kind") == "string_value") is has_country


def test_a_line_begins_with_the_application_by_which_the_audit_log_knows_it() -> None:
    assert FIELDS[0] == "application"


def test_every_request_is_logged_once() -> None:
    person, machine, nobody, other = (logger.filter for logger in build_access_logs(SETTINGS))
    for allowed, named, by_token in ((person, True, None), (machine, False, True), (nobody, False, False)):
        verdict, header, *token = allowed.and_filter.filters
        assert verdict.metadata_filter.matcher.value.string_match.exact == "allowed"
        assert not verdict.metadata_filter.match_if_key_not_found.value
        assert header.header_filter.header.name == "cf-access-authenticated-user-email"
        assert header.header_filter.header.present_match is named
        present = [t.metadata_filter.matcher.value.present_match for t in token]
        missing = [not t.metadata_filter.match_if_key_not_found.value for t in token]
        assert present == missing == ([] if by_token is None else [by_token])
    assert other.metadata_filter.matcher.value.string_match.exact == "denied"
    assert other.metadata_filter.match_if_key_not_found.value


def test_envoys_bootstrap_bounds_memory_and_connections_and_hides_the_admin_page() -> None:
    settings = BootstrapSettings(edge_id="e", control_socket="run/g", admin_socket="run/a")
    bootstrap = json.loads(build_bootstrap(settings))
    assert bootstrap["admin"]["address"]["pipe"]["path"] == "run/a"
    monitors = [monitor["name"] for monitor in bootstrap["overload_manager"]["resource_monitors"]]
    assert monitors == [
        "envoy.resource_monitors.fixed_heap",
        "envoy.resource_monitors.global_downstream_max_connections",
    ]
    actions = [action["name"] for action in bootstrap["overload_manager"]["actions"]]
    assert "envoy.overload_actions.stop_accepting_requests" in actions
    assert bootstrap["dynamic_resources"]["ads_config"]["api_type"] == "DELTA_GRPC"


def test_every_field_of_the_access_log_is_documented() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "access-log.md"
    assert tuple(re.findall(r"(?m)^\| `(\w+)` \|", page.read_text())) == FIELDS
