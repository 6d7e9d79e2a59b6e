"""Bodies are bounded, and mean one thing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from doorward.scim.bodies import DEEPEST, LARGEST, Malformed, TooLarge, parse_object, read, scim_response


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


def test_a_body_is_read_up_to_a_bound_and_no_further() -> None:
    assert len(asyncio.run(read(chunks(LARGEST - 1, 1)))) == LARGEST

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    with pytest.raises(TooLarge):
        asyncio.run(read(endless()))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'"x"',
        b"{",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff",
        b'{"active": true, "active": false}',
        b'{"active": true, "Active": false}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a":' + b"[" * 100_000,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        b'{"a": ' + b"1" * 100_000 + b"}",
    ],
)
def test_what_is_not_one_object_with_one_meaning_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        parse_object(text)


def test_an_object_as_deep_as_allowed_is_read() -> None:
    assert parse_object(b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST)


def test_an_answer_is_kept_by_nobody() -> None:
    response = scim_response({"a": "é"}, status=201)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/scim+json"
    assert bytes(response.body) == '{"a":"é"}'.encode()
