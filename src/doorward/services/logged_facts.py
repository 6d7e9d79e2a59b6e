"""What was known at a moment of the past, out of the audit log's acts: of people, grants and reports.

It stands where ``Requests`` otherwise asks the stores, so that a request of the past is made of facts in
the one way in which every request is. What the log does not hold is unknown: answers of evaluators outside.
Rule: what was so is looked up by time, and not by where it stands in the log: a request is written when
it ends, after acts that happened while it went on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final, Generic, Protocol, TypeVar

from doorward.audit.acts import ActName
from doorward.audit.entries import ActEntry, session_facts
from doorward.audit.instants import parse_instant
from doorward.model.access import AccessRequest, Identity
from doorward.model.application import Application
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, PolicyId, SessionId
from doorward.model.place import Place
from doorward.model.report import Report, Whom, WhomKind
from doorward.model.session import Session
from doorward.services.current import InForce
from doorward.services.requests import Requests

LONGEST_STREAM: Final = timedelta(days=1)
"""How long a request may last at most for the facts of its beginning to be remembered at its end."""
UNDOABLE: Final = 1_000
"""How many acts back one may be that did not take effect after all."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Since(Generic[Value]):
    """Something that is so from ``time`` on, by the entry ``sequence``."""

    time: datetime
    sequence: int
    value: Value


class History(Generic[Value]):
    """What was so from when on, the oldest first."""

    __slots__ = ("_events",)

    def __init__(self) -> None:
        self._events: list[Since[Value]] = []

    def add(self, event: Since[Value], *, keep_from: datetime) -> None:
        """Of what was so before ``keep_from``, the last stays, and one more: the last may turn out not to
        have taken effect."""
        self._events.append(event)
        while len(self._events) > 2 and self._events[2].time <= keep_from:
            del self._events[0]

    def until(self, moment: datetime) -> Iterator[Since[Value]]:
        """All up to ``moment``, the newest first."""
        return (event for event in reversed(self._events) if event.time <= moment)

    def at(self, moment: datetime) -> Value | None:
        """What was so at ``moment``; None where nobody knows."""
        return next((event.value for event in self.until(moment)), None)

    def drop(self, sequence: int) -> None:
        """What this entry said did not come to be."""
        self._events = [event for event in self._events if event.sequence != sequence]


class Droppable(Protocol):
    """A history of anything."""

    def drop(self, sequence: int) -> None:
        """See ``History.drop``."""
        ...


