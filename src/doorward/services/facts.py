"""Facts that sources report of people and sessions: device posture, risk.

Rule: what is reported, withdrawn or expires acts at once on the sessions that it touches; on those of
people whose applications do not look at it, not at all.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from doorward.model.access import Identity, canonical_email
from doorward.model.errors import Invalid, NotFound
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import IdentityProviderId, SessionId
from doorward.model.report import Report, Whom, WhomKind
from doorward.model.session import Session
from doorward.policy.facts import canonical_name, canonical_value, settled
from doorward.ports.clock import Clock
from doorward.ports.stores import Stores
from doorward.services.current import Current
from doorward.services.people import accounts_of
from doorward.services.reevaluate import Reevaluation

log = structlog.get_logger("services.facts")

MOST: Final = 100
"""How many facts are kept of one person or session."""
MOST_AT_ONCE: Final = 10_000
"""How many one call may report."""
SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(days=30)
"""How long a fact may count without being repeated."""
LONGEST_SOURCE: Final = 64
FEW: Final = 20
"""Up to how many people of a provider are looked up one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A fact as a source gives it: that counts for so long. ``email`` is for people who read it."""

    whom: Whom
    name: str
    value: str
    lasts: timedelta
    source: str
    email: str = ""


class Facts:
    """The verbs on facts. It knows when the next one expires, and nothing else."""

    def __init__(
        self,
        stores: Stores,
        *,
        current: Current,
        reevaluation: Reevaluation,
        provider_for: Callable[[IdentityProvider], object],
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._current = current
        self._reevaluation = reevaluation
        self._provider_for = provider_for
        self._clock = clock
        self._lock = asyncio.Lock()
        self._next: datetime | None = None

    async def begin(self) -> None:
        """Learn from the store when the next one expires."""
        self._next = await self._stores.facts.next_expiry()

    async def people(self, email: str) -> Sequence[tuple[Whom, str]]:
        """Everybody who is known by this address, with the address: who is signed in, and who has a local
        account.

        Raises Invalid for a malformed address, NotFound for one that nobody is known by.
        """
        address = canonical_email(email)
        known: dict[Whom, str] = {}
        for session in await self._stores.sessions.listed(email=address, now=self._clock.now()):
            known[Whom.person(session.identity)] = address
        for identity in accounts_of(self._current.get(), self._provider_for, address):
            known[Whom.person(identity)] = address
        if not known:
            raise NotFound(
                f"nobody is signed in as {address}, and no local account has that address: name the person "
                "by identity provider and subject, or ask again when they have signed in"
            )
        return sorted(known.items())

    async def session(self, session_id: str) -> tuple[Whom, str]:
        """A session that lives, with its person's address. Raises NotFound."""
        session = await self._stores.sessions.get(SessionId(session_id))
        if not session.is_live(self._clock.now()):
            raise NotFound(f"the session {session_id!r} has ended already")
        return Whom.session(session.id), session.identity.email

    def person(self, identity_provider: str, subject: str) -> tuple[Whom, str]:
        """Somebody by what their provider calls them, signed in or not. Raises NotFound for a provider that
        is not there."""
        if identity_provider not in self._current.get().providers:
            raise NotFound(f"there is no identity provider {identity_provider!r}")
        named = Identity(identity_provider=IdentityProviderId(identity_provider), subject=subject, email="")
        return Whom.person(named), ""

    async def report(self, given: Sequence[Given]) -> Sequence[Report]:
        """Keep these facts, each in place of what the same source said before under the same name.

        Raises Invalid for a malformed one, Conflict where somebody would have more than ``MOST``; then
        nothing is kept.
        """
        if len(given) > MOST_AT_ONCE:
            raise Invalid("facts", f"are {len(given)}: at most {MOST_AT_ONCE} can be reported at once")
        now = self._clock.now()
        reports = [_report(each, now, field=f"facts[{index}]") for index, each in enumerate(given)]
        whom = {report.whom for report in reports}
        async with self._lock:
            before = await self._stores.facts.of(whom, now=now)
            after = {report.key: report for report in (*before, *reports)}.values()
            changed = _changed(before, after, now)
            # First this: if the process ends after the next line, no token is left that knows less.
            await self._reevaluation.outdate(await self._touched(changed))
            await self._stores.facts.put(reports, most=MOST)
        ends = [report.expires for report in reports]
        self._next = min(ends if self._next is None else [self._next, *ends], default=None)
        log.info("facts reported", facts=len(reports), people=len(whom))
        await self._act(changed)
        return reports

    async def withdraw(
        self, whom: Sequence[Whom], *, names: Collection[str] = (), source: str | None = None
    ) -> Sequence[Report]:
        """Nothing is known of these any more: of these names only, and of one source only, where given.
        Returns what counted until now. Raises Invalid for what can be no name."""
        wanted = [canonical_name(name, field="names") for name in names]
        ended: list[Report] = []
        for each in whom:
            ended += await self._stores.facts.expire(each, names=wanted, source=source, now=self._clock.now())
        if ended:
            await self.come()
        return ended

    async def listed(self, *, email: str | None = None) -> Sequence[Report]:
        """What counts now, of everybody, or of one person and their sessions. Raises as ``people``."""
        now = self._clock.now()
        if email is None:
            return await self._stores.facts.listed(now=now)
        whom = [known for known, _ in await self.people(email)]
        sessions = await self._stores.sessions.listed(email=canonical_email(email), now=now)
        return await self._stores.facts.of([*whom, *(Whom.session(s.id) for s in sessions)], now=now)

    # --- what changes by itself (``services.timetable.Timed``) --------------------------------------

    def next_moment(self) -> datetime | None:
        """When the next fact expires."""
        return self._next

    async def come(self) -> None:
        """Facts have expired: act on it, and only then forget them, so that a crash in between loses
        nothing."""
        now = self._clock.now()
        changed: defaultdict[Whom, set[str]] = defaultdict(set)
        for report in await self._stores.facts.expired(now=now):
            changed[report.whom].add(report.name)
        await self._act(changed)
        await self._stores.facts.remove_expired(now=now)
        self._next = await self._stores.facts.next_expiry()

    async def _act(self, changed: Mapping[Whom, Collection[str]]) -> None:
        await self._reevaluation.reports_changed(await self._touched(changed))

    async def _touched(self, changed: Mapping[Whom, Collection[str]]) -> Mapping[SessionId, Collection[str]]:
        """The live sessions that the changes are about, each with the names of the facts."""
        touched: defaultdict[SessionId, set[str]] = defaultdict(set)
        for session in await self._sessions_of(changed):
            for whom in (Whom.person(session.identity), Whom.session(session.id)):
                touched[session.id] |= set(changed.get(whom, ()))
        return touched

    async def _sessions_of(self, whom: Collection[Whom]) -> Sequence[Session]:
        """The live sessions that these are about."""
        now, found = self._clock.now(), list[Session]()
        subjects: defaultdict[IdentityProviderId, list[str]] = defaultdict(list)
        for each in whom:
            if each.kind is WhomKind.PERSON:
                subjects[IdentityProviderId(each.identity_provider)].append(each.id)
                continue
            try:
                session = await self._stores.sessions.get(SessionId(each.id))
            except NotFound:
                continue
            found += [session] if session.is_live(now) else []
        for provider, ids in subjects.items():
            if len(ids) > FEW:
                wanted = set(ids)
                everybody = await self._stores.sessions.of_provider(provider, now=now)
                found += [session for session in everybody if session.identity.subject in wanted]
                continue
            for subject in ids:
                found += await self._stores.sessions.of_provider(provider, now=now, subject=subject)
        return found


