"""Filter settings as resources of their own (ECDS): what changes while connections stay.

A key that is rotated and a session that is revoked change a filter's settings and not the listener,
which would drain its connections.
"""

from __future__ import annotations

from collections.abc import Iterator

from envoy.config.core.v3 import base_pb2, extension_pb2
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2

from doorward.envoy import names
from doorward.envoy.credential import credential_rbac
from doorward.envoy.packing import packed, seconds
from doorward.envoy.state import EdgeSettings, EdgeState

TOKENS_CACHED = 10_000


def build_extensions(
    settings: EdgeSettings, state: EdgeState
) -> Iterator[extension_pb2.TypedExtensionConfig]:
    """The settings of ``jwt_authn`` and of the filter that judges credentials, by the filters' names."""
    credential = credential_rbac(revoked=state.revoked, changed=state.changed, machines=state.machines)
    for name, config in (
        (names.JWT_AUTHN, verified_token(settings, state.jwks)),
        (names.CREDENTIAL, credential),
    ):
        yield extension_pb2.TypedExtensionConfig(name=name, typed_config=packed(config))


def verified_token(settings: EdgeSettings, jwks: str) -> jwt_pb2.JwtAuthentication:
    """What makes claims of a token: a signature by one of our keys (``jwks``, a JSON text), issuer, times."""
    provider = jwt_pb2.JwtProvider(
        issuer=settings.issuer,
        require_expiration=True,
        max_lifetime=seconds(2 * 3600),
        clock_skew_seconds=1,
        forward=True,
        payload_in_metadata=names.CLAIMS_KEY,
        from_headers=[jwt_pb2.JwtHeader(name=names.TOKEN_HEADER)],
        jwt_cache_config=jwt_pb2.JwtCacheConfig(jwt_cache_size=TOKENS_CACHED, jwt_max_token_size=8192),
        local_jwks=base_pb2.DataSource(inline_string=jwks),
    )
    return jwt_pb2.JwtAuthentication(
        providers={"doorward": provider},
        requirement_map={
            names.REQUIREMENT: jwt_pb2.JwtRequirement(
                requires_any=jwt_pb2.JwtRequirementOrList(
                    requirements=[
                        jwt_pb2.JwtRequirement(provider_name="doorward"),
                        jwt_pb2.JwtRequirement(allow_missing_or_failed={}),
                    ]
                )
            )
        },
    )
