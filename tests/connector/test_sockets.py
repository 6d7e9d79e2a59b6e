from __future__ import annotations

import asyncio
import socket

from doorward.connector.sockets import UNACKNOWLEDGED, tune


def test_a_connection_finds_a_dead_relay() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            _, writer = await asyncio.open_connection(*listener.getsockname())
            tune(writer.transport)
            tuned = writer.get_extra_info("socket")
            assert tuned.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED
            assert tuned.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            writer.close()

    asyncio.run(scenario())
