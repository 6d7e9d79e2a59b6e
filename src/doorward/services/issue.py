"""Issuing application tokens: what a token says, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.model.application import Application
from doorward.model.claims import TokenClaims
from doorward.model.service_token import ServiceToken
from doorward.model.session import Session
from doorward.services.current import InForce
from doorward.services.tokens import LIFETIME, RawToken, Tokens


@dataclass(frozen=True, slots=True)
class Issued:
    """A token and how long it is good for."""

    token: RawToken
    lifetime: timedelta


def for_person(
    tokens: Tokens, in_force: InForce, application: Application, session: Session, *, now: datetime
) -> Issued:
    """A token for the session's person on ``application``: at most an hour, never past the session.

    It carries only the facts that the application's policies mention, so that a person in
    thousands of groups still has a small cookie. It does not outlive an authentication context that
    it names.
    """
    identity = in_force.person(session, now=now)
    mentioned = in_force.compiled[application.id].mentioned
    until = session.contexts_until(in_force.context_lifetime(identity.identity_provider))
    ends = [until[context] for context in identity.contexts & mentioned.contexts]
    lifetime = min(LIFETIME, session.expires - now, *(end - now for end in ends))
    claims = TokenClaims.for_person(
        identity,
        session=session.id,
        mentioned=mentioned,
        issuer=tokens.issuer,
        audience=application.audience,
        generation=in_force.generation_of(application),
        issued=now,
        expires=now + lifetime,
    )
    return Issued(tokens.sign(claims.as_claims()), lifetime)


def for_machine(
    tokens: Tokens,
    in_force: InForce,
    application: Application,
    machine: ServiceToken,
    *,
    now: datetime,
) -> Issued:
    """A token for a service token's holder on ``application``."""
    lifetime = LIFETIME if machine.expires is None else min(LIFETIME, machine.expires - now)
    claims = TokenClaims.for_machine(
        machine.id,
        client_id=machine.client_id,
        issuer=tokens.issuer,
        audience=application.audience,
        generation=in_force.generation_of(application),
        issued=now,
        expires=now + lifetime,
    )
    return Issued(tokens.sign(claims.as_claims()), lifetime)
