from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
import uvloop

from doorward.process.sockets import UNACKNOWLEDGED, tune


def assert_tuned(link: Any) -> None:
    assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED
    assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_accepted_connection_inherits_what_finds_dead_peers() -> None:
    with socket.socket() as listener:
        tune(listener)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert_tuned(accepted)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_transports_socket_finds_dead_peers(run: Callable[..., None]) -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            _, writer = await asyncio.open_connection(*listener.getsockname())
            tune(writer.get_extra_info("socket"))
            assert_tuned(writer.get_extra_info("socket"))
            writer.close()

    run(scenario())
