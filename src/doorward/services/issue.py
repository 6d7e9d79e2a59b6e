"""Issuing application tokens: what a token says, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.claims import TokenClaims, Validity, Verdicts
from doorward.model.ids import PolicyId
from doorward.model.service_token import ServiceToken
from doorward.model.session import Session
from doorward.policy.verdicts import verdicts
from doorward.services.current import InForce
from doorward.services.tokens import LIFETIME, RawToken, Tokens

SKEW = timedelta(seconds=1)
"""By how much the edge takes an expired token still (``clock_skew_seconds`` of its filter)."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and how long it is good for."""

    token: RawToken
    lifetime: timedelta


def for_person(
    tokens: Tokens,
    in_force: InForce,
    application: Application,
    session: Session,
    *,
    request: AccessRequest,
    policy: PolicyId | None,
    until: datetime,
    now: datetime,
) -> Issued:
    """A token for the session's person on ``application``: at most an hour, never past the session, nor
    past ``until``, when they have to come into the application anew.

    ``request`` holds the facts by which they were let in, and ``policy`` did it, if any.

    It carries only the facts that the application's policies mention, so that a person in
    thousands of groups still has a small cookie. It does not outlive an authentication context that
    it names, nor what it says of selectors that only the control plane can judge.
    """
    identity = in_force.person(session, now=now)
    mentioned = in_force.compiled[application.id].mentioned
    holds = session.contexts_until(in_force.context_lifetime(identity.identity_provider))
    ends = [holds[context] for context in identity.contexts & mentioned.contexts]
    found = verdicts(in_force.compiled[application.id], request)
    latest = min(session.expires, until)
    lifetime = min(LIFETIME, latest - now, *_until(found, now), *(end - now for end in ends))
    claims = TokenClaims.for_person(
        identity,
        session=session.id,
        mentioned=mentioned,
        verdicts=found,
        policy=policy,
        validity=_validity(tokens, in_force, application, now=now, lifetime=lifetime),
    )
    return Issued(tokens.sign(claims.as_claims()), lifetime)


def for_machine(
    tokens: Tokens,
    in_force: InForce,
    application: Application,
    machine: ServiceToken,
    *,
    request: AccessRequest,
    now: datetime,
) -> Issued:
    """A token for a service token's holder on ``application``."""
    found = verdicts(in_force.compiled[application.id], request)
    ends = () if machine.expires is None else (machine.expires - now,)
    lifetime = min((LIFETIME, *_until(found, now), *ends))
    claims = TokenClaims.for_machine(
        machine.id,
        client_id=machine.client_id,
        verdicts=found,
        validity=_validity(tokens, in_force, application, now=now, lifetime=lifetime),
    )
    return Issued(tokens.sign(claims.as_claims()), lifetime)


def _until(found: Verdicts, now: datetime) -> tuple[timedelta, ...]:
    """How long they hold, if that has an end. A second less: what reads the token has a clock of its own."""
    return () if found.until is None else (max(found.until - now - SKEW, timedelta()),)


def _validity(
    tokens: Tokens, in_force: InForce, application: Application, *, now: datetime, lifetime: timedelta
) -> Validity:
    return Validity(
        issuer=tokens.issuer,
        audience=application.audience,
        generation=in_force.generation_of(application),
        issued=now,
        expires=now + lifetime,
    )
