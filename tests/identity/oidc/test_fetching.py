from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from doorward.identity.oidc.fetching import LARGEST, Answer, Fetcher, Unanswered, open_client
from doorward.model.errors import Invalid, Unavailable
from tests.fakes.openid import FakeOpenIdProvider

URL = "https://idp.example.com/doc?secret=1"


def fetch(
    handler: Callable[[httpx.Request], httpx.Response], *, bearer: str = "", delay: float = 0, drip: float = 0
) -> dict[str, object]:
    fake = FakeOpenIdProvider(answers={"/doc": handler}, delay=delay, drip=drip)

    async def run() -> dict[str, object]:
        async with fake.client() as client:
            fetcher = Fetcher(client, patience=timedelta(seconds=0.05))
            return dict(await fetcher.document(URL, bearer=bearer))

    return asyncio.run(run())


def test_a_document_is_fetched_uncompressed_and_with_its_access_token() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(200, json={"token": request.headers.get("authorization")})

    assert fetch(handler) == {"token": None}
    assert fetch(handler, bearer="abc") == {"token": "Bearer abc"}


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (lambda _: httpx.Response(500, json={}), "status 500"),
        (lambda _: httpx.Response(204), "status 204"),
        (lambda _: httpx.Response(302, headers={"location": "https://idp.example.com/ok"}), "status 302"),
        (lambda _: httpx.Response(200, html="<html>maintenance</html>"), "cannot be read"),
        (lambda _: httpx.Response(200), "cannot be read"),
        (lambda _: httpx.Response(200, json=["a"]), "cannot be read"),
        (lambda _: httpx.Response(200, content=b'{"a": "' + b"x" * LARGEST + b'"}'), "more than"),
        (lambda _: httpx.Response(200, headers={"content-encoding": "br"}, content=b"{}"), "compressed"),
        (raising(httpx.ConnectError("secret")), r"cannot be reached \(ConnectError\)"),
        (raising(httpx.ReadTimeout("secret")), r"cannot be reached \(ReadTimeout\)"),
        (raising(ssl.SSLError("secret")), r"cannot be reached \(SSLError\)"),
    ],
)
def test_what_is_no_answer_says_which_host_and_no_more(
    handler: Callable[[httpx.Request], httpx.Response], said: str
) -> None:
    with pytest.raises(Unanswered, match=said) as caught:
        fetch(handler, bearer="secret")
    assert "idp.example.com" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert isinstance(caught.value, Unavailable)


def test_an_answer_that_begins_late_or_drips_is_not_waited_for() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"a": "x" * 100})

    with pytest.raises(Unanswered, match="took longer"):
        fetch(handler, delay=1)
    with pytest.raises(Unanswered, match="took longer"):
        fetch(handler, drip=0.02)


def test_a_form_is_posted_and_its_status_left_to_the_caller() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        return httpx.Response(400, content=request.content)

    async def run() -> Answer:
        async with FakeOpenIdProvider(answers={"/doc": handler}).client() as client:
            return await Fetcher(client).post(URL, form={"code": "a&b"}, headers={})

    answer = asyncio.run(run())
    assert answer == Answer(400, b"code=a%26b")
    assert "a%26b" not in repr(answer)


def test_a_client_keeps_no_cookie_and_follows_nothing() -> None:
    async def run() -> None:
        async with open_client("") as client:
            request = client.build_request("GET", "https://idp.example.com/")
            response = httpx.Response(200, headers={"set-cookie": "session=ada; Path=/"}, request=request)
            client.cookies.extract_cookies(response)
            assert "cookie" not in client.build_request("GET", "https://idp.example.com/").headers
            assert not client.follow_redirects

    asyncio.run(run())


@pytest.mark.parametrize(
    "ca", ["x", " ", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ü"]
)
def test_a_ca_that_is_none_is_invalid(ca: str) -> None:
    with pytest.raises(Invalid, match="ca"):
        open_client(ca)
