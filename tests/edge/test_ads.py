from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import grpc
import pytest
from envoy.service.discovery.v3 import ads_pb2_grpc, discovery_pb2

from doorward.edge.ads import AdsServer
from doorward.envoy.snapshot import (
    CLUSTER,
    EXTENSION,
    ROUTES,
    SECRET,
    TYPES,
    VIRTUAL_HOST,
    Snapshot,
    SnapshotBuilder,
)
from doorward.envoy.state import EdgeState
from doorward.model.application import Application
from tests.envoy.states import SETTINGS, state
from tests.fakes.clock import FakeClock
from tests.services.sample import ENGINEERS, application

Request: TypeAlias = discovery_pb2.DeltaDiscoveryRequest
Response: TypeAlias = discovery_pb2.DeltaDiscoveryResponse
EXTENSIONS = ["envoy.filters.http.jwt_authn", "doorward.credential"]


class Client:
    """An Envoy as the server sees it: it answers each response with an acknowledgement, unless ``judge``
    has words against it. ``holds`` are the versions that it took, by type and name."""

    def __init__(self, stream: Any, judge: Callable[[Response], str] = lambda _: "") -> None:
        self.stream = stream
        self.judge = judge
        self.holds: dict[tuple[str, str], str] = {}
        self.received: list[list[str]] = []
        self._reading: asyncio.Task[Response] | None = None

    async def subscribe(self) -> None:
        for kind in TYPES:
            names = {SECRET: ["edge"], ROUTES: ["public"], EXTENSION: EXTENSIONS}.get(kind, [])
            request = Request(type_url=kind, resource_names_subscribe=names)
            request.node.id = "edge-1"
            request.node.user_agent_build_version.version.major_number = 1
            await self.stream.write(request)

    async def answer(self) -> Response:
        response = await self._next()
        self.received.append([response.type_url, *(r.name for r in response.resources)])
        request = Request(type_url=response.type_url, response_nonce=response.nonce)
        if words := self.judge(response):
            request.error_detail.message = words
        else:
            self.holds |= {(response.type_url, r.name): r.version for r in response.resources}
            for name in response.removed_resources:
                self.holds.pop((response.type_url, name), None)
        await self.stream.write(request)
        return response

    async def answer_all(self) -> None:
        """Until nothing more comes."""
        while (await asyncio.wait([self._read()], timeout=0.1))[0]:
            await self.answer()

    def _read(self) -> asyncio.Task[Response]:
        """The read under way: one that is broken off would end the stream."""
        if self._reading is None:
            self._reading = asyncio.create_task(self.stream.read())
        return self._reading

    async def _next(self) -> Response:
        response = await self._read()
        self._reading = None
        return response


