from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.sample.asgi import ask, converse, listen


def test_headers_come_back_in_order_with_doubles_and_the_clients_address() -> None:
    answer = ask("GET", "/headers?a=1", headers=[("X-Two", "1"), ("X-Two", "2"), ("Cookie", "a=b")])
    seen = answer.json()
    assert (seen["method"], seen["path"], seen["query"], seen["client"]) == (
        "GET",
        "/headers",
        "a=1",
        "127.0.0.1",
    )
    assert [pair for pair in seen["headers"] if pair[0] == "x-two"] == [["x-two", "1"], ["x-two", "2"]]
    assert ["cookie", "a=b"] in seen["headers"]
    assert answer.headers["cache-control"] == "no-store"


def test_an_upload_is_counted() -> None:
    async def body() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield bytes(100_000)

    assert ask("POST", "/upload", content=body()).json() == {"bytes": 1_000_000}
    assert ask("PUT", "/upload", content=b"abc").json() == {"bytes": 3}


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_a_download_has_the_size_that_was_asked_for(size: int) -> None:
    answer = ask("GET", f"/download?bytes={size}")
    assert len(answer.content) == size
    assert answer.headers["content-length"] == str(size)


def test_a_slow_answer_comes() -> None:
    assert ask("GET", "/slow?seconds=0.01").text == "answered after 0.01 s\n"


@pytest.mark.parametrize(
    "path",
    [
        "/slow?seconds=601",
        "/slow?seconds=-1",
        "/slow?seconds=x",
        "/slow?seconds=nan",
        "/download?bytes=1e30",
        "/stream?seconds=inf",
    ],
)
def test_a_number_out_of_bounds_is_refused_with_the_bounds(path: str) -> None:
    answer = ask("GET", path)
    assert answer.status_code == 400
    assert "must be a number from 0 to" in answer.text


def test_events_are_numbered_and_stop_when_the_client_leaves() -> None:
    first, second = asyncio.run(listen("/stream?seconds=0.01", chunks=2))
    assert first == b'id: 1\ndata: {"count": 1}\n\n'
    assert second == b'id: 2\ndata: {"count": 2}\n\n'


def test_a_websocket_gets_back_text_as_text_and_bytes_as_bytes() -> None:
    sent: list[dict[str, object]] = [
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.receive", "bytes": b"\0\xff"},
    ]
    accepted, text, data = asyncio.run(converse("/ws", sent))
    assert accepted["type"] == "websocket.accept"
    assert (text["type"], text["text"]) == ("websocket.send", "hello")
    assert (data["type"], data["bytes"]) == ("websocket.send", b"\0\xff")
