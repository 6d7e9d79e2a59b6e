"""Ending a session ends everything that is open, at once; and what goes on while the control plane hangs."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any, Self

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.live.system import ADA, System
from tests.live.visitor import SCRIPT, Visitor

CUT_WITHIN = 1.0


class Streams:
    """What Ada has open, and the instant at which each of it ended."""

    def __init__(self) -> None:
        self.ended: dict[str, float] = {}
        self.started = {name: threading.Event() for name in ("websocket", "events", "download")}
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whatever became of the test: no thread may go on reading a socket that is closed."""
        self._over.set()
        self.join(10)

    def pause(self, seconds: float) -> None:
        """Wait between two reads. Raises OSError when the test is over."""
        if self._over.wait(seconds):
            raise ConnectionAbortedError("the test is over")

    def watch(self, name: str, follow: Callable[[threading.Event], None]) -> None:
        """Follow a stream on a thread of its own until it ends."""

        def run() -> None:
            try:
                follow(self.started[name])
            except (ConnectionClosed, httpx.HTTPError, OSError):
                pass
            finally:
                self.ended[name] = time.monotonic()

        self._threads.append(threading.Thread(target=run, name=name))
        self._threads[-1].start()

    def all_started(self) -> None:
        """Wait until something has come through each."""
        assert all(event.wait(10) for event in self.started.values())

    def join(self, seconds: float) -> None:
        """Wait for all to end."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, until - time.monotonic()))


def open_streams(
    url: str,
    visitor: Visitor,
    streams: Streams,
    stack: ExitStack,
    sent: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """A WebSocket, an event stream and a download that is read slowly, with the headers ``sent``."""
    socket = stack.enter_context(visitor.websocket(f"{url}/ws", sent))

    def echo(started: threading.Event) -> None:
        while True:
            socket.send("hello")
            assert socket.recv(timeout=10) == "hello"
            started.set()
            streams.pause(0.02)

    def events(started: threading.Event) -> None:
        headers = {"accept": "text/event-stream", **sent}
        with visitor.http.stream("GET", f"{url}/stream?seconds=0.05", headers=headers) as answer:
            assert answer.status_code == 200
            for _ in answer.iter_lines():
                started.set()
                streams.pause(0)

    def download(started: threading.Event) -> None:
        with visitor.http.stream("GET", f"{url}/download?bytes=4000000000", headers=dict(sent)) as answer:
            assert answer.status_code == 200
            for _ in answer.iter_raw(65536):
                started.set()
                streams.pause(0.01)

    for name, follow in (("websocket", echo), ("events", events), ("download", download)):
        streams.watch(name, follow)


@pytest.mark.parametrize("by", ["id", "email"])
def test_a_revoked_session_is_cut_at_once_with_all_its_streams(
    system: System, new_ada: Visitor, by: str
) -> None:
    words = [system.session_of(new_ada)] if by == "id" else ["--email", ADA]
    with ExitStack() as stack, Streams() as streams, system.visitor() as bystander:
        bystander.sign_in(f"{system.app_url}/", ADA, system.password(ADA))
        open_streams(system.app_url, new_ada, streams, stack)
        streams.all_started()
        called = time.monotonic()
        revoked = system.cli("session", "revoke", *words, "--json")
        returned = time.monotonic()
        assert revoked.code == 0, revoked
        assert new_ada.get(f"{system.app_url}/").is_redirect
        assert new_ada.get(f"{system.app_url}/", SCRIPT).status_code == 401
        streams.join(5)
        assert set(streams.ended) == {"websocket", "events", "download"}
        others = bystander.get(f"{system.app_url}/").status_code
    assert others == (200 if by == "id" else 302)
    after_return = {name: round(at - returned, 3) for name, at in streams.ended.items()}
    print(
        f"\nthe command took {returned - called:.2f} s; seconds from its end to each stream's: {after_return}"
    )
    assert max(after_return.values()) < CUT_WITHIN, after_return


def test_a_revoked_session_leaves_the_list_and_cannot_be_revoked_again(
    system: System, new_ada: Visitor
) -> None:
    session = system.session_of(new_ada)
    assert system.cli("session", "revoke", session).code == 0
    assert session not in system.cli("session", "list").out
    again = system.cli("session", "revoke", session)
    assert again.code == 1
    assert "ended already" in again.err


def test_a_policy_change_cuts_streams_that_it_would_not_open(system: System, new_ada: Visitor) -> None:
    before = system.cli("export").out
    with ExitStack() as stack, Streams() as streams:
        open_streams(system.app_url, new_ada, streams, stack)
        streams.all_started()
        try:
            applied = system.apply({"applications": [application(system, group="sales")]})
            returned = time.monotonic()
            assert applied.code == 0, applied
            assert new_ada.get(f"{system.app_url}/").status_code == 403
            streams.join(5)
        finally:
            assert system.cli("apply", "-f", "-", stdin=before).code == 0
    delays = {name: round(at - returned, 3) for name, at in streams.ended.items()}
    print(f"\nended after the policy change: {delays}")
    assert set(delays) == {"websocket", "events", "download"}
    assert max(delays.values()) < CUT_WITHIN, delays
    assert new_ada.get(f"{system.app_url}/").status_code == 200


def application(system: System, *, group: str) -> dict[str, Any]:
    """The sample application for another group."""
    return {
        "id": "hello",
        "name": "Hello",
        "hostname": "hello.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "policies": [{"id": "engineers", "action": "allow", "include": [{"group": group}]}],
    }


# --- without the control plane -----------------------------------------------------------------------


def test_who_is_in_stays_in_while_the_control_plane_hangs_and_nobody_else_gets_in(
    system: System, new_ada: Visitor
) -> None:
    new_ada.get(f"{system.app_url}/")
    with system.frozen("control"), system.visitor() as stranger:
        for _ in range(20):
            answer = new_ada.get(f"{system.app_url}/headers")
            assert answer.status_code == 200
            assert ADA in answer.text
        with new_ada.websocket(f"{system.app_url}/ws") as socket:
            socket.send("still here")
            assert socket.recv(timeout=5) == "still here"
        page = stranger.get(f"{system.app_url}/")
        assert page.status_code == 503
        assert "Sign-in is not available" in page.text
        program = stranger.get(f"{system.app_url}/", SCRIPT)
        assert (program.status_code, program.json()["error"]) == (503, "sign-in-away")
    with system.visitor() as stranger:
        assert stranger.open(f"{system.app_url}/").status_code == 200


def test_the_log_tells_who_was_let_in_why_and_without_a_secret(system: System, new_ada: Visitor) -> None:
    mark = f"/headers-{time.monotonic_ns()}"
    new_ada.get(f"{system.app_url}{mark}?secret=hunter2")
    log = system.data / "logs" / "access.log"
    until = time.monotonic() + 5
    while not (lines := [line for line in log.read_text().splitlines() if mark in line]):
        assert time.monotonic() < until
        time.sleep(0.05)
    line = json.loads(lines[-1])
    assert (line["person"], line["decision"], line["application"]) == (ADA, "allow", "hello")
    assert line["session"] == system.session_of(new_ada)
    assert "hunter2" not in lines[-1]
    token = new_ada.cookies(system.app_url)["__Host-doorward-token"]
    foothold = new_ada.cookies(system.app_url)["__Host-doorward-app"]
    for path in (system.data / "logs").iterdir():
        text = path.read_text(errors="replace")
        assert token not in text, path
        assert foothold not in text, path
        assert not re.search(re.escape(system.password(ADA)), text), path
