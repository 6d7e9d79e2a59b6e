"""Audit logs as Doorward writes them, in few words: in memory, or in a folder through the real log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from doorward.audit.acts import Act, ActName
from doorward.audit.entries import ActEntry, Entry, entry_of
from doorward.audit.instants import written_instant
from doorward.audit.writing import Position, act_entry
from doorward.model.access import Identity
from doorward.model.configuration import Configuration
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.policy.compilation import Compilation
from doorward.services.audited.configurations import configuration_facts
from doorward.services.audited.sessions import session_facts
from doorward.services.current import InForce
from tests.audit.samples import request_line
from tests.audit_files.logs import log_in
from tests.fakes.clock import START, FakeClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLACE = Position("a" * 64, 1)


def in_force(configuration: Configuration, version: int = 1) -> InForce:
    return InForce.of(configuration, version)


def version_of(configuration: Configuration, application: str) -> str:
    compiled = {str(name): each for name, each in Compilation.of(configuration).applications.items()}
    return compiled[application].version


class Log:
    """What is written, in order. Acts are written when they happen, requests when they end."""

    def __init__(self) -> None:
        self._written: list[tuple[datetime, Act | bytes]] = []
        self._requests = 0
        self.now = START

    async def record(self, *acts: Act) -> int:
        """As ``ports.audit.AuditLog``, at ``now``: for stores that are audited."""
        self._written += [(self.now, act) for act in acts]
        return len(self._written)

    # --- acts -----------------------------------------------------------------------------------

    def act(self, name: ActName, at: datetime, /, **facts: object) -> int:
        """The act's sequence number."""
        self._written.append((at, Act(name=name, facts=facts)))
        return len(self._written)

    def rules(self, configuration: Configuration, version: int = 1, *, at: datetime = START) -> int:
        return self.act(ActName.CONFIGURATION_CHANGED, at, **configuration_facts(configuration, version))

    def signs_in(
        self, identity: Identity, session: str, *, at: datetime = START, lasts: timedelta = 30 * DAY
    ) -> Session:
        begun = Session(id=SessionId(session), identity=identity, created=at, expires=at + lasts)
        expires = written_instant(begun.expires)
        self.act(ActName.SIGNED_IN, at, **session_facts(begun), source="192.0.2.7", expires=expires)
        return begun

    def changes(self, session: Session, *, at: datetime) -> int:
        return self.act(ActName.FACTS_CHANGED, at, **session_facts(session))

    # --- requests -------------------------------------------------------------------------------

    def asks(
        self,
        session: Session | None,
        *,
        at: datetime,
        allowed: bool,
        ends: datetime | None = None,
        **fields: object,
    ) -> str:
        """The id of a request of the session's person, or of nobody known."""
        self._requests += 1
        decision = "allow" if allowed else ("deny" if session is not None else "sign-in")
        line = request_line(
            self._requests,
            time=written_instant(at),
            **{
                "person": session.identity.email if session is not None else None,
                "session": session.id if session is not None else None,
                "decision": decision,
                "reason": "policy-matched" if allowed else "no-policy-matched",
                "policy": None,
                "status": 200 if allowed else 403,
                **fields,
            },
        )
        self._written.append((ends or at, line))
        return f"r{self._requests}"

    # --- reading --------------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """In memory, as readers get them."""
        for sequence, (at, what) in enumerate(self._written, start=1):
            found = entry_of(sequence, act_entry(what, at) if isinstance(what, Act) else what)
            if found is not None:
                yield found

    def acts(self) -> Sequence[ActEntry]:
        return [entry for entry in self.entries() if isinstance(entry, ActEntry)]

    def write(self, folder: Path) -> None:
        """Through the real log, into files."""
        clock = FakeClock()
        log = log_in(folder, clock=clock, segment_size=64 * 1024)
        for at, what in self._written:
            clock.set(at)
            if isinstance(what, Act):
                log.record_now(what)
            else:
                log.take_requests([what], PLACE)
        log.close()
