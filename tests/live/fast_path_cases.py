"""Cases for the fast path: a rule set, a request, and the token that it shows, good or bad."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from doorward.model.access import AccessRequest
from doorward.model.claims import TokenClaims, Validity, token_generation
from doorward.model.ids import Audience, PolicyId, SessionId
from doorward.model.service_token import credential
from doorward.policy.compiler import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.verdicts import verdicts
from doorward.services.issue import SKEW
from tests.live.fast_path import ISSUER, Signer
from tests.policy.generated import RuleSet, of_nobody

CHANGED = SessionId("c4a19ed0" * 4)
CHANGED_AGO = timedelta(seconds=30)
LIVE = SessionId("5e551017" * 4)
REVOKED = tuple(SessionId(f"{number:032x}") for number in range(100))


class Token(Enum):
    """What kind of token a request shows."""

    CURRENT = "current"
    NONE = "none"
    BROKEN = "broken"
    UNSIGNED = "unsigned"
    OTHER_KEY = "other key"
    EXPIRED = "expired"
    OTHER_ISSUER = "other issuer"
    OTHER_AUDIENCE = "other audience"
    OTHER_TYPE = "other type"
    STALE = "stale generation"
    REVOKED = "revoked session, or service token that is gone"
    OUTDATED = "made before the session's facts changed"
    RENEWED = "made after they changed"


@dataclass(frozen=True)
class Case:
    """``request`` holds the facts that the token proves, were it good; ``made`` those with which it was made,
    up to an hour before."""

    rule_set: RuleSet
    request: AccessRequest
    token: Token
    made: AccessRequest

    @property
    def lapsed(self) -> bool:
        """Whether what the token says of selectors that only the control plane can judge has ended."""
        until = verdicts(self.rule_set.compiled, self.made).until
        return until is not None and self.request.at is not None and self.request.at >= until - SKEW

    @property
    def made_under(self) -> PolicyId | None:
        """The policy by which the token was made."""
        decision = evaluate(self.rule_set.compiled, self.made)
        return decision.policy if decision.allowed else None

    def may_be_left(self, proven: AccessRequest) -> bool:
        """Whether the edge may leave it to the control plane though it is allowed: it knows too little, or
        another policy lets it in now, where they differ in how long they do so."""
        compiled = self.rule_set.compiled
        other = compiled.mentioned.policy and self.made_under != evaluate(compiled, proven).policy
        return other or self.rule_set.may_be_left(proven)

    def proven(self, path: str) -> AccessRequest:
        """The facts that count, with the path as the edge has it: a token that is not good proves nothing."""
        request = replace(self.request, path=path)
        good = {Token.CURRENT, Token.RENEWED} | ({Token.OUTDATED} if request.identity is None else set())
        return request if self.token in good and not self.lapsed else of_nobody(request)


class Mint:
    """Makes the tokens of cases, good and bad."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.signer = Signer()
        self._other = Signer()

    def token(self, case: Case) -> str | None:
        request = case.request
        if case.token is Token.NONE or (request.identity is None and request.service_token is None):
            return None
        claims = self._claims(case).as_claims()
        if case.token is Token.OTHER_TYPE:
            claims["type"] = "org"
        if case.token is Token.OTHER_KEY:
            return self._other.token(claims)
        token = self.signer.token(claims)
        if case.token is Token.BROKEN:
            return token[:-8] + ("AAAAAAAA" if token[-8:] != "AAAAAAAA" else "BBBBBBBB")
        if case.token is Token.UNSIGNED:
            return token.rpartition(".")[0] + "."
        return token

    def _claims(self, case: Case) -> TokenClaims:
        compiled, kind, request = case.rule_set.compiled, case.token, case.request
        issued = self.now - timedelta(hours=3 if kind is Token.EXPIRED or case.lapsed else 0)
        if kind is Token.OUTDATED:
            issued -= 2 * CHANGED_AGO
        audience = case.rule_set.application.audience
        if kind is Token.OTHER_AUDIENCE:
            audience = Audience(f"{audience}-not")
        issuer = "https://elsewhere.test" if kind is Token.OTHER_ISSUER else ISSUER
        generation = generation_of(compiled) if kind is not Token.STALE else token_generation(0, 0, "0" * 12)
        validity = Validity(
            issuer=issuer,
            audience=audience,
            generation=generation,
            issued=issued,
            expires=issued + timedelta(hours=1),
        )
        if request.identity is not None:
            return TokenClaims.for_person(
                request.identity,
                session=_SESSIONS.get(kind, LIVE),
                mentioned=compiled.mentioned,
                verdicts=verdicts(compiled, case.made),
                policy=case.made_under,
                validity=validity,
            )
        assert request.service_token is not None
        # What a machine's revocation is: its secret was rotated away, or it is disabled, or gone.
        secret = "1" * 64 if kind is Token.REVOKED else SECRET
        return TokenClaims.for_machine(
            request.service_token,
            credential=credential(request.service_token, secret),
            client_id=f"{request.service_token}.access",
            verdicts=verdicts(compiled, case.made),
            validity=validity,
        )


SECRET = "0" * 64
_SESSIONS = {Token.REVOKED: REVOKED[7], Token.OUTDATED: CHANGED, Token.RENEWED: CHANGED}


def generation_of(compiled: CompiledApplication) -> str:
    return token_generation(3, 1, compiled.fingerprint)


def host_of(case: Case) -> str:
    """Where its application is."""
    return case.rule_set.application.destinations[0].hostname
