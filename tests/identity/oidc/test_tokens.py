from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from doorward.identity.oidc.authorization import Transaction
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.tokens import LONGEST, Tokens, redeem
from doorward.model.errors import Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from tests.fakes.openid import ACCESS_TOKEN, CALLBACK, CODE, ISSUER, FakeOpenIdProvider
from tests.identity.oidc.test_authorization import METADATA

BEGUN = Transaction(issuer=ISSUER, callback=CALLBACK, state="s", nonce="n", verifier="the-verifier")
SETTINGS = OpenIdConnect(issuer=ISSUER, client_id="door:ward", client_secret="a b&c:d+e")
FORM = {
    "grant_type": "authorization_code",
    "code": CODE,
    "redirect_uri": CALLBACK,
    "code_verifier": "the-verifier",
}


def ask(
    fake: FakeOpenIdProvider,
    settings: OpenIdConnect = SETTINGS,
    methods: frozenset[str] = frozenset({"client_secret_basic"}),
) -> Tokens:
    metadata = replace(METADATA, client_authentication=methods)

    async def run() -> Tokens:
        async with fake.client() as client:
            fetcher = Fetcher(client, patience=timedelta(seconds=1))
            return await redeem(settings, metadata, BEGUN, code=CODE, fetcher=fetcher)

    return asyncio.run(run())


def answering(status: int, json: object) -> FakeOpenIdProvider:
    return FakeOpenIdProvider(answers={"/token": lambda _: httpx.Response(status, json=json)})


def test_a_code_is_given_with_its_verifier_and_callback() -> None:
    fake = FakeOpenIdProvider()
    tokens = ask(fake)
    assert tokens.access_token == ACCESS_TOKEN
    assert fake.form() == FORM
    assert tokens.access_token not in repr(tokens)
    assert tokens.id_token not in repr(tokens)


def test_a_secret_goes_into_the_header_escaped_as_oauth_demands() -> None:
    fake = FakeOpenIdProvider()
    ask(fake, methods=frozenset({"client_secret_post", "client_secret_basic"}))
    given = base64.b64decode(fake.asked[-1].headers["authorization"].removeprefix("Basic "))
    assert given == b"door%3Award:a+b%26c%3Ad%2Be"
    assert fake.form() == FORM


def test_a_secret_goes_into_the_form_where_the_provider_wants_it_there_only() -> None:
    fake = FakeOpenIdProvider()
    ask(fake, methods=frozenset({"client_secret_post", "private_key_jwt"}))
    assert fake.form() == {**FORM, "client_id": "door:ward", "client_secret": "a b&c:d+e"}
    assert "authorization" not in fake.asked[-1].headers


def test_a_public_client_names_itself_alone() -> None:
    fake = FakeOpenIdProvider()
    ask(fake, replace(SETTINGS, client_secret=""), frozenset({"none"}))
    assert fake.form() == {**FORM, "client_id": "door:ward"}
    assert "authorization" not in fake.asked[-1].headers


def test_a_provider_that_wants_something_else_than_a_secret_is_told_to_the_administrator() -> None:
    fake = FakeOpenIdProvider()
    with pytest.raises(Unavailable, match="client_secret_basic"):
        ask(fake, methods=frozenset({"private_key_jwt"}))
    assert fake.asked == []


@pytest.mark.parametrize(
    ("status", "json", "error", "said"),
    [
        (400, {"error": "invalid_grant", "error_description": "x"}, Refused, "Start again"),
        (400, {"error": "invalid_client"}, Unavailable, "client id and secret"),
        (401, {}, Unavailable, "client id and secret"),
        (400, {"error": "unauthorized_client"}, Unavailable, "client id and secret"),
        (400, {"error": "invalid_request"}, Unavailable, "status 400"),
        (400, {"error": ["invalid_grant"]}, Unavailable, "status 400"),
        (302, {}, Unavailable, "status 302"),
        (429, [], Unavailable, "status 429"),
        (503, "down", Unavailable, "status 503"),
        (200, [], Unavailable, "cannot be read"),
        (200, {}, Refused, "no ID token"),
        (200, {"error": "bad_verification_code"}, Refused, "no ID token"),
        (200, {"access_token": "a"}, Refused, "no ID token"),
        (200, {"id_token": ["a"]}, Refused, "no ID token"),
        (200, {"id_token": "a", "access_token": 7}, Refused, "no ID token"),
        (200, {"id_token": "a", "access_token": "b", "token_type": "DPoP"}, Refused, "kind"),
        (200, {"id_token": "a", "access_token": "b", "token_type": 7}, Refused, "kind"),
        (200, {"id_token": "a", "access_token": "b\r\nX: y"}, Refused, "kind"),
        (200, {"id_token": "a", "access_token": "ü"}, Refused, "kind"),
        (200, {"id_token": "a" * (LONGEST + 1)}, Refused, "more than"),
        (200, {"id_token": "a", "refresh_token": "b" * (LONGEST + 1)}, Refused, "more than"),
        (200, {"id_token": "a", "refresh_token": ["b"]}, Refused, "refresh token"),
        (200, {"id_token": "a", "refresh_token": "b\n"}, Refused, "refresh token"),
        (200, {"id_token": "a", "access_token": "b" * (LONGEST + 1)}, Refused, "more than"),
    ],
)
def test_an_answer_without_usable_tokens_is_an_error(
    status: int, json: object, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        ask(answering(status, json))


def test_a_redirect_at_the_token_endpoint_is_not_followed() -> None:
    elsewhere: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(  # noqa: E731  # a table's value
        307, headers={"location": "https://idp.example.com/steal"}
    )
    fake = FakeOpenIdProvider(answers={"/token": elsewhere})
    with pytest.raises(Unavailable, match="status 307"):
        ask(fake)
    assert [request.url.path for request in fake.asked] == ["/token"]


def test_the_type_of_a_token_may_be_spelled_in_any_case_or_be_left_out() -> None:
    for tokens in ({"token_type": "bearer"}, {}):
        answer = {"id_token": "a", "access_token": "b", **tokens}
        assert ask(answering(200, answer)).access_token == "b"


def test_a_refresh_token_is_kept_and_not_shown() -> None:
    tokens = ask(answering(200, {"id_token": "a", "refresh_token": "the-refresh-token"}))
    assert tokens.refresh_token == "the-refresh-token"
    assert "the-refresh-token" not in repr(tokens)
    assert ask(answering(200, {"id_token": "a", "refresh_token": None})).refresh_token == ""


def test_a_code_that_is_not_taken_says_so_with_the_providers_code() -> None:
    with pytest.raises(SignInRefused) as caught:
        ask(answering(400, {"error": "invalid_grant", "error_description": "code expired"}))
    assert (caught.value.code, caught.value.administrator) == ("invalid_grant", "code expired")


def test_a_refresh_token_is_kept_where_there_is_one() -> None:
    assert ask(answering(200, {"id_token": "a"})).refresh_token == ""
    assert ask(answering(200, {"id_token": "a", "refresh_token": None})).refresh_token == ""
    tokens = ask(answering(200, {"id_token": "a", "refresh_token": "the-refresh-token"}))
    assert tokens.refresh_token == "the-refresh-token"
    assert "the-refresh-token" not in repr(tokens)


@pytest.mark.parametrize("token", [7, ["a"], "ü", "a\r\nb", "a" * (LONGEST + 1)])
def test_a_refresh_token_that_cannot_be_one_is_refused(token: object) -> None:
    with pytest.raises(Refused, match=r"(refresh token|more than)"):
        ask(answering(200, {"id_token": "a", "refresh_token": token}))
