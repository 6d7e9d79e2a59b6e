from __future__ import annotations

import socket

from doorward.relay.sockets import UNACKNOWLEDGED, tune


def test_an_accepted_connection_inherits_what_finds_dead_peers() -> None:
    with socket.socket() as listener:
        tune(listener)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == UNACKNOWLEDGED
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