def _report(given: Given, now: datetime, *, field: str) -> Report:
    name = canonical_name(given.name, field=f"{field}.name")
    source = given.source.strip()
    if not source or len(source) > LONGEST_SOURCE or not source.isprintable():
        raise Invalid(f"{field}.source", f"must be 1-{LONGEST_SOURCE} printable characters")
    if not SHORTEST <= given.lasts <= LONGEST:
        raise Invalid(f"{field}.for", "is out of range: a fact counts from 1s to 30d")
    return Report(
        whom=given.whom,
        name=name,
        source=source,
        value=canonical_value(name, given.value, field=f"{field}.value"),
        reported=now,
        expires=now + given.lasts,
        email=given.email,
    )


def _changed(
    before: Iterable[Report], after: Iterable[Report], now: datetime
) -> Mapping[Whom, Collection[str]]:
    """Of whom which facts are otherwise now. One that is only known for longer is not; one that is
    known for a shorter time is, for tokens may have been made that trust it for longer."""
    old, new = _by_whom(before), _by_whom(after)
    changed: defaultdict[Whom, set[str]] = defaultdict(set)
    for whom in {*old, *new}:
        was, now_is = settled(old.get(whom, ()), now), settled(new.get(whom, ()), now)
        for name in {*was, *now_is}:
            then, since = was.get(name), now_is.get(name)
            if then is None or since is None or then.value != since.value or since.expires < then.expires:
                changed[whom].add(name)
    return changed


def _by_whom(reports: Iterable[Report]) -> Mapping[Whom, Sequence[Report]]:
    found: defaultdict[Whom, list[Report]] = defaultdict(list)
    for report in reports:
        found[report.whom].append(report)
    return found
