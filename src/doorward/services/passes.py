"""Passes: made by people for their applications that cannot sign in with a browser, and judged at every use.

A pass has a session of its own. So whatever concerns the person concerns the pass: a disabled account, other
groups, a session that an administrator ends; and what it has open is cut like everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import structlog

from doorward.model.access_pass import AccessPass, PassRules, Presented
from doorward.model.application import Application, ApplicationType
from doorward.model.claims import PASS_TYPE, subject_of
from doorward.model.credential_secret import PASS_PREFIX, is_whole, new_secret
from doorward.model.errors import Conflict, Invalid, NotFound, Refused
from doorward.model.ids import PassId, SessionId
from doorward.model.session import Session
from doorward.policy.evaluate import evaluate
from doorward.policy.launcher import visible
from doorward.policy.supposing import supposing_certificates
from doorward.ports.clock import Clock, Randomness
from doorward.ports.stores import Stores
from doorward.services import issue
from doorward.services.arrivals import Ending
from doorward.services.current import Current, InForce
from doorward.services.pass_credentials import Shown, shown
from doorward.services.questions import Answer, Deny, Facts, Kind, Question
from doorward.services.questions import Pass as LetIn
from doorward.services.refusals import denied, facts_of
from doorward.services.requests import Requests
from doorward.services.secrets import hashed
from doorward.services.tokens import Tokens

log = structlog.get_logger("services.passes")

MOST: Final = 50
"""How many passes one person may have."""
MOST_PATHS, LONGEST_PATH, LONGEST_NAME = 20, 200, 60
SHORTEST: Final = timedelta(hours=1)
BETWEEN_NOTES: Final = timedelta(minutes=1)
"""A use is remembered at most so often: it costs a write."""


@dataclass(frozen=True, slots=True)
class NewPass:
    """A pass with its secret, which nobody can read again later."""

    made: AccessPass
    secret: str = field(repr=False)


class Passes:
    """The use cases of passes."""

    def __init__(
        self,
        stores: Stores,
        *,
        current: Current,
        requests: Requests,
        tokens: Tokens,
        ending: Ending,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._stores = stores
        self._current = current
        self._requests = requests
        self._tokens = tokens
        self._ending = ending
        self._clock = clock
        self._randomness = randomness

    # --- what people do -------------------------------------------------------------------------

    async def offered(self, session: Session, *, source: IPv4Address | IPv6Address) -> Sequence[Application]:
        """The applications for which this person may make a pass: those that take passes and would let
        them in now."""
        in_force = self._current.get()
        found: list[Application] = []
        for application in in_force.configuration.applications:
            if application.passes is None or application.type is not ApplicationType.SELF_HOSTED:
                continue
            request = await self._requests.of(in_force, application, source=source, session=session)
            if visible(supposing_certificates(in_force.compiled[application.id]), request):
                found.append(application)
        return found

    async def create(
        self,
        session: Session,
        application_id: str,
        *,
        name: str,
        lifetime: timedelta,
        paths: Sequence[str] = (),
        source: IPv4Address | IPv6Address,
    ) -> NewPass:
        """Make a pass for this person.

        Raises:
            Refused: the application takes no passes, or would not let the person in.
            Invalid: a name, lifetime or path that will not do.
            Conflict: the person has as many as they may.
        """
        application = next(
            (a for a in await self.offered(session, source=source) if a.id == application_id), None
        )
        if application is None or application.passes is None:
            raise Refused("you cannot make a pass for this application")
        rules, owner = application.passes, subject_of(session.identity)
        if not SHORTEST <= lifetime <= rules.longest:
            raise Invalid("lifetime", f"is out of range: from an hour to {rules.longest.days} days")
        if len(await self._stores.passes.listed(owner=owner)) >= MOST:
            raise Conflict(f"you have {MOST} passes already: remove one that you do not use")
        now = self._clock.now()
        own = Session(
            id=SessionId(self._randomness.identifier()),
            identity=session.identity,
            created=now,
            expires=now + lifetime,
            source=str(source),
            authenticated=session.authenticated,
            checked=now,
            pass_name=_name(name),
        )
        made = AccessPass(
            id=PassId(self._randomness.identifier()),
            session=own.id,
            owner=owner,
            application=application.id,
            name=own.pass_name,
            paths=_paths(paths),
            created=now,
            expires=own.expires,
        )
        secret = new_secret(PASS_PREFIX, self._randomness.number)
        # The session's own secret is thrown away: no cookie opens it.
        await self._stores.sessions.create(own, secret_hash=hashed(self._randomness.token()))
        await self._stores.passes.add(made, secret_hash=hashed(secret))
        log.info("pass made", pass_id=made.id, person=session.identity.email, application=application.id)
        return NewPass(made, secret)

    async def listed_of(self, session: Session) -> Sequence[AccessPass]:
        """The passes of this session's person."""
        return await self._live(owner=subject_of(session.identity))

    async def remove_own(self, session: Session, pass_id: PassId) -> None:
        """Raises NotFound for a pass that is not this person's."""
        made = await self._stores.passes.get(pass_id)
        if made.owner != subject_of(session.identity):
            raise NotFound(f"there is no pass {pass_id!r}")
        await self._end(made)

    # --- what administrators do -----------------------------------------------------------------

    async def listed(self) -> Sequence[tuple[AccessPass, Session]]:
        """Every pass that may still be used, with its session."""
        return [(made, await self._stores.sessions.get(made.session)) for made in await self._live()]

    async def revoke(self, pass_id: PassId) -> AccessPass:
        """End it at once, open streams included. Raises NotFound."""
        made = await self._stores.passes.get(pass_id)
        await self._end(made)
        return made

    async def _end(self, made: AccessPass) -> None:
        await self._ending.end([made.session])
        await self._stores.passes.remove(made.id)

    async def _live(self, *, owner: str | None = None) -> Sequence[AccessPass]:
        now = self._clock.now()
        return [
            made
            for made in await self._stores.passes.listed(owner=owner)
            if (await self._stores.sessions.get(made.session)).is_live(now)
        ]

    # --- at every use ---------------------------------------------------------------------------

    async def answer(self, in_force: InForce, application: Application, question: Question) -> Answer | None:
        """Whether a request that shows a pass may come in; None for one that shows none.

        Raises Refused for a pass that is not good here.
        """
        rules = application.passes
        credential = shown(question, rules.presented) if rules is not None else None
        if rules is None or credential is None:
            return None
        made, session = await self._proven(application, credential)
        path = question.target.partition("?")[0]
        who, sid = session.identity.email, session.id
        if not made.opens(path):
            facts = Facts(decision=Kind.DENY, person=who, session=sid, reason="pass-for-other-paths")
            return Deny(facts=facts, status=403, sentences=["This pass is for other addresses only."])
        request = await self._requests.of(
            in_force,
            application,
            source=question.source,
            session=session,
            method=question.method,
            target=question.target,
            certificate=question.certificate,
        )
        decision = evaluate(in_force.compiled[application.id], request)
        if not decision.allowed:
            return denied(application, decision, question, person=who, session=sid)
        now = self._clock.now()
        issued = issue.for_person(
            self._tokens,
            in_force,
            application,
            session,
            request=request,
            stay=issue.Stay(decision.policy, session.expires),
            now=now,
            token_type=PASS_TYPE,
        )
        if made.used is None or now - made.used >= BETWEEN_NOTES:
            await self._stores.passes.note_use(made.id, now=now, source=str(question.source))
        return LetIn(
            facts=facts_of(Kind.ALLOW, decision, person=who, session=sid),
            headers=issue.identity_of(application, session, request, issued),
            without_headers=credential.headers,
            without_query=credential.query,
        )

    async def _proven(self, application: Application, credential: Shown) -> tuple[AccessPass, Session]:
        if not is_whole(credential.secret):
            raise Refused("the pass is not whole: a character is wrong or missing")
        try:
            made = await self._stores.passes.by_secret(hashed(credential.secret))
            session = await self._stores.sessions.get(made.session)
        except NotFound:
            raise Refused("the pass is not known here") from None
        if made.application != application.id:
            raise Refused("the pass is for another application")
        if not session.is_live(self._clock.now()):
            raise Refused("the pass has ended")
        return made, session


def ways(rules: PassRules) -> tuple[Presented, ...]:
    """The ways in which an application's passes may be shown, the best first."""
    return tuple(way for way in Presented if way in rules.presented)


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Invalid("name", f"say in 1 to {LONGEST_NAME} characters what the pass is for, such as Phone")
    return text


def _paths(paths: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(path.strip().rstrip("/") or "/" for path in paths if path.strip()))
    if len(found) > MOST_PATHS:
        raise Invalid("paths", f"are {len(found)}: {MOST_PATHS} are allowed")
    for path in found:
        odd = any(sign in path for sign in "?#%;\\*") or "//" in path or len(path) > LONGEST_PATH
        dots = any(part in (".", "..") for part in path.split("/"))
        if not path.startswith("/") or not path.isascii() or not path.isprintable() or odd or dots:
            raise Invalid("paths", f"{path[:LONGEST_PATH]!r} is not a path: write it plainly, such as /dav")
    return () if "/" in found else found
