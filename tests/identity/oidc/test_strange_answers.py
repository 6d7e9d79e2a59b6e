"""Whatever a provider says, sign-in ends with a person or with an error that can be explained."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.model.errors import AccessError
from tests.fakes.openid import REMOVED, FakeOpenIdProvider, as_json, rsa, run_sign_in

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def some_of(*names: str) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(names), ANYTHING, min_size=1, max_size=2)


def with_key(changes: dict[str, object]) -> FakeOpenIdProvider:
    jwk = {**rsa().as_dict(private=False), **changes}
    return FakeOpenIdProvider(answers={"/keys": lambda _: as_json({"keys": [jwk]})})


# One part is strange at a time: with all of them so at once, the first would hide the others.
STRANGE = st.one_of(
    some_of(
        "iss", "aud", "azp", "sub", "exp", "iat", "nbf", "nonce", "at_hash", "typ", "events", "token_use",
        "email", "email_verified", "groups", "name", "_claim_names",
    ).map(lambda claims: FakeOpenIdProvider(claims=claims)),
    some_of(
        "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
        "id_token_signing_alg_values_supported", "token_endpoint_auth_methods_supported",
    ).map(lambda metadata: FakeOpenIdProvider(metadata=metadata)),
    some_of("id_token", "access_token", "token_type", "error").map(
        lambda tokens: FakeOpenIdProvider(tokens=tokens)
    ),
    some_of("sub", "email", "email_verified", "groups", "name").map(
        lambda userinfo: FakeOpenIdProvider(claims={"email": REMOVED, "groups": REMOVED}, userinfo=userinfo)
    ),
    some_of("typ", "kid", "cty", "x5t").map(lambda header: FakeOpenIdProvider(header=header)),
    some_of("kty", "kid", "alg", "use", "key_ops", "n", "e").map(with_key),
)  # fmt: skip


@settings(max_examples=200)
@given(STRANGE)
def test_whatever_a_provider_says_somebody_is_named_or_an_error_of_ours_says_why(
    fake: FakeOpenIdProvider,
) -> None:
    with contextlib.suppress(AccessError):
        assert run_sign_in(fake).subject
