from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import grpc
import pytest
from envoy.service.auth.v3 import external_auth_pb2, external_auth_pb2_grpc
from google.rpc import code_pb2
from structlog.testing import capture_logs

from doorward.authz.server import AuthorizationServer
from doorward.envoy import names
from doorward.model.errors import Unavailable
from doorward.services.current import Current
from doorward.services.decide import Decider
from doorward.services.machines import Machines
from doorward.services.questions import Answer, Question
from doorward.web.answers import Answers
from doorward.web.pages import Pages
from doorward.web.static_files import load_static_files
from tests.authz.checks import SOURCE, check
from tests.services.sample import ADA, BOB, MACHINE_SECRET, TEAM
from tests.services.signing_in import enter
from tests.services.world import World

REFUSAL = Answers(Pages(load_static_files()), team_origin=TEAM).refusal


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def decide(
    decider: Decider,
    request: external_auth_pb2.CheckRequest,
    socket: Path,
    *,
    metadata: Sequence[tuple[str, str]] = ((names.SOURCE_HEADER, SOURCE),),
) -> external_auth_pb2.CheckResponse:
    """Ask over gRPC, as an edge does."""

    async def asked() -> external_auth_pb2.CheckResponse:
        server = grpc.aio.server()
        external_auth_pb2_grpc.add_AuthorizationServicer_to_server(
            AuthorizationServer(decider, REFUSAL), server
        )
        server.add_insecure_port(f"unix:{socket}")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"unix:{socket}") as channel:
                stub = external_auth_pb2_grpc.AuthorizationStub(channel)
                return await stub.Check(request, timeout=5, metadata=tuple(metadata))
        finally:
            await server.stop(grace=None)

    return asyncio.run(asked())


def with_cookies(cookies: dict[str, str]) -> list[tuple[str, bytes]]:
    text = "; ".join(f"{key}={value}" for key, value in cookies.items())
    return [("accept", b"text/html"), ("sec-fetch-mode", b"navigate"), ("cookie", text.encode())]


def test_ada_passes_with_her_identity(world: World, tmp_path: Path) -> None:
    response = decide(world.decider, check(headers=with_cookies(enter(world, ADA))), tmp_path / "s")
    assert response.status.code == code_pb2.OK
    told = {option.header.key: option.header.value for option in response.ok_response.headers}
    assert told[names.EMAIL_HEADER] == "ada@example.com"
    assert told[names.ASSERTION_HEADER].count(".") == 2


def test_bob_reads_in_a_page_why_not(world: World, tmp_path: Path) -> None:
    response = decide(world.decider, check(headers=with_cookies(enter(world, BOB))), tmp_path / "s")
    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == 403
    assert "bob@example.com" in response.denied_response.body
    assert "r-1" in response.denied_response.body


def test_a_stranger_is_sent_to_sign_in(world: World, tmp_path: Path) -> None:
    response = decide(world.decider, check(), tmp_path / "s")
    assert response.denied_response.status.code == 302
    sent = {option.header.key: option.header.value for option in response.denied_response.headers}
    assert sent["location"].startswith(f"{TEAM}/cdn-cgi/access/login?flow=")
    assert sent["set-cookie"].startswith(names.FLOW_COOKIE)


def test_a_strangers_program_is_told_in_json(world: World, tmp_path: Path) -> None:
    response = decide(world.decider, check(headers=[("accept", b"*/*")]), tmp_path / "s")
    assert response.denied_response.status.code == 401
    assert json.loads(response.denied_response.body)["error"] == "Sign in to open this application."


def test_a_machine_with_its_secret_passes_and_with_another_does_not(world: World, tmp_path: Path) -> None:
    for secret, code in ((MACHINE_SECRET, code_pb2.OK), ("guess", code_pb2.PERMISSION_DENIED)):
        headers = [(names.CLIENT_ID_HEADER, b"ci.access"), (names.CLIENT_SECRET_HEADER, secret.encode())]
        response = decide(world.decider, check(headers=headers), tmp_path / f"s{code}")
        assert response.status.code == code


def test_a_host_that_is_no_application_is_not_found(world: World, tmp_path: Path) -> None:
    response = decide(world.decider, check(host="other.example.com"), tmp_path / "s")
    assert response.denied_response.status.code == 404


@pytest.mark.parametrize("request_", [check("*"), check(""), external_auth_pb2.CheckRequest()])
def test_a_question_without_its_facts_is_refused(
    world: World, tmp_path: Path, request_: external_auth_pb2.CheckRequest
) -> None:
    response = decide(world.decider, request_, tmp_path / "s")
    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == 400


def test_while_the_store_does_not_answer_nothing_passes(world: World, tmp_path: Path) -> None:
    cookies = enter(world, ADA)
    world.stores.faults.error = Unavailable("the database does not answer")
    response = decide(world.decider, check(headers=with_cookies(cookies)), tmp_path / "s")
    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == 503


class BrokenDecider(Decider):
    """Fails as a mistake in the code would."""

    async def answer(self, question: Question) -> Answer:
        raise KeyError(question.host)


def test_a_mistake_of_ours_refuses_and_is_logged(world: World, tmp_path: Path) -> None:
    broken = BrokenDecider(
        current=Current(),
        sessions=world.stores.sessions,
        requests=world.requests,
        passes=world.passes,
        machines=Machines(tokens=world.tokens, sightings=world.sightings, clock=world.clock),
        tokens=world.tokens,
        flows=world.flows,
        clock=world.clock,
    )
    with capture_logs() as logged:
        response = decide(broken, check(), tmp_path / "s")
    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == 500
    assert "KeyError" not in response.denied_response.body
    assert [entry["event"] for entry in logged] == ["a question could not be answered"]


@pytest.mark.parametrize(
    "metadata", [(), ((names.SOURCE_HEADER, "-"),), ((names.SOURCE_HEADER, SOURCE),) * 2], ids=str
)
def test_who_comes_from_nowhere_or_from_two_places_is_refused(
    world: World, tmp_path: Path, metadata: Sequence[tuple[str, str]]
) -> None:
    open_to_all = check(host="open.example.com")
    assert decide(world.decider, open_to_all, tmp_path / "s").status.code == code_pb2.OK
    refused = decide(world.decider, open_to_all, tmp_path / "s", metadata=metadata)
    assert refused.status.code == code_pb2.PERMISSION_DENIED
    assert refused.denied_response.status.code == 400
