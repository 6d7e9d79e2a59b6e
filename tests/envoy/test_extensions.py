from __future__ import annotations

from envoy.config.core.v3 import extension_pb2
from envoy.extensions.filters.http.jwt_authn.v3 import config_pb2 as jwt_pb2
from envoy.extensions.filters.http.rbac.v3 import rbac_pb2

from doorward.envoy import names
from doorward.envoy.extensions import TOKENS_CACHED, build_extensions
from doorward.envoy.filters import build_http_filters
from tests.envoy.states import SETTINGS, state


def extensions(*revoked: str) -> dict[str, extension_pb2.TypedExtensionConfig]:
    return {found.name: found for found in build_extensions(SETTINGS, state(revoked=revoked))}


def test_a_token_is_verified_from_one_place_with_expiry_and_issuer() -> None:
    config = jwt_pb2.JwtAuthentication()
    assert extensions()[names.JWT_AUTHN].typed_config.Unpack(config)
    [provider] = config.providers.values()
    assert provider.issuer == SETTINGS.issuer
    assert provider.require_expiration
    assert [header.name for header in provider.from_headers] == [names.TOKEN_HEADER]
    assert not provider.from_cookies
    assert not provider.from_params
    assert not provider.claim_to_headers
    assert provider.jwt_cache_config.jwt_cache_size == TOKENS_CACHED


def test_a_bad_token_means_no_claims_and_never_a_refusal_of_its_own() -> None:
    config = jwt_pb2.JwtAuthentication()
    assert extensions()[names.JWT_AUTHN].typed_config.Unpack(config)
    first, otherwise = config.requirement_map[names.REQUIREMENT].requires_any.requirements
    assert first.provider_name in config.providers
    assert otherwise.HasField("allow_missing_or_failed")


def test_a_revoked_session_is_named_once_and_here() -> None:
    rules = rbac_pb2.RBAC()
    assert extensions("s1")[names.CREDENTIAL].typed_config.Unpack(rules)
    assert str(rules).count('"s1"') == 1
    assert b"s1" not in extensions("s1")[names.JWT_AUTHN].SerializeToString()


def test_every_filter_that_waits_for_its_settings_is_given_them_of_the_kind_that_it_takes() -> None:
    waiting = {
        found.name: found for found in build_http_filters(SETTINGS) if found.HasField("config_discovery")
    }
    given = extensions()
    assert waiting.keys() == given.keys()
    for name, found in waiting.items():
        assert list(found.config_discovery.type_urls) == [given[name].typed_config.type_url]
