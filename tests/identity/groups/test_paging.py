from __future__ import annotations

import asyncio

import httpx
import pytest

from doorward.identity.groups.paging import Unwilling, all_pages, next_page
from doorward.identity.oidc.fetching import Answer, Fetcher, Unanswered

URL = "https://api.example.com/items?page=1"


def page(*links: str) -> str | None:
    headers = httpx.Headers([("link", link) for link in links])
    return next_page(Answer(200, b"[]", headers), url=URL)


@pytest.mark.parametrize(
    "link",
    [
        '<https://api.example.com/items?page=2>; rel="next"',
        "<https://api.example.com/items?page=2>; rel=next",
        '<https://api.example.com/items?page=2>;rel="prefetch Next"',
        '<https://api.example.com/items?page=2>; title="a, b; c"; REL="next"',
        '<https://api.example.com/items?page=1>; rel="self", </items?page=2>; rel="next"',
    ],
)
def test_the_next_page_is_found(link: str) -> None:
    assert page(link) == "https://api.example.com/items?page=2"


@pytest.mark.parametrize(
    "link",
    [
        '<https://api.example.com/items?page=1>; rel="self"',
        "",
        "garbage",
        '</x>; rel="nextish"',
        '</x>; title="next"',
    ],
)
def test_after_the_last_page_there_is_none(link: str) -> None:
    assert page(link) is None
    assert page() is None


def test_several_headers_are_all_looked_at() -> None:
    assert page('</a>; rel="self"', '</b>; rel="next"') == "https://api.example.com/b"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.com/items",
        "//evil.example.com/items",
        "http://api.example.com/items",
        "https://api.example.com:8443/items",
        "https://user@api.example.com/items",
        "https://api.example.com.evil.example/",
        "https://api.example.com:99999999/",
        "ftp://api.example.com/",
        "javascript:alert(1)",
    ],
)
def test_a_next_page_elsewhere_is_an_error(target: str) -> None:
    with pytest.raises(Unanswered, match=r"another host|no URL"):
        page(f'<{target}>; rel="next"')


def test_a_large_header_is_read_at_once() -> None:
    assert page("<" * 20_000 + ';rel="' * 2_000) is None
    assert page("<a>" + "; a=b" * 5_000 + ',<b>; rel="next"') == "https://api.example.com/b"


def read_all(*answers: httpx.Response) -> list[object]:
    waiting = list(answers)

    async def run() -> list[object]:
        transport = httpx.MockTransport(lambda _: waiting.pop(0))
        async with httpx.AsyncClient(transport=transport) as client:
            return list(await all_pages(Fetcher(client), URL, headers={}))

    return asyncio.run(run())


def raw(content: bytes, link: str = "") -> httpx.Response:
    return httpx.Response(200, headers={"link": link} if link else {}, stream=httpx.ByteStream(content))


def test_pages_are_put_together() -> None:
    assert read_all(raw(b"[1]", '</2>; rel="next"'), raw(b"[2, 3]")) == [1, 2, 3]


def test_a_page_that_cannot_be_had_fails_the_whole() -> None:
    with pytest.raises(Unwilling, match="status 502") as caught:
        read_all(raw(b"[1]", '</2>; rel="next"'), httpx.Response(502, stream=httpx.ByteStream(b"")))
    assert caught.value.answer.status == 502
    for body in (b"{}", b"[", b'[{"a": 1, "a": 2}]', b"[" + b"1," * 1_000_000 + b"1]"):
        with pytest.raises(Unanswered):
            read_all(raw(body))
