from __future__ import annotations

import pytest
from envoy.config.cluster.v3 import cluster_pb2
from envoy.extensions.transport_sockets.proxy_protocol.v3 import upstream_proxy_protocol_pb2
from envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from doorward.envoy import names
from doorward.envoy.clusters import application_clusters, control_cluster, origin_cluster, web_cluster
from doorward.envoy.state import EdgeState
from doorward.model.application import Origin
from tests.envoy.states import SETTINGS, state, with_origin


def clusters(state: EdgeState) -> dict[str, cluster_pb2.Cluster]:
    found = [web_cluster(SETTINGS)]
    for each in state.applications:
        found += application_clusters(SETTINGS, each.application)
    return {cluster.name: cluster for cluster in found}


def test_each_application_is_reached_through_the_relay_and_a_direct_one_also_directly() -> None:
    assert list(clusters(state())) == [
        names.WEB_CLUSTER,
        "tunnel/hello",
        "tunnel/direct",
        "origin/direct",
        "tunnel/closed",
    ]


def test_a_tunnels_connection_says_which_service_whose_session_and_from_where() -> None:
    hello = clusters(state())["tunnel/hello"]
    socket = upstream_proxy_protocol_pb2.ProxyProtocolUpstreamTransport()
    assert hello.transport_socket.typed_config.Unpack(socket)
    service, session, source, certificate, target = socket.config.added_tlvs
    assert (service.type, service.value) == (names.SERVICE_KEY_TLV, b"hello")
    assert session.type == names.SESSION_TLV
    assert session.format_string.text_format_source.inline_string == "%FILTER_STATE(doorward.session:PLAIN)%"
    assert source.type == names.SOURCE_TLV
    assert source.format_string.text_format_source.inline_string == "%FILTER_STATE(doorward.source:PLAIN)%"
    assert certificate.type == names.CERTIFICATE_TLV
    text = certificate.format_string.text_format_source.inline_string
    assert text == "%FILTER_STATE(doorward.certificate:PLAIN)%"
    assert target.type == names.TARGET_TLV
    assert target.format_string.text_format_source.inline_string == "%FILTER_STATE(doorward.target:PLAIN)%"


def test_an_application_without_a_tunnel_uses_the_built_in_one() -> None:
    direct = clusters(state())["tunnel/direct"]
    [endpoint] = direct.load_assignment.endpoints[0].lb_endpoints
    assert endpoint.endpoint.address.pipe.path == "run/front/edge.sock"


def test_every_cluster_has_bounded_buffers() -> None:
    for cluster in clusters(state()).values():
        assert cluster.per_connection_buffer_limit_bytes.value == SETTINGS.buffer_limit


def tls_of(origin: Origin) -> tls_pb2.UpstreamTlsContext:
    context = tls_pb2.UpstreamTlsContext()
    cluster = origin_cluster(SETTINGS, with_origin(origin))
    assert cluster.transport_socket.typed_config.Unpack(context)
    return context


def test_an_https_origin_is_verified_against_the_systems_authorities_and_its_name() -> None:
    context = tls_of(Origin(url="https://wiki.internal"))
    validation = context.common_tls_context.validation_context
    assert validation.trusted_ca.filename
    [name] = validation.match_typed_subject_alt_names
    assert (context.sni, name.matcher.exact) == ("wiki.internal", "wiki.internal")


def test_an_origin_may_have_its_own_authority_and_name() -> None:
    context = tls_of(Origin(url="https://10.0.0.1:8443", ca="PEM", server_name="wiki.internal"))
    assert context.common_tls_context.validation_context.trusted_ca.inline_string == "PEM"
    assert context.sni == "wiki.internal"


def test_an_address_is_expected_as_an_address_and_not_sent_as_a_name() -> None:
    context = tls_of(Origin(url="https://10.0.0.1:8443"))
    [name] = context.common_tls_context.validation_context.match_typed_subject_alt_names
    assert context.sni == ""
    assert name.san_type == name.IP_ADDRESS


def test_verification_is_off_only_when_somebody_said_so() -> None:
    context = tls_of(Origin(url="https://wiki.internal", verify=False))
    assert not context.common_tls_context.HasField("validation_context")


@pytest.mark.parametrize(
    ("url", "port"), [("http://wiki", 80), ("https://wiki", 443), ("http://wiki:8080", 8080)]
)
def test_a_port_is_the_schemes_unless_given(url: str, port: int) -> None:
    [endpoint] = (
        origin_cluster(SETTINGS, with_origin(Origin(url=url))).load_assignment.endpoints[0].lb_endpoints
    )
    assert endpoint.endpoint.address.socket_address.port_value == port


def test_the_control_plane_is_reached_over_its_socket() -> None:
    [endpoint] = control_cluster("run/grpc.sock").load_assignment.endpoints[0].lb_endpoints
    assert endpoint.endpoint.address.pipe.path == "run/grpc.sock"
