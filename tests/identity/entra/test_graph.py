from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from doorward.identity.entra.graph import (
    EVENTUAL,
    IN_THE_BACKGROUND,
    MOST_PAGES,
    SIGNING_IN,
    Graph,
    Manner,
    Part,
    PartAnswer,
)
from doorward.identity.entra.graph_answers import GraphRefused, Throttled
from doorward.identity.oidc.fetching import Fetcher, Unanswered
from tests.fakes.clock import FakeRandomness
from tests.fakes.openid import streamed

GRAPH = "https://graph.example"
TOKEN = "the-access-token"
Answers = list[httpx.Response | Exception]


@dataclass
class Answering:
    """Gives ``answers`` one after another, the last again and again."""

    answers: Answers
    asked: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return streamed(answer, drip=0)

    def run(self, test: Callable[[Graph], Coroutine[Any, Any, Any]], manner: Manner = SIGNING_IN) -> Any:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        async def with_graph() -> Any:
            async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
                return await test(
                    Graph(
                        address=GRAPH,
                        token=TOKEN,
                        manner=manner,
                        fetcher=Fetcher(client, patience=timedelta(seconds=1)),
                        randomness=FakeRandomness(),
                        sleep=sleep,
                    )
                )

        return asyncio.run(with_graph())


def throttled(after: str | None = None, status: int = 429) -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": after} if after else {}, json={"error": {}})


WELL = httpx.Response(200, json={"value": ["a"]})


def test_a_question_carries_what_graph_wants_to_know() -> None:
    answering = Answering([WELL])
    assert answering.run(lambda graph: graph.get("/groups?$top=1", EVENTUAL)) == {"value": ["a"]}
    [asked] = answering.asked
    assert str(asked.url) == f"{GRAPH}/v1.0/groups?$top=1"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.headers["consistencylevel"] == "eventual"
    assert asked.headers["x-ms-throttle-priority"] == "high"
    assert asked.headers["user-agent"].startswith("Doorward/")
    assert len(asked.headers["client-request-id"]) == 36


def test_only_who_is_waited_for_is_urgent() -> None:
    answering = Answering([WELL])
    answering.run(lambda graph: graph.get("/groups"), IN_THE_BACKGROUND)
    assert "x-ms-throttle-priority" not in answering.asked[0].headers


def test_what_graph_asks_to_wait_is_waited() -> None:
    answering = Answering([throttled("1"), throttled("2", 503), WELL])
    answering.run(lambda graph: graph.get("/me"))
    assert answering.slept == [1, 2]
    assert len({request.headers["client-request-id"] for request in answering.asked}) == 3


def test_without_a_word_pauses_double_with_chance_in_them() -> None:
    answering = Answering([throttled()])
    with pytest.raises(Throttled):
        answering.run(lambda graph: graph.get("/me"), IN_THE_BACKGROUND)
    assert len(answering.asked) == IN_THE_BACKGROUND.attempts
    for pause, longest in zip(answering.slept, (1, 2, 4), strict=True):
        assert longest / 2 <= pause <= longest


def test_a_wait_that_is_too_long_is_not_begun() -> None:
    answering = Answering([throttled("5")])
    with pytest.raises(Throttled) as caught:
        answering.run(lambda graph: graph.get("/me"))
    assert caught.value.after == timedelta(seconds=5)
    assert answering.slept == []
    assert len(answering.asked) == 1


def test_waits_are_bounded_together() -> None:
    answering = Answering([throttled("3")])
    with pytest.raises(Throttled):
        answering.run(lambda graph: graph.get("/me"))
    assert answering.slept == [3]


def test_a_refusal_is_not_asked_again() -> None:
    answering = Answering([httpx.Response(403, json={"error": {"code": "Authorization_RequestDenied"}})])
    with pytest.raises(GraphRefused, match="Authorization_RequestDenied"):
        answering.run(lambda graph: graph.get("/me"))
    assert len(answering.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no"),
        httpx.Response(200, content=b'{"value": ['),
        httpx.Response(200, json=[1]),
        httpx.Response(200, content=b'{"a":"' + b"x" * 2_000_000 + b'"}'),
    ],
)
def test_an_answer_that_is_none_is_unanswered(answer: httpx.Response | Exception) -> None:
    with pytest.raises(Unanswered) as caught:
        Answering([answer]).run(lambda graph: graph.get("/me"))
    assert TOKEN not in f"{caught.value!r} {caught.value.__context__!r}"


