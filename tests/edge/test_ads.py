from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
from envoy.service.discovery.v3 import ads_pb2_grpc, discovery_pb2

from doorward.edge.ads import AdsServer
from doorward.envoy.snapshot import CLUSTER, LISTENER, ROUTES, SECRET, build_snapshot
from tests.envoy.states import SETTINGS, state
from tests.fakes.clock import FakeClock

Request = discovery_pb2.DeltaDiscoveryRequest


class Client:
    """An Envoy as the server sees it: it answers each response with an acknowledgement."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.received: dict[str, list[str]] = {}

    async def subscribe(self) -> None:
        for kind, names in ((CLUSTER, []), (LISTENER, []), (SECRET, ["edge"]), (ROUTES, ["public"])):
            request = Request(type_url=kind, resource_names_subscribe=names)
            request.node.id = "edge-1"
            request.node.user_agent_build_version.version.major_number = 1
            await self.stream.write(request)

    async def answer(self, refuse: str = "") -> discovery_pb2.DeltaDiscoveryResponse:
        response = await self.stream.read()
        self.received.setdefault(response.type_url, []).extend(r.name for r in response.resources)
        request = Request(type_url=response.type_url, response_nonce=response.nonce)
        if refuse and response.type_url == ROUTES:
            request.error_detail.message = refuse
        await self.stream.write(request)
        return response


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
        snapshot = build_snapshot(SETTINGS, state())
        ads.publish(snapshot)
        await client.subscribe()
        for _ in range(4):
            await client.answer()
        assert await ads.settled(snapshot.version, timeout=5)
        [status] = ads.statuses()
        assert (status.id, status.connected, status.accepted) == ("edge-1", True, snapshot.version)

    with_client(tmp_path, play)


def test_a_refusal_is_told_in_envoys_words_and_the_last_good_configuration_is_offered_again(
    tmp_path: Path,
) -> None:
    async def play(ads: AdsServer, client: Client) -> None:
        good, bad = build_snapshot(SETTINGS, state()), build_snapshot(SETTINGS, state(revoked=("x",)))
        ads.publish(good)
        await client.subscribe()
        for _ in range(4):
            await client.answer()
        assert await ads.settled(good.version, timeout=5)
        ads.publish(bad)
        await client.answer(refuse="no such field")
        assert not await ads.settled(bad.version, timeout=5)
        [status] = ads.statuses()
        assert (status.accepted, status.refusal) == (good.version, "no such field")
        async with _stream(str(client_address(tmp_path))) as fresh:
            newcomer = Client(fresh)
            await newcomer.subscribe()
            for _ in range(4):
                response = await newcomer.answer()
                if response.type_url == ROUTES:
                    assert response.resources[0].version == good.resources[ROUTES]["public"].version

    with_client(tmp_path, play)


def client_address(tmp_path: Path) -> str:
    return f"unix:{tmp_path}/ads.sock"


def test_without_any_edge_nothing_is_settled() -> None:
    async def ask() -> bool:
        return await AdsServer(FakeClock()).settled("v", timeout=0.01)

    assert not asyncio.run(ask())
