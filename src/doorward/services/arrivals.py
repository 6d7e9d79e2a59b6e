"""From a proof of who somebody is to a session: what every way of signing in ends with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

import structlog

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.errors import NotFound, SignInRefused
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival
from doorward.ports.stores import Sessions
from doorward.services.cookies import set_cookie
from doorward.services.current import Current
from doorward.services.secrets import hashed

log = structlog.get_logger("services.arrivals")

LONGEST_USER_AGENT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is at the door: the address, the browser's name for itself, and the session it has."""

    source: IPv4Address | IPv6Address
    user_agent: str = ""
    session_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Onward:
    """Where to send the browser next, with which cookies."""

    location: str
    cookies: Sequence[str] = field(default=(), repr=False)


class Admission(Protocol):
    """Says whether somebody whom a provider vouches for may have a session at all."""

    async def admitted(self, identity: Identity) -> Identity:
        """The person, with the facts that are better known here.

        Raises SignInRefused for somebody who was shut out.
        """
        ...


class Ending(Protocol):
    """Ends sessions, everywhere they are at work."""

    async def end(self, session_ids: Sequence[SessionId], *, why: str = "") -> Sequence[Session]:
        """End these; return those that lived until now."""
        ...


class Arrivals:
    """Makes sessions."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        current: Current,
        admission: Admission,
        ending: Ending,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._sessions = sessions
        self._current = current
        self._admission = admission
        self._ending = ending
        self._clock = clock
        self._randomness = randomness

    async def session(self, secret: str) -> Session | None:
        """The live session whose cookie this is."""
        session = await self.known(secret)
        return session if session is not None and self.is_live(session) else None

    def is_live(self, session: Session) -> bool:
        """Whether the session may still be used."""
        return session.is_live(self._clock.now())

    async def known(self, secret: str) -> Session | None:
        """The session whose cookie this is, ended or not."""
        if not secret:
            return None
        try:
            return await self._sessions.by_secret(hashed(secret))
        except NotFound:
            return None

    async def signed_in(self, arrival: Arrival, visit: Visit) -> Onward:
        """The cookie of a session, always under a new secret.

        A person who comes back with authentication contexts, and is signed in as the same person with
        the same facts, keeps their session and gains them, and the methods by which they proved them.
        Anybody else gets a new one; the one before, if it was the same person's in this browser, ends
        (ASVS 7.2.4): signing out could not reach it any more, and its facts are outdated.

        Raises SignInRefused for somebody who was shut out.
        """
        vouched = arrival.identity
        identity = await self._admission.admitted(vouched)
        arrival = replace(arrival, identity=identity)
        before = await self.session(visit.session_secret)
        present = before if before is not None and _same_person(before.identity, identity) else None
        secret = self._randomness.token()
        now = self._clock.now()
        if present is not None and identity.contexts and _same_facts(present.identity, identity):
            methods = present.identity.methods | identity.methods
            session = replace(
                present,
                identity=replace(present.identity, methods=methods),
                changed=present.changed if methods == present.identity.methods else now,
                contexts={**present.contexts, **dict.fromkeys(identity.contexts, now)},
                authenticated=arrival.authenticated or present.authenticated,
                checked=now,
            )
            if await self._sessions.update(session, secret_hash=hashed(secret)):
                if arrival.refresh_token:
                    await self._sessions.keep_refresh_token(session.id, arrival.refresh_token)
                self._log("stepped up", session)
                return _with_cookie(session, secret, now=now)
        session = self._new(arrival, visit)
        await self._sessions.create(session, secret_hash=hashed(secret), refresh_token=arrival.refresh_token)
        await self._admit_again(session, vouched)
        self._log("signed in", session)
        if present is not None:
            await self._ending.end([present.id])
        return _with_cookie(session, secret, now=now)

    async def _admit_again(self, session: Session, vouched: Identity) -> None:
        """A directory that pushed in the meantime looked for sessions before this one was there."""
        try:
            identity = replace(await self._admission.admitted(vouched), contexts=frozenset())
        except SignInRefused as refused:
            await self._sessions.revoke([session.id], now=self._clock.now(), why=refused.sentence)
            raise
        if identity != session.identity:
            await self._sessions.update(replace(session, identity=identity))

    def _new(self, arrival: Arrival, visit: Visit) -> Session:
        now = self._clock.now()
        return Session(
            id=SessionId(self._randomness.identifier()),
            identity=replace(arrival.identity, contexts=frozenset()),
            created=now,
            expires=now + self._current.get().configuration.session_duration,
            source=str(visit.source),
            user_agent=visit.user_agent[:LONGEST_USER_AGENT],
            contexts=dict.fromkeys(arrival.identity.contexts, now),
            authenticated=arrival.authenticated,
            provider_session=arrival.provider_session,
            checked=now,
        )

    def _log(self, event: str, session: Session) -> None:
        log.info(
            event,
            person=session.identity.email,
            session=session.id,
            identity_provider=session.identity.identity_provider,
            source=session.source,
            contexts=sorted(session.contexts),
        )


def _same_person(one: Identity, other: Identity) -> bool:
    return (one.identity_provider, one.subject) == (other.identity_provider, other.subject)


def _same_facts(before: Identity, now: Identity) -> bool:
    """Whether nothing differs but what a step-up brings."""
    return replace(now, contexts=before.contexts, methods=before.methods) == before


def _with_cookie(session: Session, secret: str, *, now: datetime) -> Onward:
    return Onward("", [set_cookie(names.SESSION_COOKIE, secret, lifetime=session.expires - now)])
