"""The streams that are open now, by id and by session, so that they can be listed and cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import LiveStream


class Cuttable(Protocol):
    """An open stream as the registry sees it."""

    number: int
    tunnel: TunnelId
    application: ApplicationId
    session: SessionId
    source: str
    method: str
    path: str
    certificate: str
    opened: datetime

    def cut(self) -> None:
        """End it, both sides at once."""
        ...


class LiveStreams:
    """``prefix`` makes ids differ between relays, and between two lives of one relay."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._next = 1
        self._streams: dict[int, Cuttable] = {}
        self._by_session: dict[SessionId, set[Cuttable]] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def add(self, stream: Cuttable) -> None:
        """Number a stream and list it."""
        stream.number = self._next
        self._next += 1
        self._streams[stream.number] = stream
        if stream.session:
            self._by_session.setdefault(stream.session, set()).add(stream)

    def remove(self, stream: Cuttable) -> None:
        """Forget a stream that has closed."""
        if self._streams.pop(stream.number, None) is None:
            return
        of_session = self._by_session.get(stream.session)
        if of_session is not None:
            of_session.discard(stream)
            if not of_session:
                del self._by_session[stream.session]

    def listed(self) -> Sequence[LiveStream]:
        """All of them, oldest first."""
        return [
            LiveStream(
                id=f"{self._prefix}-{stream.number}",
                tunnel=stream.tunnel,
                application=stream.application,
                session=stream.session,
                source=stream.source,
                method=stream.method,
                path=stream.path,
                certificate=stream.certificate,
                opened=stream.opened,
            )
            for stream in self._streams.values()
        ]

    def cut_sessions(self, sessions: Iterable[SessionId]) -> int:
        """End every stream of these sessions; return how many."""
        return self._cut([s for session in sessions for s in self._by_session.get(session, ())])

    def cut_ids(self, ids: Iterable[str]) -> int:
        """End these streams; return how many there were."""
        numbers = [id[len(self._prefix) + 1 :] for id in ids if id.startswith(f"{self._prefix}-")]
        found = [self._streams.get(int(n)) for n in numbers if n.isascii() and n.isdigit()]
        return self._cut([stream for stream in found if stream is not None])

    def cut_unlisted(self, tunnel: TunnelId, applications: Iterable[ApplicationId]) -> int:
        """End the tunnel's streams to applications other than these."""
        kept = set(applications)
        return self._cut(
            [s for s in self._streams.values() if s.tunnel == tunnel and s.application not in kept]
        )

    def _cut(self, streams: Sequence[Cuttable]) -> int:
        for stream in streams:
            self.remove(stream)
            stream.cut()
        return len(streams)
