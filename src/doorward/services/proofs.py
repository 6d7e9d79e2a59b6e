"""What a request proves at an application: a live session, and until when it counts there.

Rule: a session counts at one application for as long as the policy says that admits it, or else the
application, and never longer than the person is signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.envoy import names
from doorward.model.application import Application
from doorward.model.errors import NotFound, Refused
from doorward.model.session import Session
from doorward.policy.compiled import CompiledApplication
from doorward.policy.decision import Decision
from doorward.ports.clock import Clock
from doorward.ports.stores import Sessions
from doorward.services.current import InForce
from doorward.services.questions import Question
from doorward.services.secrets import hashed
from doorward.services.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """``since`` is when the person came into the application, ``until`` when they have to come anew."""

    session: Session
    since: datetime
    until: datetime

    def ends(self, application: Application, compiled: CompiledApplication, decision: Decision) -> datetime:
        """When it ends for somebody whom ``decision`` lets in."""
        return session_end(application, compiled, decision, since=self.since, latest=self.until)


def session_end(
    application: Application,
    compiled: CompiledApplication,
    decision: Decision,
    *,
    since: datetime,
    latest: datetime,
) -> datetime:
    """When somebody who came in at ``since`` has to come anew: as the policy says that admits them, or else
    the application, and at the ``latest`` then."""
    own = (each.policy.session_duration for each in compiled.policies if each.policy.id == decision.policy)
    duration = next(own, None) or application.session_duration
    return latest if duration is None else min(latest, since + duration)


class Proofs:
    """Reads cookies and tokens."""

    def __init__(self, sessions: Sessions, *, tokens: Tokens, clock: Clock) -> None:
        self._sessions = sessions
        self._tokens = tokens
        self._clock = clock

    async def at(self, in_force: InForce, application: Application, question: Question) -> Proof | None:
        """What the request proves at ``application``, by its foothold cookie or a token of ours.

        Raises Refused for ambiguous credentials.
        """
        secret = question.cookie(names.foothold_cookie(application))
        if secret:
            proof = await self._by_foothold(application, secret)
            if proof is not None:
                return proof
        token = question.header(names.CLIENT_TOKEN_HEADER) or question.cookie(names.token_cookie(application))
        return await self.by_token(in_force, application, token) if token else None

    async def _by_foothold(self, application: Application, secret: str) -> Proof | None:
        try:
            foothold, session = await self._sessions.foothold(hashed(secret))
        except NotFound:
            return None
        now = self._clock.now()
        until = min(foothold.expires, session.expires)
        if not session.is_live(now) or until <= now or foothold.application != application.id:
            return None
        return Proof(session=session, since=foothold.created, until=until)

    async def by_token(self, in_force: InForce, application: Application, token: str) -> Proof | None:
        """What a token proves at ``application``: nothing beyond its own end, so that nobody lives on from
        token to token. None for one that does not hold, is for elsewhere, was ended by a generation, or
        stands for a pass, which has to be shown itself."""
        try:
            claims = self._tokens.verify(token)
        except Refused:
            return None
        ours = f"{in_force.configuration.generation}.{application.generation}."
        if application.audience not in claims.get("aud", ()) or not claims.get("sid"):
            return None
        if not str(claims.get("gen", "")).startswith(ours):
            return None
        try:
            session = await self._sessions.get(claims["sid"])
        except NotFound:
            return None
        now = self._clock.now()
        if not session.is_live(now) or session.pass_name:
            return None
        since = datetime.fromtimestamp(claims["iat"], tz=now.tzinfo)
        until = min(datetime.fromtimestamp(claims["exp"], tz=now.tzinfo), session.expires)
        return Proof(session=session, since=since, until=until)
