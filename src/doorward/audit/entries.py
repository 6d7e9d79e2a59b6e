"""What readers of the audit log get: typed entries, decisions and acts.

An entry holds what the edge or the control plane wrote. ``-`` is how the edge writes a text that is
missing; here both that and null are empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from doorward.audit import writing
from doorward.audit.acts import ActName
from doorward.audit.instants import parse_instant
from doorward.model.access import Identity
from doorward.model.ids import IdentityProviderId, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEntry:
    """A request and what was decided about it, by the edge's line or by an act ``access-denied``.

    Texts are empty where they do not apply. ``decision`` is ``allow``, ``sign-in``, ``deny``, or empty
    where there was nothing to decide. ``policy`` is the id alone. ``raw`` is everything that was
    written, by the names in docs/reference/access-log.md.
    """

    sequence: int
    time: datetime
    request_id: str
    application: str
    method: str
    host: str
    path: str
    source: str
    country: str
    person: str
    session: str
    service_token: str
    decision: str
    decided_by: str
    policy: str
    policy_version: str
    reasons: tuple[str, ...]
    status: int
    user_agent: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEntry:
    """Something that was done. ``name`` is an ``ActName``, or ``unreadable`` for a line of the access
    log that is not the edge's."""

    sequence: int
    time: datetime
    name: str
    by: str
    facts: Mapping[str, Any]

    @property
    def people(self) -> tuple[str, ...]:
        """The email addresses of those whom it is about, where it says so."""
        own = self.facts.get("email")
        sessions = self.facts.get("sessions", ())
        others = [session.get("email", "") for session in sessions if isinstance(session, dict)]
        return tuple(email for email in (own, *others) if isinstance(email, str) and email)


Entry = DecisionEntry | ActEntry


def entry_of(sequence: int, entry: bytes) -> Entry | None:
    """The entry that these bytes hold; None for the log's own book-keeping.

    Raises ValueError for what the audit log does not hold unless somebody changed it.
    """
    if entry.startswith((writing.SEGMENT, writing.CHECKPOINT, writing.READ)):
        return None
    raw = json.loads(entry)
    time = parse_instant(raw.get("time"))
    if entry.startswith(writing.REQUEST):
        return _decision(sequence, time, raw)
    if entry.startswith(writing.ACT) and raw["act"] == ActName.ACCESS_DENIED:
        return _decision(sequence, time, {**raw["facts"], "time": raw["time"]})
    if entry.startswith(writing.ACT):
        return ActEntry(sequence=sequence, time=time, name=raw["act"], by=raw["by"], facts=raw["facts"])
    if entry.startswith(writing.UNREADABLE):
        facts = {"text": raw["unreadable"]}
        return ActEntry(sequence=sequence, time=time, name="unreadable", by="edge", facts=facts)
    raise ValueError("an entry of an unknown kind")


def session_facts(entry: Entry) -> tuple[SessionId, Identity] | None:
    """Who a session's person is from this entry on: of a sign-in, or of a change of facts.

    ``contexts`` of the identity are all that were ever satisfied; ``entry.facts`` says when each was.
    """
    if not isinstance(entry, ActEntry) or "subject" not in entry.facts:
        return None
    facts = entry.facts
    return SessionId(facts["session"]), Identity(
        identity_provider=IdentityProviderId(facts["identity_provider"]),
        subject=facts["subject"],
        email=facts["email"],
        name=facts["name"],
        upn=facts["upn"],
        groups=frozenset(facts["groups"]),
        roles=frozenset(facts["roles"]),
        claims=frozenset((name, value) for name, value in facts["claims"]),
        contexts=frozenset(facts["contexts"]),
        methods=frozenset(facts["methods"]),
    )


def _decision(sequence: int, time: datetime, raw: Mapping[str, Any]) -> DecisionEntry:
    def text(name: str) -> str:
        value = raw.get(name)
        return "" if value is None or value == "-" else str(value)

    reasons = text("reason")
    return DecisionEntry(
        sequence=sequence,
        time=time,
        request_id=text("request_id"),
        application=text("application"),
        method=text("method"),
        host=text("host"),
        path=text("path"),
        source=text("source"),
        country=text("country"),
        person=text("person"),
        session=text("session"),
        service_token=text("service_token"),
        decision=text("decision"),
        decided_by=text("decided_by"),
        # The edge names its compiled policies POSITION/ACTION/ID, and no id has a slash.
        policy=text("policy").rpartition("/")[2],
        policy_version=text("policy_version"),
        reasons=tuple(reasons.split(",")) if reasons else (),
        status=int(raw.get("status") or 0),
        user_agent=text("user_agent"),
        raw=raw,
    )
