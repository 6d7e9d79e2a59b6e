from __future__ import annotations

import json
import re
from pathlib import Path

from envoy.extensions.transport_sockets.tls.v3 import tls_pb2

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
from doorward.envoy.snapshot import CLUSTER, ROUTES, TYPES, build_snapshot
from doorward.envoy.tls import build_secret, downstream_tls
from tests.envoy.states import SETTINGS, state


def test_the_same_state_gives_the_same_versions() -> None:
    assert build_snapshot(SETTINGS, state()) == build_snapshot(SETTINGS, state())


def test_a_change_is_a_new_version_of_what_changed_and_of_nothing_else() -> None:
    before, after = build_snapshot(SETTINGS, state()), build_snapshot(SETTINGS, state(revoked=("s1",)))
    assert before.version != after.version
    changed = {
        kind
        for kind in TYPES
        if {r.version for r in before.resources[kind].values()}
        != {r.version for r in after.resources[kind].values()}
    }
    assert changed == {ROUTES}


def test_what_is_pointed_at_is_delivered_before_what_points() -> None:
    assert TYPES.index(CLUSTER) < TYPES.index(ROUTES)


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
