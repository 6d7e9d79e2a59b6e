"""The unix sockets on which the edge finds the tunnels that have a connector: one a tunnel.

A tunnel without a connector has no socket, so the edge's attempt fails at once.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from doorward.model.ids import TunnelId

BACKLOG = 4096


class Fronts:
    """``accept`` makes the protocol of each connection to a tunnel's socket in ``folder``."""

    def __init__(self, folder: Path, accept: Callable[[TunnelId], asyncio.Protocol]) -> None:
        self._folder = folder
        self._accept = accept
        self._servers: dict[TunnelId, asyncio.Server] = {}
        self._changing = asyncio.Lock()

    def path(self, tunnel: TunnelId) -> Path:
        """Where the tunnel's socket is, while it has one."""
        return self._folder / f"{tunnel}.sock"

    def remove_stale(self) -> None:
        """Remove what a relay that was killed left behind."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self._folder.glob("*.sock"):
            path.unlink()

    async def open(self, tunnel: TunnelId) -> None:
        """Listen for a tunnel; nothing happens where that is so already."""
        async with self._changing:
            if tunnel in self._servers:
                return
            path = self.path(tunnel)
            path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            try:
                listener.bind(str(path))
                path.chmod(0o600)
                self._servers[tunnel] = await asyncio.get_running_loop().create_unix_server(
                    lambda: self._accept(tunnel), sock=listener, backlog=BACKLOG
                )
            except BaseException:
                listener.close()
                raise

    def close(self, tunnel: TunnelId) -> None:
        """Listen no more for a tunnel; its open connections stay."""
        server = self._servers.pop(tunnel, None)
        if server is not None:
            self.path(tunnel).unlink(missing_ok=True)
            server.close()

    def close_all(self) -> None:
        """Listen for no tunnel."""
        for tunnel in list(self._servers):
            self.close(tunnel)
