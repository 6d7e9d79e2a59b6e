"""Keeping up with identity providers: asking them, while people are signed in, whether that still holds.

Two ways, each switched on for each provider by how often: the refresh token of each session is
redeemed (``recheck_every``), or the provider's directory is asked about everybody (``poll_every``).

Rule: a provider that says no ends the session; one that does not answer changes nothing.
Rule: providers are asked side by side, each with a time limit: a dead one delays no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from doorward.model.access import Identity
from doorward.model.errors import AccessError, SignInRefused
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import IdentityProviderId, SessionId
from doorward.model.session import Session
from doorward.ports.clock import Clock
from doorward.ports.identity import Polled, Rechecking, Standing
from doorward.ports.stores import Sessions
from doorward.services.arrivals import Admission
from doorward.services.current import Current, InForce
from doorward.services.reevaluate import Reevaluation
from doorward.services.sessions import LiveSessions

log = structlog.get_logger("services.keeping_up")

AT_ONCE: Final = 4
"""Sessions of one provider that are rechecked at the same time."""
LIMIT: Final = 60.0
"""Seconds that one round of one provider may take."""
PAUSE: Final = timedelta(seconds=30)
"""How long a provider that did not answer is left alone."""
DISABLED: Final = "Your account was disabled or deleted in your organisation's directory."
REVOKED: Final = "Your organisation ended all sign-ins made before now. Sign in again."


class KeepingUp:
    """Asks providers about their sessions. Holds when each was asked, and nothing about people."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        current: Current,
        live: LiveSessions,
        reevaluation: Reevaluation,
        admission: Admission,
        provider_for: Callable[[IdentityProvider], object],
        clock: Clock,
    ) -> None:
        self._sessions = sessions
        self._current = current
        self._live = live
        self._reevaluation = reevaluation
        self._admission = admission
        self._provider_for = provider_for
        self._clock = clock
        self._polled: dict[IdentityProviderId, datetime] = {}
        self._silent: dict[IdentityProviderId, datetime] = {}
        self._under_way: dict[IdentityProviderId, asyncio.Task[None]] = {}

    def begin_round(self) -> Sequence[asyncio.Task[None]]:
        """Start asking every provider that is due and not being asked already; return what runs."""
        in_force = self._current.get()
        self._under_way = {id: task for id, task in self._under_way.items() if not task.done()}
        for provider in in_force.configuration.identity_providers:
            if provider.id in self._under_way or not self._may_ask(provider.id):
                continue
            if _interval(provider, "recheck_every") or _interval(provider, "poll_every"):
                task = asyncio.get_running_loop().create_task(self._ask(in_force, provider))
                self._under_way[provider.id] = task
        return list(self._under_way.values())

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _may_ask(self, provider: IdentityProviderId) -> bool:
        silent = self._silent.get(provider)
        return silent is None or self._clock.now() - silent >= PAUSE

    async def _ask(self, in_force: InForce, provider: IdentityProvider) -> None:
        try:
            async with asyncio.timeout(LIMIT):
                adapter = self._provider_for(provider)
                if isinstance(adapter, Rechecking) and _interval(provider, "recheck_every"):
                    await self._recheck(provider, adapter)
                if isinstance(adapter, Polled) and self._poll_is_due(provider):
                    self._polled[provider.id] = self._clock.now()
                    await self._poll(in_force, provider, adapter)
        except (AccessError, TimeoutError) as error:
            self._silent[provider.id] = self._clock.now()
            log.warning("identity provider silent", identity_provider=provider.id, problem=str(error))
        else:
            self._silent.pop(provider.id, None)

    # --- by refresh token -----------------------------------------------------------------------

    async def _recheck(self, provider: IdentityProvider, adapter: Rechecking) -> None:
        now = self._clock.now()
        every = _interval(provider, "recheck_every")
        sessions = await self._sessions.of_provider(provider.id, now=now)
        due = [s for s in sessions if now - (s.checked or s.created) >= every]
        places = asyncio.Semaphore(AT_ONCE)

        faults: list[AccessError] = []

        async def one(session: Session) -> None:
            async with places:
                try:
                    await self._recheck_one(adapter, session)
                except AccessError as fault:
                    # Not let out at once: the group would cancel the others, and with them the answers
                    # that hold their next refresh tokens.
                    faults.append(fault)

        async with asyncio.TaskGroup() as group:
            for session in due:
                group.create_task(one(session))
        if faults:
            raise faults[0]

    async def _recheck_one(self, adapter: Rechecking, session: Session) -> None:
        token = await self._sessions.refresh_token(session.id)
        if not token:
            return
        try:
            arrival = await adapter.recheck(session.identity, refresh_token=token)
            identity = await self._admission.admitted(arrival.identity)
        except SignInRefused as refused:
            log.info("the provider took its word back", session=session.id, code=refused.code)
            ended = [session.id, *await self._passes_of(session)]
            await self._live.end(ended, why=f"{refused.sentence} {refused.code}".strip())
            return
        if arrival.refresh_token and arrival.refresh_token != token:
            await self._sessions.keep_refresh_token(session.id, arrival.refresh_token)
        checked = replace(session, checked=self._clock.now())
        if await self._sessions.update(checked):
            await self._reevaluation.facts_changed([(checked, identity)])

    async def _passes_of(self, session: Session) -> Sequence[SessionId]:
        """The sessions of this person's passes: they have no refresh token, so nobody asks about them."""
        person = session.identity
        theirs = await self._sessions.of_provider(
            person.identity_provider, now=self._clock.now(), subject=person.subject
        )
        return [other.id for other in theirs if other.pass_name]

    # --- by the directory -----------------------------------------------------------------------

    def _poll_is_due(self, provider: IdentityProvider) -> bool:
        every = _interval(provider, "poll_every")
        last = self._polled.get(provider.id)
        return bool(every) and (last is None or self._clock.now() - last >= every)

    async def _poll(self, in_force: InForce, provider: IdentityProvider, adapter: Polled) -> None:
        sessions = await self._sessions.of_provider(provider.id, now=self._clock.now())
        people = {session.identity.subject: session.identity for session in sessions}
        if not people:
            return
        groups = mentioned_groups(in_force)
        standings = await adapter.standings(list(people.values()), groups=groups)
        found = [(s, standings[s.identity.subject]) for s in sessions if s.identity.subject in standings]
        disabled = [session.id for session, standing in found if not standing.enabled]
        outdated = [s.id for s, standing in found if standing.enabled and _is_outdated(s, standing)]
        await self._live.end(disabled, why=DISABLED)
        await self._live.end(outdated, why=REVOKED)
        ended = {*disabled, *outdated}
        await self._reevaluation.facts_changed(
            [
                (session, await self._admitted(session, _in_groups(session.identity, standing, groups)))
                for session, standing in found
                if session.id not in ended
            ]
        )

    async def _admitted(self, session: Session, identity: Identity) -> Identity:
        """The person as a directory that pushes by itself knows better; whom it shut out meanwhile loses
        the session."""
        try:
            return await self._admission.admitted(identity)
        except SignInRefused as refused:
            await self._live.end([session.id], why=refused.sentence)
            return session.identity


def mentioned_groups(in_force: InForce) -> frozenset[str]:
    """All groups that any application's policies look at."""
    return frozenset().union(*(c.mentioned.groups for c in in_force.compiled.values()))


def _is_outdated(session: Session, standing: Standing) -> bool:
    proven = session.authenticated or session.created
    # The directory's instants are whole seconds, and so is when a person proved themselves.
    return standing.valid_from is not None and proven + timedelta(seconds=1) < standing.valid_from


def _in_groups(identity: Identity, standing: Standing, asked: frozenset[str]) -> Identity:
    return replace(identity, groups=(identity.groups - asked) | standing.groups)


def _interval(provider: IdentityProvider, name: str) -> timedelta:
    found = getattr(provider.settings, name, timedelta())
    return found if isinstance(found, timedelta) else timedelta()
