from __future__ import annotations

import asyncio

import httpx
import pytest

from doorward.identity.oauth2.checklist import checklist
from doorward.identity.oidc.fetching import Fetcher
from doorward.ports.identity import Check, CheckState
from tests.fakes.openid import CALLBACK, as_json, streamed
from tests.identity.oauth2.signing_in import settings
from tests.identity.oauth2.test_redeeming import ENDPOINTS


def found(token: httpx.Response, *, api: bool = True) -> dict[str, Check]:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "api.example.com" and not api:
            raise httpx.ConnectError("no")
        return streamed(token if request.method == "POST" else httpx.Response(404), drip=0)

    async def run() -> list[Check]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            items = checklist(settings("github"), ENDPOINTS, callback=CALLBACK, fetcher=Fetcher(client))
            return [check async for check in items]

    return {check.name: check for check in asyncio.run(run())}


@pytest.mark.parametrize(
    ("document", "state"),
    [
        ({"error": "bad_verification_code"}, CheckState.PASSED),
        ({"error": "invalid_client"}, CheckState.FAILED),
        ({"error": "redirect_uri_mismatch"}, CheckState.NOT_CHECKED),
        ({}, CheckState.NOT_CHECKED),
        ("x", CheckState.NOT_CHECKED),
    ],
)
def test_the_token_endpoint_tells_about_the_secret_or_does_not(document: object, state: CheckState) -> None:
    assert found(as_json(document))["client-secret"].state is state


def test_a_redirect_uri_that_is_not_registered_is_named() -> None:
    assert CALLBACK in found(as_json({"error": "redirect_uri_mismatch"}))["client-secret"].fix


def test_an_api_that_answers_anything_is_there() -> None:
    assert found(as_json({}))["api"].state is CheckState.PASSED
    gone = found(as_json({}), api=False)["api"]
    assert (gone.state, "api_url" in gone.fix) == (CheckState.FAILED, True)
