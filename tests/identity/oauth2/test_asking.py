from __future__ import annotations

import asyncio

import httpx
import pytest

from doorward.identity.groups.paging import Unwilling
from doorward.identity.oauth2 import asking
from doorward.identity.oidc.fetching import Fetcher, Unanswered
from doorward.model.errors import Refused
from tests.fakes.openid import as_json, streamed


def ask(response: httpx.Response) -> object:
    async def run() -> object:
        transport = httpx.MockTransport(lambda _: streamed(response, drip=0))
        async with httpx.AsyncClient(transport=transport) as client:
            return await asking.document(Fetcher(client), "https://api.example.com/me", headers={})

    return asyncio.run(run())


def test_a_document_is_read_once_the_service_said_yes() -> None:
    assert ask(as_json({"a": 1})) == {"a": 1}
    with pytest.raises(Unwilling, match="status 403"):
        ask(as_json({}, 403))
    with pytest.raises(Unanswered):
        ask(as_json([]))


def test_an_id_may_be_a_number_or_text() -> None:
    assert asking.subject(7, "Service") == "7"
    assert asking.subject("7", "Service") == "7"
    several: list[object] = [None, False, 7.0, "", "a\tb", {}]
    for wrong in several:
        with pytest.raises(Refused, match="Service did not say who you are"):
            asking.subject(wrong, "Service")


def test_an_address_is_brought_into_its_one_spelling() -> None:
    assert asking.email("Ada@Example.COM", "Service") == "ada@example.com"
    for wrong in [None, "", "ada", 7]:
        with pytest.raises(Refused, match="is none"):
            asking.email(wrong, "Service")
    assert asking.no_email("Service", advice="Add one.").advice == "Add one."
