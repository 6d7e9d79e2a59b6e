from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from doorward.model.application import Origin
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import TunnelAdmission
from doorward.relay.admissions import WRONG_TOKEN
from doorward.relay.proxy_header import ProxyHeader
from doorward.relay.relay import Relay
from doorward.relay.settings import RelaySettings
from doorward.tunnel import frames
from doorward.tunnel.control import Hello, Refuse, Welcome, encode
from doorward.tunnel.frames import header
from doorward.tunnel.opening import Refusal, Refused
from tests.fakes.clock import FakeClock
from tests.fakes.transports import FakeTransport
from tests.relay.links import LoneLink

HOME, APP = TunnelId("home"), ApplicationId("app")
HELLO = Hello(tunnel="home", secret="s", connector="c", version="1")
HEADER = ProxyHeader(APP, SessionId("ada"), "192.0.2.7:1")


def admission(secret: str = "s", service: str = "app") -> TunnelAdmission:
    return TunnelAdmission(
        id=HOME,
        name="home",
        secret_hash=sha256(secret.encode()).hexdigest(),
        services={ApplicationId(service): Origin(url="http://localhost:1")},
    )


@contextlib.contextmanager
def a_relay() -> Iterator[Relay]:
    with tempfile.TemporaryDirectory(prefix="dw") as name:
        folder = Path(name)
        settings = RelaySettings(
            listen_host="127.0.0.1",
            listen_port=0,
            certificate=folder / "none",
            private_key=folder / "none",
            front_folder=folder,
            control_socket=folder / "none",
        )
        relay = Relay(settings, FakeClock(), life="r")
        try:
            yield relay
        finally:
            relay.fronts.close_all()


async def registered(relay: Relay) -> LoneLink:
    link = LoneLink(closed=relay.unregister)
    link.take(header(frames.DATA, frames.SYN, 1, 0))
    await relay.register(link, HELLO, admission())
    return link


def test_a_registered_link_is_welcomed_and_told_its_services() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            changes: list[int] = []
            relay.changed = lambda: changes.append(1)
            relay.admit([admission()])
            assert relay.judge(HELLO) == admission()
            link = await registered(relay)
            assert encode(Welcome(relay="relay")) in link.written()
            assert b'"http://localhost:1"' in link.written()
            assert relay.fronts.path(HOME).is_socket()
            assert changes == [1]

    asyncio.run(scenario())


def test_a_connector_is_dismissed_when_its_tunnel_left_the_list_meanwhile() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            relay.admit([])
            link = await registered(relay)
            assert encode(Refuse(sentence=WRONG_TOKEN, permanent=True)) in link.written()
            assert link.transport.is_closed
            link.connection_lost(None)
            assert not relay.fronts.path(HOME).exists()

    asyncio.run(scenario())


def test_a_new_secret_cuts_off_who_came_with_the_old_one() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            relay.admit([admission()])
            link = await registered(relay)
            transport = FakeTransport()
            assert relay.begin(HOME, HEADER, transport) is not None  # type: ignore[arg-type]  # enough of one
            relay.admit([admission(secret="new")])
            assert transport.is_aborted
            assert link.transport.is_closed
            assert b"revoked" in link.written()

    asyncio.run(scenario())


def test_a_connection_is_refused_without_connector_or_for_a_service_not_on_the_list() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            relay.admit([admission()])
            transport = FakeTransport()
            assert relay.begin(HOME, HEADER, transport) is None  # type: ignore[arg-type]  # enough of one
            await registered(relay)
            relay.admit([admission(service="other")])
            assert relay.begin(HOME, HEADER, transport) is None  # type: ignore[arg-type]  # enough of one
            assert relay.metrics()["streams_unserved"] == 2

    asyncio.run(scenario())


def test_streams_are_counted_and_cut() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            relay.admit([admission()])
            link = await registered(relay)
            fronts = [relay.begin(HOME, HEADER, FakeTransport()) for _ in range(3)]  # type: ignore[arg-type]  # enough
            link.written()
            front = fronts[0]
            assert front is not None
            relay.refused(front, Refused(Refusal.TIMEOUT, "late"))
            relay.gone(front)
            relay.header_invalid(HOME, "nonsense")
            assert relay.cut([SessionId("ada")], []) == 2
            metrics = relay.metrics()
            assert metrics["bytes_sent"] > 0
            assert {k: v for k, v in metrics.items() if v and not k.startswith("bytes")} == {
                "links": 1,
                "links_registered": 1,
                "streams_opened": 3,
                "streams_refused": 1,
                "streams_cut": 2,
                "headers_invalid": 1,
            }

    asyncio.run(scenario())


def test_a_link_that_has_gone_silent_is_found_and_its_socket_removed() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            relay.admit([admission()])
            link = await registered(relay)
            for _ in range(4):
                relay.tick()
            assert link.transport.is_aborted
            link.written()
            link.connection_lost(None)
            assert not relay.fronts.path(HOME).exists()
            assert relay.metrics()["links_lost"] == 1
            assert relay.metrics()["bytes_sent"] > 0

    asyncio.run(scenario())


def test_a_connector_speaks_of_its_own_tunnel_s_services_only() -> None:
    async def scenario() -> None:
        with a_relay() as relay:
            relay.admit([admission()])
            link = await registered(relay)
            link.problems = {APP: "down", ApplicationId("another-tunnel-s"): "down, honestly"}
            assert relay.problems() == {APP: "down"}
            relay.admissions.replace([])
            assert relay.problems() == {}

    asyncio.run(scenario())
