"""The data plane's half of a decision, alone: Envoy with its database of countries, ``jwt_authn`` and
shadow RBAC.

Every application is a virtual host that answers by itself and puts the verdict, and the path that was
judged, into response headers. The token comes in ``x-token``, the source in ``X-Forwarded-For``.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from envoy.config.bootstrap.v3 import bootstrap_pb2
from envoy.config.core.v3 import address_pb2, base_pb2
from envoy.config.listener.v3 import listener_components_pb2, listener_pb2
from envoy.config.route.v3 import route_components_pb2, route_pb2
from envoy.extensions.filters.http.header_to_metadata.v3 import header_to_metadata_pb2
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2
from envoy.extensions.filters.http.router.v3 import router_pb2
from envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from google.protobuf import any_pb2
from google.protobuf.message import Message
from joserfc import jwt
from joserfc.jwk import RSAKey

from doorward.envoy.sources import country_to_metadata, source_filters
from tests.services.edge_settings import EDGE

ISSUER = "https://access.test"
LISTENER = "fast-path"
HEADER_TO_METADATA = "envoy.filters.http.header_to_metadata"
JWT_AUTHN = "envoy.filters.http.jwt_authn"
CREDENTIAL = "doorward.credential"
RBAC = "envoy.filters.http.rbac"


NORMALISING: Mapping[str, Any] = MappingProxyType(
    {
        "normalize_path": {"value": True},
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
    }
)
"""As on the public listener."""


class Signer:
    """A key for tokens, and the tokens it signs."""

    def __init__(self, kid: str = "k1") -> None:
        self._key = RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256"})

    def jwks(self) -> str:
        return json.dumps({"keys": [self._key.as_dict(private=False)]})

    def token(self, claims: Mapping[str, object]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, dict(claims), self._key)


@dataclass(frozen=True)
class Question:
    """One request. ``token`` is sent as it is; None sends no header."""

    host: str
    source: str
    token: str | None = None
    method: str = "GET"
    target: str = "/"


@dataclass(frozen=True)
class Verdict:
    """``result`` is ``allowed``, ``denied``, or ``-`` where there was no verdict; ``policy`` is
    ``-`` where none matched. ``path`` is what became of the target's path."""

    result: str
    policy: str
    path: str = field(default="/", compare=False)

    @property
    def allowed(self) -> bool:
        return self.result == "allowed"


def fast_path(
    hosts: Mapping[str, Message | None],
    *,
    jwks: str,
    credential: rbac_pb2.RBAC | None,
    countries: Path | None = None,
) -> bootstrap_pb2.Bootstrap.StaticResources:
    """The resources of an Envoy that judges requests to ``hosts`` by their RBAC (None: without), after
    ``credential`` has judged whether the credential lives (None: nothing judged that), with a database of
    countries or without."""
    judge = [] if credential is None else [_filter(CREDENTIAL, credential)]
    located = replace(EDGE, geoip_database=str(countries or ""))
    manager = hcm_pb2.HttpConnectionManager(
        stat_prefix="test",
        # Not at the edge of anything: the test says in X-Forwarded-For where a request comes from.
        use_remote_address={"value": False},
        **NORMALISING,
        route_config=route_pb2.RouteConfiguration(
            name="test", virtual_hosts=[_virtual_host(host, rbac) for host, rbac in hosts.items()]
        ),
        http_filters=[
            *source_filters(located),
            _filter(HEADER_TO_METADATA, header_to_metadata_pb2.Config(request_rules=[country_to_metadata()])),
            _filter(JWT_AUTHN, _verified_token(jwks)),
            *judge,
            _filter(RBAC, rbac_pb2.RBAC()),
            _filter("envoy.filters.http.router", router_pb2.Router()),
        ],
    )
    listener = listener_pb2.Listener(
        name=LISTENER,
        address=address_pb2.Address(
            socket_address=address_pb2.SocketAddress(address="127.0.0.1", port_value=0)
        ),
        filter_chains=[
            listener_components_pb2.FilterChain(
                filters=[
                    listener_components_pb2.Filter(
                        name="envoy.filters.network.http_connection_manager",
                        typed_config=_packed(manager),
                    )
                ]
            )
        ],
    )
    return bootstrap_pb2.Bootstrap.StaticResources(listeners=[listener])


def _filter(name: str, config: Message) -> hcm_pb2.HttpFilter:
    return hcm_pb2.HttpFilter(name=name, typed_config=_packed(config))


def _virtual_host(host: str, rbac: Message | None) -> route_components_pb2.VirtualHost:
    return route_components_pb2.VirtualHost(
        name=host,
        domains=[host],
        routes=[
            route_components_pb2.Route(
                match=route_components_pb2.RouteMatch(prefix="/"),
                direct_response=route_components_pb2.DirectResponseAction(status=200),
            )
        ],
        response_headers_to_add=[
            _header("x-verdict", f"%DYNAMIC_METADATA({RBAC}:shadow_engine_result)%"),
            _header("x-path", "%REQ(:PATH)%"),
            _header("x-policy", f"%DYNAMIC_METADATA({RBAC}:shadow_effective_policy_id)%"),
        ],
        typed_per_filter_config={} if rbac is None else {RBAC: _packed(rbac)},
    )


def _header(name: str, value: str) -> base_pb2.HeaderValueOption:
    return base_pb2.HeaderValueOption(header=base_pb2.HeaderValue(key=name, value=value))


def _verified_token(jwks: str) -> jwt_pb2.JwtAuthentication:
    provider = jwt_pb2.JwtProvider(
        issuer=ISSUER,
        from_headers=[jwt_pb2.JwtHeader(name="x-token")],
        payload_in_metadata="claims",
        local_jwks=base_pb2.DataSource(inline_string=jwks),
    )
    either = jwt_pb2.JwtRequirementOrList(
        requirements=[
            jwt_pb2.JwtRequirement(provider_name="doorward"),
            jwt_pb2.JwtRequirement(allow_missing_or_failed={}),
        ]
    )
    rule = jwt_pb2.RequirementRule(
        match=route_components_pb2.RouteMatch(prefix="/"),
        requires=jwt_pb2.JwtRequirement(requires_any=either),
    )
    return jwt_pb2.JwtAuthentication(providers={"doorward": provider}, rules=[rule])


def _packed(message: Message) -> any_pb2.Any:
    wrapped = any_pb2.Any()
    wrapped.Pack(message)
    return wrapped


def ask(port: int, questions: Sequence[Question], *, connections: int = 4) -> list[Verdict]:
    """Ask them all over a few connections that stay open; answers come in the same order."""
    shares = [questions[number::connections] for number in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        answers = list(pool.map(lambda share: _ask_in_turn(port, share), shares))
    return [answers[index % connections][index // connections] for index in range(len(questions))]


def _ask_in_turn(port: int, questions: Sequence[Question]) -> list[Verdict]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        return [_ask(connection, question) for question in questions]
    finally:
        connection.close()


def _ask(connection: http.client.HTTPConnection, question: Question) -> Verdict:
    headers = {"Host": question.host, "X-Forwarded-For": question.source}
    if question.token is not None:
        headers["x-token"] = question.token
    connection.request(question.method, question.target, headers=headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise AssertionError(f"{question.host} answered {response.status}")
    path = response.getheader("x-path", "").partition("?")[0]
    return Verdict(response.getheader("x-verdict", "-"), response.getheader("x-policy", "-"), path)
