"""Each line of hardening that the public listener must have; see Envoy's page on edge proxies."""

from __future__ import annotations

from dataclasses import replace

from envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from doorward.envoy.listeners import asked_at, build_connection_manager, build_listener
from doorward.envoy.packing import true
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.ids import CertificateAuthorityId
from tests.envoy.states import SETTINGS

LISTENER = build_listener(SETTINGS)
MANAGER = build_connection_manager(SETTINGS)
AUTHORITIES = (
    CertificateAuthority(
        id=CertificateAuthorityId("corp"),
        certificates="corp's",
        crls="not for the edge",
        hostnames=("b.example.com", "a.example.com", "c.example.com"),
    ),
    CertificateAuthority(
        id=CertificateAuthorityId("lab"), certificates="lab's", hostnames=("c.example.com",)
    ),
)


def test_there_is_one_filter_chain_and_it_speaks_tls_only() -> None:
    [chain] = LISTENER.filter_chains
    assert chain.transport_socket.name == "envoy.transport_sockets.tls"
    assert chain.transport_socket_connect_timeout.seconds == 10


def test_where_certificates_are_asked_for_a_chain_of_its_own_asks_and_verifies_nothing() -> None:
    default, corp, both = build_listener(SETTINGS, AUTHORITIES).filter_chains
    assert default == LISTENER.filter_chains[0]
    assert list(corp.filter_chain_match.server_names) == ["a.example.com", "b.example.com"]
    assert list(both.filter_chain_match.server_names) == ["c.example.com"]
    for chain, cas in ((corp, "corp's"), (both, "corp'slab's")):
        assert chain.filters == default.filters
        context = tls_pb2.DownstreamTlsContext()
        assert chain.transport_socket.typed_config.Unpack(context)
        assert not context.require_client_certificate.value
        asked = context.common_tls_context.validation_context
        assert asked.trusted_ca.inline_string == cas
        assert asked.trust_chain_verification == asked.ACCEPT_UNTRUSTED
        assert not asked.HasField("crl")


def test_a_wildcard_is_asked_about_with_its_authorities_and_a_name_below_it_with_both() -> None:
    wide = replace(AUTHORITIES[1], hostnames=("*.example.com",))
    assert asked_at([AUTHORITIES[0], wide]) == {
        "lab's": ["*.example.com"],
        "corp'slab's": ["a.example.com", "b.example.com", "c.example.com"],
    }


def test_the_hostname_is_read_before_tls_with_authorities_or_without() -> None:
    [inspector] = LISTENER.listener_filters
    assert inspector.name == "envoy.filters.listener.tls_inspector"
    with_authorities = build_listener(SETTINGS, AUTHORITIES)
    del with_authorities.filter_chains[1:]
    assert with_authorities == LISTENER, "only filter chains differ, so the connections of others stay"


def test_certificates_in_headers_are_removed() -> None:
    assert MANAGER.forward_client_cert_details == MANAGER.SANITIZE


def test_buffers_are_bounded() -> None:
    assert LISTENER.per_connection_buffer_limit_bytes.value == 64 * 1024


def test_every_thread_gets_as_many_connections() -> None:
    assert LISTENER.connection_balance_config.HasField("exact_balance")


def test_the_remote_address_is_the_connections_and_nobody_is_internal() -> None:
    assert MANAGER.use_remote_address.value
    assert MANAGER.xff_num_trusted_hops == 0
    assert MANAGER.skip_xff_append
    [nobody] = MANAGER.internal_address_config.cidr_ranges
    assert (nobody.address_prefix, nobody.prefix_len.value) == ("255.255.255.255", 32)
    assert not MANAGER.internal_address_config.unix_sockets


def test_paths_are_made_canonical_and_ambiguous_ones_refused() -> None:
    assert MANAGER.normalize_path.value
    assert MANAGER.merge_slashes
    assert MANAGER.path_with_escaped_slashes_action == MANAGER.REJECT_REQUEST
    assert MANAGER.strip_trailing_host_dot


def test_headers_are_bounded_and_underscores_refused() -> None:
    assert MANAGER.max_request_headers_kb.value == 32
    assert MANAGER.common_http_protocol_options.max_headers_count.value <= 100
    action = MANAGER.common_http_protocol_options.headers_with_underscores_action
    assert action == MANAGER.common_http_protocol_options.REJECT_REQUEST


def test_times_are_bounded() -> None:
    assert MANAGER.common_http_protocol_options.idle_timeout.seconds == 3600
    assert MANAGER.stream_idle_timeout.seconds == 300
    assert MANAGER.request_timeout.seconds == 300
    assert MANAGER.request_headers_timeout.seconds == 10


def test_http2_is_bounded() -> None:
    options = MANAGER.http2_protocol_options
    assert options.max_concurrent_streams.value == 100
    assert options.initial_stream_window_size.value == 64 * 1024
    assert options.initial_connection_window_size.value == 1024 * 1024
    assert not options.allow_connect


def test_http_1_0_is_refused() -> None:
    assert not MANAGER.http_protocol_options.accept_http_10
    assert not MANAGER.http_protocol_options.default_host_for_http_10


def test_the_request_id_is_ours() -> None:
    assert MANAGER.generate_request_id == true()
    assert not MANAGER.preserve_external_request_id
    assert MANAGER.always_set_request_id_in_response


def test_the_server_does_not_name_itself_envoy() -> None:
    assert (MANAGER.server_name, MANAGER.server_header_transformation) == ("doorward", MANAGER.OVERWRITE)


def test_no_upgrade_is_possible_but_where_a_route_says_so() -> None:
    assert list(MANAGER.upgrade_configs) == []


def test_routes_come_over_ads_and_nothing_is_served_before_they_came() -> None:
    assert MANAGER.rds.config_source.HasField("ads")
    assert MANAGER.rds.config_source.initial_fetch_timeout.ToSeconds() == 0
    assert MANAGER.rds.config_source.HasField("initial_fetch_timeout")
