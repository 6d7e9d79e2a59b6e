"""Grants: a reason given, an approval asked for and given, and their end.

Rule: nobody approves for themselves, and only whom the policy in force names.
Rule: what was given ends at its end and when it is taken back, open streams included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Protocol

import structlog

from doorward.model.application import Application
from doorward.model.claims import subject_of
from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Unavailable
from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, ListId
from doorward.model.policy import Approval, Policy
from doorward.model.session import Session
from doorward.policy.missing_grant import missing_grant
from doorward.policy.supposing import supposing_certificates
from doorward.ports.clock import Clock, Randomness
from doorward.ports.mail import Mail
from doorward.ports.stores import Stores
from doorward.services.background import Background
from doorward.services.current import Current, InForce
from doorward.services.grant_ends import GrantEnds
from doorward.services.requests import Requests

log = structlog.get_logger("services.grants")

LONGEST_REASON: Final = 500
SHORTEST: Final = timedelta(minutes=1)
MOST_WAITING: Final = 10
"""How many requests of one session may wait at a time: each of them writes mails."""


class Effects(Protocol):
    """Brings a change about sessions into force."""

    async def tokens_outdated(self, sessions: Sequence[Session]) -> None:
        """Tokens made until now do not count any more; what would not be opened now is cut."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDecide:
    """A grant as an approver sees it. ``longest`` is the longest time that it may be given for."""

    grant: Grant
    application: Application
    policy: Policy
    longest: timedelta