def versions(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    return {(kind, r.name): r.version for kind in TYPES for r in snapshot.resources[kind].values()}


def with_client(tmp_path: Path, play: Callable[[AdsServer, Client], Awaitable[None]]) -> None:
    async def run() -> None:
        server, ads = grpc.aio.server(), AdsServer(FakeClock())
        ads_pb2_grpc.add_AggregatedDiscoveryServiceServicer_to_server(ads, server)
        address = f"unix:{tmp_path}/ads.sock"
        server.add_insecure_port(address)
        await server.start()
        try:
            async with _stream(address) as stream, asyncio.timeout(10):
                await play(ads, Client(stream))
        finally:
            await server.stop(None)

    asyncio.run(run())


class _stream:  # noqa: N801 - used as a function
    def __init__(self, address: str) -> None:
        self._address = address

    async def __aenter__(self) -> Any:
        self._channel = grpc.aio.insecure_channel(self._address)
        stub = ads_pb2_grpc.AggregatedDiscoveryServiceStub(self._channel)
        self._call = stub.DeltaAggregatedResources()
        return self._call

    async def __aexit__(self, *_: object) -> None:
        self._call.cancel()
        await self._channel.close()


def test_an_edge_is_brought_to_the_snapshot_and_that_is_known(tmp_path: Path) -> None:
    async def play(ads: AdsServer, client: Client) -> None:
        snapshot = built(state())
        ads.publish(snapshot)
        await client.subscribe()
        for _ in TYPES:
            await client.answer()
        assert await ads.settled(snapshot.version, timeout=5)
        assert client.holds == versions(snapshot)
        [status] = ads.statuses()
        assert (status.id, status.connected, status.accepted) == ("edge-1", True, snapshot.version)

    with_client(tmp_path, play)


def test_only_what_changed_is_sent(tmp_path: Path) -> None:
    async def play(ads: AdsServer, client: Client) -> None:
        await brought(ads, client, built(state(*MANY)))
        for changed, sent in (
            (state(*MANY, revoked=("s1",)), [[EXTENSION, "doorward.credential"]]),
            (state(replace(MANY[0], generation=1), *MANY[1:]), [[VIRTUAL_HOST, "public/app-0.example.com"]]),
        ):
            ads.publish(built(state(*MANY)))
            await brought(ads, client, built(state(*MANY)))
            client.received.clear()
            await brought(ads, client, built(changed))
            assert client.received == sent

    with_client(tmp_path, play)


def test_a_cluster_goes_after_the_hosts_that_led_to_it(tmp_path: Path) -> None:
    async def play(ads: AdsServer, client: Client) -> None:
        await brought(ads, client, built(state(*MANY)))
        ads.publish(built(state(*MANY[1:])))
        host, cluster = await client.answer(), await client.answer()
        assert (host.type_url, list(host.removed_resources)) == (VIRTUAL_HOST, ["public/app-0.example.com"])
        assert (cluster.type_url, list(cluster.removed_resources)) == (CLUSTER, ["tunnel/app-0"])

    with_client(tmp_path, play)


def test_a_refusal_is_told_in_envoys_words_and_the_last_good_configuration_is_offered_again(
    tmp_path: Path,
) -> None:
    async def play(ads: AdsServer, client: Client) -> None:
        good, bad = built(state()), built(state(revoked=("x",)))
        await brought(ads, client, good)
        client.judge = refusing_all_with("doorward.credential", good)
        ads.publish(bad)
        await client.answer()
        assert not await ads.settled(bad.version, timeout=5)
        [status] = ads.statuses()
        assert (status.accepted, status.refusal) == (good.version, "doorward.credential: no such field")
        async with _stream(client_address(tmp_path)) as fresh:
            newcomer = Client(fresh)
            await newcomer.subscribe()
            for _ in TYPES:
                await newcomer.answer()
            assert newcomer.holds == versions(good)

    with_client(tmp_path, play)


@pytest.mark.parametrize("words", ["no such field", "in public/app-3.example.com: no such field"])
@pytest.mark.parametrize("at_first", [True, False])
def test_a_refused_host_does_not_hold_the_others_back_and_is_never_offered_again(
    tmp_path: Path, *, words: str, at_first: bool
) -> None:
    """Envoy takes all of an update of virtual hosts, or nothing."""

    async def play(ads: AdsServer, client: Client) -> None:
        before, after = built(state(*MANY)), built(state(*raised(MANY)))
        client.judge = refusing_all_with("public/app-3.example.com", before if not at_first else None, words)
        if not at_first:
            await brought(ads, client, before)
        ads.publish(after)
        if at_first:
            await client.subscribe()
        await client.answer_all()
        expected = versions(after)
        if at_first:
            del expected[VIRTUAL_HOST, "public/app-3.example.com"]
        else:
            expected[VIRTUAL_HOST, "public/app-3.example.com"] = versions(before)[
                VIRTUAL_HOST, "public/app-3.example.com"
            ]
        assert client.holds == expected
        [status] = ads.statuses()
        assert "public/app-3.example.com: no such field" in status.refusal
        client.received.clear()
        ads.publish(after)
        mended = built(state(*raised(raised(MANY))[:4], *raised(MANY)[4:]))
        client.judge = lambda _: ""
        await brought(ads, client, mended)
        assert client.holds == versions(mended)
        assert [len(update) - 1 for update in client.received] == [4]

    with_client(tmp_path, play)


MANY = [application(f"app-{number}", ENGINEERS) for number in range(20)]


def raised(applications: list[Application]) -> list[Application]:
    """The same, each changed."""
    return [replace(each, generation=each.generation + 1) for each in applications]


def built(given: EdgeState) -> Snapshot:
    return SnapshotBuilder(SETTINGS).build(given)


async def brought(ads: AdsServer, client: Client, snapshot: Snapshot) -> None:
    """The client takes this snapshot, whole."""
    ads.publish(snapshot)
    if not client.received and not client.holds:
        await client.subscribe()
    await client.answer_all()
    assert await ads.settled(snapshot.version, timeout=5)


def refusing_all_with(
    name: str, but: Snapshot | None, words: str = "no such field"
) -> Callable[[Response], str]:
    """Refuse every update that holds this resource, unless at the version that ``but`` has."""
    good = set(versions(but).values()) if but else set()

    def judge(response: Response) -> str:
        bad = any(r.name == name and r.version not in good for r in response.resources)
        return words if bad else ""

    return judge


def client_address(tmp_path: Path) -> str:
    return f"unix:{tmp_path}/ads.sock"


def test_without_any_edge_nothing_is_settled() -> None:
    async def ask() -> bool:
        return await AdsServer(FakeClock()).settled("v", timeout=0.01)

    assert not asyncio.run(ask())
