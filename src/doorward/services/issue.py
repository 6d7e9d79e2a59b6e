"""Issuing application tokens: what a token says, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from doorward.envoy import names
from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.claims import CERTIFICATE_TYPE, TOKEN_TYPE, TokenClaims, Validity, Verdicts
from doorward.model.client_certificate import ClientCertificate
from doorward.model.identity_headers import identity_headers
from doorward.model.ids import PolicyId
from doorward.model.service_token import ProvenMachine
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


@dataclass(frozen=True, slots=True)
class Stay:
    """What let somebody into an application, and when they have to come anew. ``policy`` is None where
    that was none of the application's own."""

    policy: PolicyId | None
    until: datetime


def for_person(
    tokens: Tokens,
    in_force: InForce,
    application: Application,
    session: Session,
    *,
    request: AccessRequest,
    stay: Stay,
    now: datetime,
    token_type: str = TOKEN_TYPE,
) -> Issued:
    """A token for the session's person on ``application``: at most an hour, never past the session, nor
    past the ``stay``. ``request`` holds the facts by which they were let in.

    It carries only the facts that the application's policies mention, so that a person in
    thousands of groups still has a small cookie. It does not outlive an authentication context that
    it names, nor what it says of selectors that only the control plane can judge.
    """
    identity = in_force.person(session, now=now)
    mentioned = in_force.compiled[application.id].mentioned
    contexts = session.contexts_until(in_force.context_lifetime(identity.identity_provider))
    ends = [contexts[context] for context in identity.contexts & mentioned.contexts]
    found = verdicts(in_force.compiled[application.id], request)
    latest = min(session.expires, stay.until)
    lifetime = min(LIFETIME, latest - now, *_until(found, now), *(end - now for end in ends))
    claims = TokenClaims.for_person(
        identity,
        session=session.id,
        mentioned=mentioned,
        verdicts=found,
        policy=stay.policy,
        validity=replace(
            _validity(tokens, in_force, application, now=now, lifetime=lifetime), type=token_type
        ),
    )
    return Issued(tokens.sign(claims.as_claims()), lifetime)


def identity_of(
    application: Application, session: Session, request: AccessRequest, issued: Issued
) -> Mapping[str, str]:
    """The headers by which the origin knows the session's person."""
    person = request.identity or session.identity
    return {
        names.ASSERTION_HEADER: issued.token,
        names.EMAIL_HEADER: session.identity.email,
        names.SESSION_HEADER: session.id,
        **identity_headers(application.origin.identity_headers, person),
    }


def for_machine(
    tokens: Tokens,
    in_force: InForce,
    application: Application,
    machine: ProvenMachine,
    *,
    found: Verdicts,
    now: datetime,
) -> Issued:
    """A token for a machine on ``application``: at most an hour, and not longer than its proof, or what
    was ``found`` about its request, holds."""
    until = machine.token.until(machine.secret_hash)
    ends = () if until is None else (until - now,)
    lifetime = min((LIFETIME, *_until(found, now), *ends))
    claims = TokenClaims.for_machine(
        machine.token.id,
        credential=machine.credential,
        client_id=machine.token.client_id,
        verdicts=found,
        validity=_validity(tokens, in_force, application, now=now, lifetime=lifetime),
    )
    return Issued(tokens.sign(claims.as_claims()), lifetime)


def for_certificate(
    tokens: Tokens,
    in_force: InForce,
    application: Application,
    certificate: ClientCertificate,
    *,
    found: Verdicts,
    now: datetime,
) -> Issued:
    """The assertion for a machine that showed a client certificate alone. It admits to nothing."""
    lifetime = min((LIFETIME, *_until(found, now), certificate.until - now))
    names = certificate.common_names
    claims = TokenClaims.for_certificate(
        fingerprint=certificate.fingerprint,
        common_name=names[0] if len(names) == 1 else "",
        verdicts=found,
        validity=replace(
            _validity(tokens, in_force, application, now=now, lifetime=lifetime), type=CERTIFICATE_TYPE
        ),
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