class Grants:
    """The use cases of purpose justification and temporary access."""

    def __init__(  # noqa: PLR0913 - called once, in bootstrap
        self,
        stores: Stores,
        *,
        current: Current,
        requests: Requests,
        effects: Effects,
        ends: GrantEnds,
        mail: Mail,
        background: Background,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._stores = stores
        self._current = current
        self._requests = requests
        self._effects = effects
        self._ends = ends
        self._mail = mail
        self._background = background
        self._clock = clock
        self._randomness = randomness

    # --- the person who wants in ------------------------------------------------------------------

    async def ask(
        self,
        session: Session,
        application_id: ApplicationId,
        *,
        reason: str,
        wanted: timedelta,
        source: IPv4Address | IPv6Address,
        target: str,
    ) -> Grant:
        """Give a reason; where the policy wants an approval, ask for it too.

        Raises:
            Invalid: no reason, a long one, or a time that may not be given.
            Conflict: nothing is missing, or it is asked for already.
        """
        in_force = self._current.get()
        application = in_force.configuration.application(application_id)
        request = await self._requests.of(
            in_force, application, source=source, session=session, method="GET", target=target
        )
        policy = missing_grant(supposing_certificates(in_force.compiled[application.id]), request)
        if policy is None:
            raise Conflict("nothing has to be asked for any more; open the application again")
        before = await self._stores.grants.of_session(session.id)
        if any(g.is_waiting and (g.application, g.policy) == (application.id, policy.id) for g in before):
            raise Conflict("it has been asked for already")
        if sum(grant.is_waiting for grant in before) >= MOST_WAITING:
            raise Conflict(f"{MOST_WAITING} requests of yours are waiting already")
        now = self._clock.now()
        longest = min(_longest(policy, application) or session.expires - now, session.expires - now)
        if policy.approval is not None and not SHORTEST <= wanted <= policy.approval.longest:
            raise Invalid("lifetime", "choose one of the times that are offered")
        grant = Grant(
            id=GrantId(self._randomness.identifier()),
            session=session.id,
            application=application.id,
            policy=policy.id,
            person=session.identity.email,
            reason=_reason(reason),
            wanted=min(wanted, longest) if policy.approval is not None else longest,
            asked=now,
        )
        if policy.approval is None:
            grant = grant.given(until=now + grant.wanted)
        await self._stores.grants.add(grant)
        self._ends.note(grant)
        self._log("reason given" if policy.approval is None else "approval asked for", grant)
        if policy.approval is not None:
            self._tell_approvers(in_force, application, policy.approval, grant)
        return grant

    # --- those who decide ---------------------------------------------------------------------------

    async def to_decide(self, session: Session) -> Sequence[ToDecide]:
        """What this person may decide on: what waits, and what was given and may be taken back."""
        in_force = self._current.get()
        found = [
            self._as_approver(in_force, session, grant)
            for grant in await self._stores.grants.open(now=self._clock.now())
        ]
        return [each for each in found if each is not None]

    async def approve(self, session: Session, grant_id: GrantId, *, lifetime: timedelta) -> Grant:
        """Say yes, for at most this long from now.

        Raises:
            NotFound: there is no such request, or it is not this person's to decide.
            Invalid: a time that may not be given.
            Conflict: it was decided already, or this person has said yes already.
        """
        deciding, owner = await self._deciding(session, grant_id)
        approval = deciding.policy.approval
        if approval is None:
            raise NotFound("there is no such request")
        if not SHORTEST <= lifetime <= deciding.longest:
            raise Invalid("lifetime", "choose one of the times that are offered")
        now = self._clock.now()
        until = min(now + min(lifetime, deciding.grant.wanted), owner.expires)
        approved = deciding.grant.approved(session.identity.email, needed=approval.needed, until=until)
        saved = await self._stores.grants.save(approved)
        self._ends.note(saved)
        self._log("approved", saved, by=session.identity.email)
        return saved

    async def refuse(self, session: Session, grant_id: GrantId) -> Grant:
        """Say no, or take back what was given: at once, open streams included.

        Raises NotFound and Conflict as ``approve``.
        """
        deciding, _ = await self._deciding(session, grant_id)
        return await self._close(deciding.grant, by=session.identity.email)

    async def revoke(self, grant_id: GrantId) -> Grant:
        """The administrator's no. Raises NotFound; Conflict when it has ended already."""
        return await self._close(await self._stores.grants.get(grant_id), by="an administrator")

    async def listed(self) -> Sequence[Grant]:
        """Every grant that waits or is given now."""
        return await self._stores.grants.open(now=self._clock.now())

    async def _close(self, grant: Grant, *, by: str) -> Grant:
        now = self._clock.now()
        gave = grant.gives(now)
        closed = await self._stores.grants.save(grant.closed_at(now, by=by))
        self._log("taken back" if gave else "refused", closed, by=by)
        if gave:
            await self._effects.tokens_outdated([await self._stores.sessions.get(grant.session)])
        return closed

    async def _deciding(self, session: Session, grant_id: GrantId) -> tuple[ToDecide, Session]:
        grant = await self._stores.grants.get(grant_id)
        owner = await self._stores.sessions.get(grant.session)
        deciding = self._as_approver(self._current.get(), session, grant)
        if deciding is None or subject_of(owner.identity) == subject_of(session.identity):
            raise NotFound("there is no such request, or it is not yours to decide")
        if not owner.is_live(self._clock.now()):
            raise Conflict("who asked for it is not signed in any more")
        return deciding, owner

    def _as_approver(self, in_force: InForce, session: Session, grant: Grant) -> ToDecide | None:
        """None where this person has nothing to decide: by the policy as it is now."""
        application = in_force.by_id.get(grant.application)
        if application is None or grant.person == session.identity.email:
            return None
        compiled = in_force.compiled[application.id]
        policy = next((e.policy for e in compiled.policies if e.policy.id == grant.policy), None)
        if policy is None or policy.approval is None:
            return None
        if session.identity.email not in approvers(in_force, policy.approval):
            return None
        longest = min(policy.approval.longest, grant.wanted)
        return ToDecide(grant=grant, application=application, policy=policy, longest=longest)

    def _tell_approvers(
        self, in_force: InForce, application: Application, approval: Approval, grant: Grant
    ) -> None:
        name = application.name or application.id
        for recipient in sorted(approvers(in_force, approval) - {grant.person}):
            job = partial(self._tell, recipient, name, grant)
            try:
                self._background.begin(job)
            except Unavailable as error:
                log.warning("nobody was told by mail", problem=str(error), grant=grant.id)

    async def _tell(self, recipient: str, application: str, grant: Grant) -> None:
        try:
            await self._mail.ask_approval(
                recipient,
                person=grant.person,
                application=application,
                reason=grant.reason,
                minutes=grant.wanted // timedelta(minutes=1),
            )
        except AccessError as error:
            log.warning("an approver was not told by mail", problem=str(error), grant=grant.id)

    def _log(self, event: str, grant: Grant, *, by: str = "") -> None:
        log.info(
            event,
            grant=grant.id,
            person=grant.person,
            application=grant.application,
            policy=grant.policy,
            until=grant.until.isoformat() if grant.until else "",
            by=by,
        )


def approvers(in_force: InForce, approval: Approval) -> frozenset[str]:
    """Everybody who may say yes: those named, and those on the lists that are named."""
    lists = in_force.membership.emails
    listed = (lists.get(ListId(name), frozenset()) for name in approval.approver_lists)
    return frozenset(approval.approvers).union(*listed)


def _longest(policy: Policy, application: Application) -> timedelta | None:
    """How long access may be given for; None for as long as they are signed in."""
    if policy.approval is not None:
        return policy.approval.longest
    return policy.session_duration or application.session_duration


def _reason(reason: str) -> str:
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST_REASON or not text.isprintable():
        raise Invalid("reason", f"say in 1 to {LONGEST_REASON} characters what you need it for")
    return text