def test_a_redirect_is_not_followed() -> None:
    answering = Answering([httpx.Response(302, headers={"location": f"{GRAPH}/v1.0/x"})])
    with pytest.raises(GraphRefused, match="status 302"):
        answering.run(lambda graph: graph.get("/me"))
    assert len(answering.asked) == 1


async def all_pages(graph: Graph) -> list[Mapping[str, object]]:
    return [page async for page in graph.pages("/groups", EVENTUAL)]


def test_pages_are_followed_with_their_headers() -> None:
    link = f"{GRAPH}/v1.0/groups?$skiptoken=x"
    answering = Answering([httpx.Response(200, json={"value": [], "@odata.nextLink": link}), WELL])
    assert len(answering.run(all_pages)) == 2
    assert str(answering.asked[1].url) == link
    assert answering.asked[1].headers["consistencylevel"] == "eventual"


def test_a_page_elsewhere_gets_no_token() -> None:
    link = "https://evil.example/v1.0/groups"
    answering = Answering([httpx.Response(200, json={"value": [], "@odata.nextLink": link})])
    with pytest.raises(Unanswered, match="not followed"):
        answering.run(all_pages)
    assert {request.url.host for request in answering.asked} == {"graph.example"}


def test_a_list_without_an_end_is_given_up() -> None:
    link = f"{GRAPH}/v1.0/groups?$skiptoken=x"
    answering = Answering([httpx.Response(200, json={"value": [], "@odata.nextLink": link})])
    with pytest.raises(Unanswered, match="no end"):
        answering.run(all_pages)
    assert len(answering.asked) == MOST_PAGES


def batch(*responses: object) -> httpx.Response:
    return httpx.Response(200, json={"responses": list(responses)})


def test_each_part_of_a_batch_is_judged_by_itself_whatever_their_order() -> None:
    answering = Answering(
        [
            batch(
                {"id": "2", "status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}},
                {"id": "1", "status": 429, "headers": {"Retry-After": "3"}, "body": {}},
                {"id": "0", "status": 200, "body": {"id": "a"}},
                {"id": "3", "status": 200, "body": '{"id": "d"}'},
                {"id": "4", "status": 200, "body": "not json"},
                {"id": "6", "status": "200", "body": {}},
                {"id": 7, "status": 200, "body": {}},
                "nonsense",
            )
        ]
    )
    parts = [Part(path=f"/users/{number}") for number in range(8)]
    found: list[PartAnswer] = answering.run(lambda graph: graph.batch(parts))
    assert found[0].document == {"id": "a"}
    assert isinstance(found[1].error, Throttled)
    assert found[1].error.after == timedelta(seconds=3)
    assert isinstance(found[2].error, GraphRefused)
    assert found[2].status == 404
    assert found[3].document == {"id": "d"}
    assert [type(answer.error) for answer in found[4:]] == [Unanswered] * 4


def test_a_batch_holds_twenty_parts_and_names_their_bodies() -> None:
    answering = Answering([batch()])
    parts = [Part(path="/users/x/checkMemberGroups", method="POST", body={"groupIds": ["g"]})] * 41
    assert len(answering.run(lambda graph: graph.batch(parts))) == 41
    sent = [json.loads(request.content)["requests"] for request in answering.asked]
    assert [len(each) for each in sent] == [20, 20, 1]
    assert sent[0][0] == {
        "id": "0",
        "method": "POST",
        "url": "/users/x/checkMemberGroups",
        "headers": {"Content-Type": "application/json"},
        "body": {"groupIds": ["g"]},
    }


def test_nothing_to_ask_asks_nothing() -> None:
    answering = Answering([batch()])
    assert answering.run(lambda graph: graph.batch([])) == []
    assert answering.asked == []


def test_a_batch_that_is_none_is_unanswered() -> None:
    with pytest.raises(Unanswered, match="batch"):
        Answering([WELL]).run(lambda graph: graph.batch([Part(path="/me")]))


def test_a_graph_does_not_show_its_token() -> None:
    async def shown(graph: Graph) -> str:
        return repr(graph)

    assert TOKEN not in Answering([WELL]).run(shown)
