"""Check requests as Envoy sends them."""

from __future__ import annotations

from collections.abc import Sequence

from envoy.config.core.v3 import address_pb2, base_pb2
from envoy.service.auth.v3 import attribute_context_pb2, external_auth_pb2

Context = attribute_context_pb2.AttributeContext

SOURCE = "192.0.2.7"
"""Where the edge says that requests come from, through a load balancer, the peer of ``check``."""
NAVIGATION = (("accept", b"text/html"), ("sec-fetch-mode", b"navigate"))


def check(
    target: str = "/wiki?page=2",
    *,
    host: str = "hello.example.com:8443",
    peer: str = "192.0.2.1",
    headers: Sequence[tuple[str, bytes]] = NAVIGATION,
    method: str = "GET",
    sni: str = "hello.example.com",
    certificate: str = "",
) -> external_auth_pb2.CheckRequest:
    socket_address = address_pb2.SocketAddress(address=peer, port_value=50_000)
    raw = [base_pb2.HeaderValue(key=key, raw_value=value) for key, value in headers]
    return external_auth_pb2.CheckRequest(
        attributes=Context(
            source=Context.Peer(
                address=address_pb2.Address(socket_address=socket_address), certificate=certificate
            ),
            tls_session=Context.TLSSession(sni=sni),
            request=Context.Request(
                http=Context.HttpRequest(
                    id="r-1",
                    method=method,
                    host=host,
                    path=target,
                    header_map=base_pb2.HeaderMap(headers=raw),
                )
            ),
        )
    )