class LoggedFacts:
    """Learns from acts, in their order; ``requests`` are those of ``moment`` from then on.

    ``since`` is when the first request was made that will be asked about: what had ended by then is not
    kept. So memory is bounded by the sessions that lived since.
    """

    def __init__(self, since: datetime) -> None:
        self.moment = since
        self.country = ""
        self._since = since
        self._sessions: dict[SessionId, History[Session]] = {}
        self._grants: dict[SessionId, dict[GrantId, History[Grant]]] = {}
        self._reports: dict[Whom, History[tuple[Report, ...]]] = {}
        self._identities: dict[Identity, Identity] = {}
        self._undoable: OrderedDict[int, list[Droppable]] = OrderedDict()
        self.requests = Requests(
            facts=_FactsThen(self),
            grants=_GrantsThen(self),
            places=_PlaceThen(self),
            evaluations=_NobodyAsked(),
            clock=self,
        )

    def now(self) -> datetime:
        """The moment that is asked about: this is the clock of the past."""
        return self.moment

    def session(self, session: SessionId) -> Session | None:
        """The session as it was at the moment; None where its sign-in is not in the log."""
        history = self._sessions.get(session)
        return history.at(self.moment) if history else None

    def grants_of(self, session: SessionId) -> Iterator[Grant]:
        """The session's grants as they were at the moment."""
        found = (history.at(self.moment) for history in self._grants.get(session, {}).values())
        return (grant for grant in found if grant is not None)

    def reports_of(self, whom: Whom, now: datetime) -> Iterator[Report]:
        """What was reported by ``now`` and counts then."""
        history = self._reports.get(whom)
        found = (history.at(now) if history else None) or ()
        return (report for report in found if report.is_current(now))

    # --- learning -------------------------------------------------------------------------------

    def learn(self, act: ActEntry) -> None:
        """An act that this version cannot read teaches nothing."""
        try:
            self._learn(act)
        except (KeyError, TypeError, ValueError):
            return

    def _learn(self, act: ActEntry) -> None:
        match act.name:
            case ActName.SIGNED_IN | ActName.FACTS_CHANGED:
                self._learn_session(act)
            case ActName.SESSIONS_ENDED if act.time < self._since:
                for ended in act.facts["sessions"]:
                    self._sessions.pop(ended["session"], None)
                    self._grants.pop(ended["session"], None)
            case ActName.GRANT_ASKED | ActName.GRANT_DECIDED:
                self._learn_grant(act)
            case ActName.FACTS_REPORTED:
                self._learn_reports(act)
            case ActName.FACTS_WITHDRAWN:
                self._learn_withdrawal(act)
            case ActName.NOT_DONE:
                for history in self._undoable.pop(act.facts["sequence"], ()):
                    history.drop(act.facts["sequence"])

    def _learn_session(self, act: ActEntry) -> None:
        known = session_facts(act)
        if known is None:
            return
        name, identity = known
        # Changed facts do not say when the session ends, and nobody asks that of a session of the past.
        expires = parse_instant(act.facts["expires"]) if "expires" in act.facts else act.time
        if act.name == ActName.SIGNED_IN and expires < self._since:
            return
        identity = replace(identity, contexts=frozenset())
        session = Session(
            id=name,
            identity=self._identities.setdefault(identity, identity),
            created=act.time,
            expires=expires,
            contexts={context: parse_instant(since) for context, since in act.facts["contexts"].items()},
        )
        self._add(self._sessions.setdefault(name, History()), act, session)

    def _learn_grant(self, act: ActEntry) -> None:
        facts = act.facts
        until = parse_instant(facts["until"]) if facts["until"] else None
        if until is not None and until < self._since:
            return
        grant = Grant(
            id=GrantId(facts["grant"]),
            session=SessionId(facts["session"]),
            application=ApplicationId(facts["application"]),
            policy=PolicyId(facts["policy"]),
            person=facts["email"],
            reason=facts["reason"],
            wanted=timedelta(),
            asked=act.time,
            approved_by=tuple(facts["approved_by"]),
            until=until,
            closed=act.time if facts["closed_by"] else None,
            closed_by=facts["closed_by"],
        )
        grants = self._grants.setdefault(grant.session, {})
        self._add(grants.setdefault(grant.id, History()), act, grant)

    def _learn_reports(self, act: ActEntry) -> None:
        told: dict[Whom, list[Report]] = {}
        for facts in act.facts["reports"]:
            report = Report(
                whom=_whom(facts),
                name=facts["name"],
                source=facts["source"],
                value=facts["value"],
                reported=act.time,
                expires=parse_instant(facts["expires"]),
            )
            told.setdefault(report.whom, []).append(report)
        for whom, reports in told.items():
            replaced = {report.key for report in reports}
            kept = (r for r in self._reported(whom, act.time) if r.key not in replaced)
            self._add(self._reports.setdefault(whom, History()), act, (*kept, *reports))

    def _learn_withdrawal(self, act: ActEntry) -> None:
        whom, names, source = _whom(act.facts), act.facts["names"], act.facts["source"]
        left = tuple(
            report
            for report in self._reported(whom, act.time)
            if (names and report.name not in names) or (source is not None and report.source != source)
        )
        self._add(self._reports.setdefault(whom, History()), act, left)

    def _reported(self, whom: Whom, now: datetime) -> Sequence[Report]:
        return list(self.reports_of(whom, now))

    def _add(self, history: History[Value], act: ActEntry, value: Value) -> None:
        keep_from = max(self._since, act.time - LONGEST_STREAM)
        history.add(Since(act.time, act.sequence, value), keep_from=keep_from)
        self._undoable.setdefault(act.sequence, []).append(history)
        if len(self._undoable) > UNDOABLE:
            self._undoable.popitem(last=False)


def _whom(facts: Mapping[str, Any]) -> Whom:
    return Whom(WhomKind(facts["kind"]), facts["identity_provider"], facts["id"])


@dataclass(frozen=True, slots=True)
class _FactsThen:
    log: LoggedFacts

    async def of(self, whom: Collection[Whom], *, now: datetime) -> Sequence[Report]:
        return [report for each in whom for report in self.log.reports_of(each, now)]


@dataclass(frozen=True, slots=True)
class _GrantsThen:
    log: LoggedFacts

    async def of_session(
        self, session: SessionId, *, application: ApplicationId | None = None
    ) -> Sequence[Grant]:
        found = self.log.grants_of(session)
        return [grant for grant in found if application in (None, grant.application)]


@dataclass(frozen=True, slots=True)
class _PlaceThen:
    log: LoggedFacts

    def of(self, address: IPv4Address | IPv6Address) -> Place:
        del address
        return Place.in_country(self.log.country)


class _NobodyAsked:
    async def complete(
        self, in_force: InForce, application: Application, request: AccessRequest, *, who: str, ask: bool
    ) -> AccessRequest:
        del in_force, application, who, ask
        return request
