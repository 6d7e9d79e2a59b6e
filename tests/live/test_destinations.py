"""Which application a request reaches: a real edge and ``policy.destinations`` give the same answer to
every spelling of a path, and none that an origin may read as another application's."""

from __future__ import annotations

import contextlib
import json
import re
import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Self
from urllib.parse import unquote

import pytest

from doorward.model.destination import Destination
from doorward.policy.destinations import Destinations
from tests.live.echo import echo
from tests.live.system import System
from tests.live.visitor import Door, is_whole, status_of
from tests.nouns import application

SEED = 20261124
ROUNDS, REQUESTS = 4, 250
HOSTS = ("a.localhost", "b.localhost", "c.b.localhost", "*.localhost", "*.b.localhost")
ASKED_HOSTS = ("a.localhost", "b.localhost", "c.b.localhost", "d.b.localhost", "x.localhost", "A.LOCALHOST")
SEGMENTS = ("admin", "api", "v-1", "*", "v-*")
WORDS = ("admin", "api", "v-1", "v-2", "x")


@pytest.fixture(scope="module")
def echoing() -> Iterator[int]:
    with echo() as port:
        yield port


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("destinations")) as running:
        yield running


@dataclass
class Asking:
    """One connection for many questions, made anew where the edge has closed it."""

    door: Door
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _connection: ssl.SSLSocket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def ask(self, request: bytes) -> bytes:
        """The whole answer, which states its length."""
        if self._connection is None:
            # Any name that the certificate holds: the edge goes by the Host header.
            self._connection = self._stack.enter_context(self.door.connected("access.localhost"))
        self._connection.sendall(request)
        received = b""
        while not is_whole(received):
            chunk = self._connection.recv(65536)
            assert chunk, (request, received)
            received += chunk
        if b"connection: close" in received.partition(b"\r\n\r\n")[0].lower():
            self._stack.close()
            self._connection = None
        return received


def places(random: Random) -> list[Destination]:
    """Some destinations, no two of which are the same."""
    found: dict[tuple[str, str], Destination] = {}
    for _ in range(random.randint(4, 9)):
        path = "".join(f"/{random.choice(SEGMENTS)}" for _ in range(random.choice((0, 1, 1, 2))))
        place = Destination(random.choice(HOSTS), path)
        found.setdefault(place.key, place)
    return list(found.values())


def spelt(random: Random, segment: str) -> str:
    """One of the ways in which a segment may be written."""
    encoded = f"%{ord(segment[0]):02x}{segment[1:]}"
    return random.choice(
        [
            *(segment, segment, segment, segment.upper(), segment.title(), encoded, encoded.upper()),
            *(f"{segment};a=b", f"{segment}%3B", f"{segment}.", f"{segment}%20", f"{segment}x"),
            *(f"x/../{segment}", f"x/%2e%2e/{segment}", f"./{segment}", f"/{segment}", f"{segment}%2fx"),
            *(f"%25{ord(segment[0]):02x}{segment[1:]}", f"{segment}%5c", f"x;/../{segment}", f"{segment}\\x"),
        ]
    )


def asked(random: Random) -> tuple[str, str]:
    """A host and a raw path."""
    parts = [spelt(random, random.choice(WORDS)) for _ in range(random.randint(0, 3))]
    return random.choice(ASKED_HOSTS), "/" + "/".join(parts) + random.choice(
        ("", "/", "?q=/admin", "?a/../x")
    )


def leniently(path: str) -> str:
    """How an origin may read a path that cares for nothing: decoded twice, without parameters, backslashes
    as slashes, dot segments resolved, in lower case and as Windows would look for it."""
    text = unquote(unquote(path.partition("?")[0])).replace("\\", "/")
    kept: list[str] = []
    for segment in text.split("/"):
        name = segment.partition(";")[0].rstrip(" ")
        if name == "..":
            kept = kept[:-1]
        elif name.rstrip("."):
            kept.append(name.rstrip(". ").lower())
    return "/" + "/".join(kept)


def file_of(given: Sequence[Destination], port: int) -> dict[str, object]:
    """An application at each of these, open to everybody, whose origin is told its number."""
    return {
        "applications": [
            {
                "id": f"app-{number}",
                "destinations": [str(place)],
                "show_in_launcher": False,
                "url": f"http://127.0.0.1:{port}",
                "origin": {"headers": {"add": {"X-Application": f"app-{number}"}}},
                "policies": [{"action": "bypass", "include": ["everyone"]}],
            }
            for number, place in enumerate(given)
        ]
    }


def test_the_edge_and_the_resolver_agree_on_every_host_and_path(machine: System, echoing: int) -> None:
    random = Random(SEED)
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        given = places(random)
        applied = machine.apply(file_of(given, echoing))
        assert applied.code == 0, applied
        applications = [
            replace(application(f"app-{number}"), destinations=(place,)) for number, place in enumerate(given)
        ]
        resolver = Destinations.of(applications, reserved=["access.localhost"])
        with Asking(machine.door) as edge:
            for _ in range(REQUESTS):
                host, path = asked(random)
                outcomes[judged(edge, resolver, host, path)] += 1
    print(f"seed {SEED}: {dict(outcomes)}")
    assert outcomes["served"] > ROUNDS * REQUESTS / 4
    assert outcomes["refused"] > 0
    assert outcomes["nobody's"] > 0


def judged(edge: Asking, resolver: Destinations, host: str, path: str) -> str:
    """Ask the edge, and hold its answer against the resolver's."""
    answer = edge.ask(f"GET {path} HTTP/1.1\r\nHost: {host}:{edge.door.port}\r\n\r\n".encode())
    status, name = status_of(answer), host.lower()
    if status == 400:
        return "refused"
    read = resolver.application_at(name, leniently(path))
    if status == 404:
        assert read is None, (host, path, "is nobody's to the edge", read)
        return "nobody's"
    assert status == 200, (host, path, answer)
    told = json.loads(re.split(rb"\r\n\r\n", answer, maxsplit=1)[1])
    [served] = told["headers"]["x-application"]
    found = resolver.application_at(name, told["path"])
    assert found is not None, (host, path, told)
    assert found.id == served, (host, path, told)
    assert read is not None, (host, path, told)
    assert read.id == served, (host, path, leniently(path), told, resolver.by_hostname)
    return "served"
