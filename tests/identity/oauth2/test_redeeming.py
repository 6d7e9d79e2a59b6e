from __future__ import annotations

import asyncio

import httpx
import pytest

from doorward.identity.oauth2.redeeming import Granted, redeem
from doorward.identity.oauth2.service import Endpoints
from doorward.identity.oidc.fetching import Fetcher
from doorward.model.errors import SignInRefused, Unavailable
from tests.fakes.openid import CALLBACK, as_json, streamed
from tests.identity.oauth2.signing_in import settings

ENDPOINTS = Endpoints(
    name="Service",
    authorize="https://service.example.com/authorize",
    token="https://service.example.com/token",
    api="https://api.example.com",
    scopes=(),
    errors={"bad_verification_code": "invalid_grant", "100": "invalid_grant", "1": "invalid_client"},
)


def ask(response: httpx.Response) -> Granted:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return streamed(response, drip=0)

    async def run() -> Granted:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            return await redeem(
                settings("github"),
                ENDPOINTS,
                code="the-code",
                callback=CALLBACK,
                verifier="the-verifier",
                fetcher=Fetcher(client),
            )

    try:
        return asyncio.run(run())
    finally:
        assert len(asked) == 1
        form = httpx.QueryParams(asked[0].content.decode())
        assert (form["code"], form["code_verifier"]) == ("the-code", "the-verifier")
        assert asked[0].headers["accept"] == "application/json"


def test_scopes_may_be_joined_either_way_or_not_be_told() -> None:
    for scope in ("a,b", "a b", "a, b"):
        assert ask(as_json({"access_token": "t", "scope": scope})).scopes == frozenset({"a", "b"})
    assert ask(as_json({"access_token": "t"})).scopes is None
    assert "the-token" not in repr(ask(as_json({"access_token": "the-token"})))


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (200, {"error": "bad_verification_code", "error_description": "expired\nlong ago"}),
        (400, {"error": "invalid_grant", "error_description": "expired\nlong ago"}),
        (400, {"error": {"code": 100}, "error_description": "expired\nlong ago"}),
        (200, {"error": "invalid_grant", "access_token": "t", "error_description": "expired long ago"}),
    ],
)
def test_a_code_that_is_not_taken_refuses_the_sign_in_whatever_the_status(
    status: int, document: object
) -> None:
    with pytest.raises(SignInRefused, match="any more") as caught:
        ask(as_json(document, status))
    assert (caught.value.code, caught.value.administrator) == ("invalid_grant", "expired long ago")


@pytest.mark.parametrize(
    ("status", "document", "said"),
    [
        (401, {}, "client id and secret"),
        (200, {"error": "invalid_client"}, "client id and secret"),
        (400, {"error": {"code": 1}}, "client id and secret"),
        (200, {"error": "redirect_uri_mismatch"}, "status 200 redirect_uri_mismatch"),
        (200, {"error": ["x"]}, "status 200 unknown"),
        (200, {"error": {}}, "status 200 unknown"),
        (200, {"error": ""}, "status 200 unknown"),
        (500, "x", "status 500"),
        (302, {"access_token": "t"}, "status 302"),
        (200, {}, "no usable access token"),
        (200, [], "no usable access token"),
        (200, {"access_token": ""}, "no usable access token"),
        (200, {"access_token": 7}, "no usable access token"),
        (200, {"access_token": "a\r\nb"}, "no usable access token"),
        (200, {"access_token": "a" * 70_000}, "no usable access token"),
        (200, {"access_token": "a", "token_type": "mac"}, "kind"),
        (200, {"access_token": "a", "token_type": ["bearer"]}, "kind"),
        (200, {"access_token": "a", "x": "a" * 1_100_000}, "more than 1048576 bytes"),
    ],
)
def test_any_other_trouble_is_not_the_persons(status: int, document: object, said: str) -> None:
    with pytest.raises(Unavailable, match=said) as caught:
        ask(as_json(document, status))
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"
