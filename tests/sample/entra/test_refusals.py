from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from doorward.sample.entra.refusals import refuse
from doorward.sample.entra.seed import TENANT_ID
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.graph.asking import Graph, as_application, code
from tests.sample.entra.stories import visit

METADATA = f"/{TENANT_ID}/v2.0/.well-known/openid-configuration"


def test_the_next_requests_are_throttled_with_and_without_advice() -> None:
    fake = FakeEntra()

    async def story(graph: Graph) -> None:
        fake.throttle(2, retry_after=3)
        fake.throttle(1)
        for advice in ("3", "3", None):
            answer = await graph.get("/users")
            assert code(answer) == (429, "TooManyRequests")
            assert answer.headers.get("retry-after") == advice
        assert (await graph.get("/users")).status_code == 200

    as_application(fake, story)


def test_any_path_can_be_unavailable() -> None:
    fake = FakeEntra()
    fake.throttle(1, path=f"/{TENANT_ID}/v2.0", status=503)

    async def story(client: Visitor) -> None:
        assert (await client.open(METADATA)).response.status_code == 503
        assert (await client.open(METADATA)).response.status_code == 200

    visit(fake, story)


def test_json_can_break_off() -> None:
    fake = FakeEntra()
    fake.faults.truncate = "/v1.0"

    async def story(graph: Graph) -> None:
        answer = await graph.get("/users")
        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            answer.json()

    as_application(fake, story)


def test_the_date_is_by_entras_clock() -> None:
    fake = FakeEntra()

    async def story(client: Visitor) -> None:
        assert (await client.open(METADATA)).response.headers["date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
        fake.faults.clock_skew = 3600
        assert (await client.open(METADATA)).response.headers["date"] == "Sun, 01 Mar 2026 13:00:00 GMT"

    visit(fake, story)


def test_answers_can_come_late_and_administrators_pages_are_spared() -> None:
    fake = FakeEntra()
    fake.faults.latency = 0.05

    async def story(client: Visitor) -> None:
        begun = time.monotonic()
        await client.open(METADATA)
        assert time.monotonic() - begun >= 0.05
        fake.faults.latency = 60
        assert (await client.open("/_admin/")).response.status_code == 200

    visit(fake, story)


def test_an_answer_can_be_awaited_in_vain() -> None:
    fake = FakeEntra()
    fake.faults.hang = "/v1.0"
    with fake.serving() as base_url, httpx.Client(base_url=base_url) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/v1.0/me", timeout=0.2)
        assert client.get(METADATA).status_code == 200
        assert len(client.get(METADATA).headers.get_list("date")) == 1


def test_served_on_a_port_its_addresses_are_of_that_port() -> None:
    fake = FakeEntra()
    before = fake.base_url
    with fake.serving() as base_url:
        document = httpx.get(f"{base_url}{METADATA}").json()
        assert document["issuer"] == f"{base_url}/{TENANT_ID}/v2.0"
        assert document["msgraph_host"] == base_url.removeprefix("http://")
    assert fake.base_url == before


def test_nothing_is_refused_unless_it_was_asked_for() -> None:
    fake = FakeEntra()
    assert refuse(fake.entra, "/v1.0/me") is None
    fake.throttle(1)
    assert refuse(fake.entra, f"/{TENANT_ID}/login") is None
    assert refuse(fake.entra, "/v1.0/me") is not None
    assert refuse(fake.entra, "/v1.0/me") is None


def test_other_kinds_of_connection_are_not_its_business() -> None:
    async def run() -> None:
        sent: list[object] = []

        async def receive() -> dict[str, object]:
            return {"type": "websocket.connect"}

        async def send(message: object) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": "/x", "headers": [], "query_string": b""}
        await FakeEntra().application(scope, receive, send)
        assert sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]

    asyncio.run(run())
