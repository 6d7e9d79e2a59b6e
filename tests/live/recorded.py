"""An application whose origin keeps what reaches it, and Ada's requests to it over both protocols."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import yaml

from tests.live.http2 import Answer, Fields, http2
from tests.live.recorder import Recorder
from tests.live.system import ADA, System
from tests.live.visitor import status_of

HOSTNAME = "recorded.localhost"
NOTHING: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True)
class Recorded:
    """``cookie`` is what Ada's browser would send."""

    system: System
    recorder: Recorder
    cookie: str

    @property
    def authority(self) -> str:
        """Host and port."""
        return f"{HOSTNAME}:{self.system.ports['https']}"

    def fields(self, pseudo: Mapping[str, str | None] = NOTHING) -> list[tuple[str, str]]:
        """The fields of an ordinary request, with other pseudo-header fields where given (None: without)."""
        usual = {":method": "GET", ":scheme": "https", ":authority": self.authority, ":path": "/"}
        changed = {**usual, **pseudo}
        present = [(name, value) for name, value in changed.items() if value is not None]
        return [*present, ("cookie", self.cookie)]

    def over_http2(self, fields: Fields) -> tuple[Answer, list[str]]:
        """What became of a request, and the heads that reached the origin. The edge answers, resets the
        stream or closes the connection: silence is none of these."""
        before = len(self.recorder.heads)
        with http2(self.system.door, HOSTNAME) as client:
            answer = client.ask(fields)
            assert answer.over or client.closed
        return answer, self._since(before)

    def over_http1(self, *, method: str = "GET", target: str = "/", more: str = "") -> tuple[int, list[str]]:
        """The same over HTTP/1.1, byte by byte as given: the status, and what reached the origin."""
        before = len(self.recorder.heads)
        head = f"{method} {target} HTTP/1.1\r\nHost: {self.authority}\r\nCookie: {self.cookie}\r\n"
        sent = f"{head}{more}Connection: close\r\n\r\n".encode("latin-1")
        return status_of(self.system.door.say(sent, HOSTNAME, patience=2)), self._since(before)

    def _since(self, before: int) -> list[str]:
        return [head.decode("latin-1") for head in self.recorder.heads[before:]]


@contextlib.contextmanager
def recorded(system: System) -> Iterator[Recorded]:
    """The application, open to everybody with an account, beside those that there are."""
    with Recorder() as recorder:
        present = yaml.safe_load(system.cli("export").out)["applications"]
        application = {
            "id": "recorded",
            "hostname": HOSTNAME,
            "url": f"http://127.0.0.1:{recorder.port}",
            "policies": [{"id": "all", "action": "allow", "include": [{"email_domain": "example.com"}]}],
        }
        applied = system.apply({"applications": [*present, application]})
        assert applied.code == 0, applied
        url = system.url(HOSTNAME)
        with system.sign_in(ADA, f"{url}/") as visitor:
            yield Recorded(system, recorder, visitor.cookie(url))
