"""Machines: which service token a request proves, and the assertion that goes to the origin with it.

Strict, and in no other mode: a machine proves itself with every request, gets no cookie, and is never
sent to sign in.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.credential_secret import SERVICE_TOKEN_PREFIX, is_damaged
from doorward.model.errors import Refused
from doorward.model.service_token import ProvenMachine, TokenState
from doorward.policy.verdicts import verdicts
from doorward.ports.clock import Clock
from doorward.services import issue
from doorward.services.current import InForce
from doorward.services.fresh_assertions import FreshAssertions
from doorward.services.issue import Issued
from doorward.services.machine_credentials import shown
from doorward.services.questions import Question
from doorward.services.secrets import hashed
from doorward.services.sightings import Sightings
from doorward.services.tokens import RawToken, Tokens

_NOBODY: Final = "0" * 64

UNKNOWN: Final = "the service token is not known here: its id or its secret is another"
REFUSALS: Final = {
    TokenState.DISABLED: "the service token is disabled",
    TokenState.EXPIRED: "the service token has expired",
}


class Machines:
    """Recognises machines. Keeps nothing between requests but assertions that are still fresh."""

    def __init__(self, *, tokens: Tokens, sightings: Sightings, clock: Clock) -> None:
        self._tokens = tokens
        self._fresh = FreshAssertions(tokens=tokens, clock=clock)
        self._sightings = sightings
        self._clock = clock

    def recognise(
        self, in_force: InForce, application: Application, question: Question
    ) -> ProvenMachine | None:
        """The machine that the request proves to come from; None where it shows no service token.

        Raises:
            Invalid: what it shows cannot be read as one service token.
            Refused: the service token is unknown, disabled or expired, or the secret is wrong.
        """
        credentials = shown(question, application)
        if credentials is None:
            return None
        if is_damaged(credentials.secret, SERVICE_TOKEN_PREFIX):
            raise Refused("the secret is not whole: a character is wrong or missing")
        now = self._clock.now()
        token = in_force.service_tokens.get(credentials.client_id)
        given = hashed(credentials.secret)
        # As much work for an id that nobody has: how long it takes tells nothing.
        fitting = [
            each for each in (token.hashes(now) if token else (_NOBODY,)) if hmac.compare_digest(given, each)
        ]
        if token is None or not fitting:
            raise Refused(UNKNOWN)
        state = token.state(now)
        if state is not TokenState.ACTIVE:
            raise Refused(REFUSALS[state])
        self._sightings.note(token.client_id, now=now, source=str(question.source))
        return ProvenMachine(token, fitting[0])

    def assertion(
        self,
        in_force: InForce,
        application: Application,
        machine: ProvenMachine,
        request: AccessRequest,
    ) -> RawToken:
        """The signed statement for the origin that this machine is asking: at most a minute old.

        ``request`` holds the facts by which it was let in; other facts make another statement.
        """
        found = verdicts(in_force.compiled[application.id], request)

        def sign(now: datetime) -> Issued:
            return issue.for_machine(self._tokens, in_force, application, machine, found=found, now=now)

        return self._fresh.get(in_force, (application.id, machine.credential, found), sign)
