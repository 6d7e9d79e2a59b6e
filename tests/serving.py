"""Servers of the tests' own, in a thread on a loopback port or another socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Run ``app`` in a thread; give its port. It is stopped, with what it still serves, at the end."""
    with socket.create_server(("127.0.0.1", 0)) as listening, serving_on(listening, app):
        yield int(listening.getsockname()[1])


@contextmanager
def serving_on(listening: socket.socket, app: ASGIApp) -> Iterator[None]:
    """The same on a socket that is there, bound and not more."""
    config = uvicorn.Config(
        app, log_config=None, lifespan="off", date_header=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            if time.monotonic() > deadline:
                raise TimeoutError("the test's own server did not start")
            time.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
