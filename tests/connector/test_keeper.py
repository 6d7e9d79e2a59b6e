from __future__ import annotations

import asyncio
import socket

import pytest
import uvloop
from cryptography.hazmat.primitives.serialization import Encoding

from doorward.connector.connector import Connector
from doorward.connector.keeper import Keeper, tls_context
from doorward.connector.origins import Origins
from doorward.model.ids import TunnelId
from doorward.tunnel.control import Hello
from doorward.tunnel.token import RelayAddress, TunnelToken
from tests.fakes.tunnel_world import SERVER_NAME, authority


def keeper(port: int, *, timeout: float = 2.0) -> tuple[Keeper, Connector]:
    connector = Connector(Origins((), timeout=1.0), lambda: None)
    relay = RelayAddress(host="127.0.0.1", port=port)
    token = TunnelToken(
        tunnel=TunnelId("home"),
        secret="s",
        relays=(relay,),
        server_name=SERVER_NAME,
        authority=authority().certificate.public_bytes(Encoding.DER),
    )
    made = Keeper(
        connector,
        relay,
        token=token,
        hello=Hello(tunnel="home", secret="s", connector="c", version="1"),
        context=tls_context(token),
        buffer=memoryview(bytearray(70_000)),
        jitter=lambda: 0.0,
        timeout=timeout,
    )
    return made, connector


def test_it_dials_again_and_says_once_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    attempts = 0

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        made, connector = keeper(server.sockets[0].getsockname()[1])
        running = asyncio.create_task(made.run())
        async with asyncio.timeout(3):
            while attempts < 3:
                await asyncio.sleep(0.01)
        connector.begin_drain()
        await asyncio.wait_for(running, 2)
        server.close()

    uvloop.run(scenario())
    assert 1 <= capsys.readouterr().out.count("relay not reached") < attempts


def test_a_relay_that_never_answers_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            made, connector = keeper(silent.getsockname()[1], timeout=0.1)
            running = asyncio.create_task(made.run())
            await asyncio.sleep(0.05)
            connector.begin_drain()
            await asyncio.wait_for(running, 2)

    uvloop.run(scenario())
    assert "no answer within 0.1 seconds" in capsys.readouterr().out
