from __future__ import annotations

import pytest

from doorward.identity.oidc.metadata import read_metadata
from doorward.model.errors import Unavailable
from tests.fakes.openid import REMOVED, changed

ISSUER = "https://idp.example.com"
HONEST: dict[str, object] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none", "ES256"],
}


def test_what_signing_in_needs_is_read() -> None:
    metadata = read_metadata(HONEST, issuer=ISSUER)
    assert metadata.token_endpoint == f"{ISSUER}/token"
    assert metadata.userinfo_endpoint == ""
    assert metadata.client_authentication == {"client_secret_basic"}
    assert not metadata.names_itself


def test_of_the_algorithms_only_ours_are_kept() -> None:
    assert read_metadata(HONEST, issuer=ISSUER).algorithms == {"RS256", "ES256"}


def test_a_provider_that_names_no_algorithm_uses_the_one_that_all_must_offer() -> None:
    silent = changed(HONEST, {"id_token_signing_alg_values_supported": REMOVED})
    assert read_metadata(silent, issuer=ISSUER).algorithms == {"RS256"}


@pytest.mark.parametrize(
    "named",
    [
        f"{ISSUER}/",
        "https://IDP.example.com",
        "http://idp.example.com",
        "https://evil.example.com",
        "",
        None,
        [ISSUER],
        {"issuer": ISSUER},
    ],
)
def test_another_issuers_metadata_is_never_used(named: object) -> None:
    with pytest.raises(Unavailable, match="letter by letter"):
        read_metadata(changed(HONEST, {"issuer": named}), issuer=ISSUER)


def test_an_issuer_with_a_slash_at_its_end_is_itself() -> None:
    slashed = f"{ISSUER}/"
    assert read_metadata(changed(HONEST, {"issuer": slashed}), issuer=slashed).issuer == slashed
    with pytest.raises(Unavailable, match="letter by letter"):
        read_metadata(HONEST, issuer=slashed)


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "value", [REMOVED, None, 7, "", "/relative", "http://idp.example.com/x", "javascript:1"]
)
def test_an_endpoint_that_is_missing_or_not_https_is_an_error(endpoint: str, value: object) -> None:
    with pytest.raises(Unavailable, match=endpoint):
        read_metadata(changed(HONEST, {endpoint: value}), issuer=ISSUER)


def test_a_userinfo_endpoint_is_not_needed_but_must_be_https_if_there_is_one() -> None:
    with pytest.raises(Unavailable, match="userinfo_endpoint"):
        read_metadata({**HONEST, "userinfo_endpoint": "http://idp.example.com/u"}, issuer=ISSUER)


@pytest.mark.parametrize("values", [["HS256"], ["none"], [], ["rs256"], "RS256", [["RS256"]]])
def test_a_provider_with_none_of_our_algorithms_is_an_error(values: object) -> None:
    with pytest.raises(Unavailable, match="id_token_signing_alg_values_supported"):
        read_metadata({**HONEST, "id_token_signing_alg_values_supported": values}, issuer=ISSUER)


@pytest.mark.parametrize("said", ["true", 1, None, False])
def test_only_true_promises_that_answers_name_their_issuer(said: object) -> None:
    name = "authorization_response_iss_parameter_supported"
    assert not read_metadata({**HONEST, name: said}, issuer=ISSUER).names_itself
    assert read_metadata({**HONEST, name: True}, issuer=ISSUER).names_itself
