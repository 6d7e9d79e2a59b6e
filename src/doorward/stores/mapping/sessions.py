"""Sessions and footholds. The hash of the secret is given beside them: nouns do not carry it."""

from __future__ import annotations

from datetime import datetime

from doorward.model.access import Identity
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.stores.mapping.rows import ReadRow, Row

REMEMBERED = (
    "email",
    "name",
    "upn",
    "groups",
    "roles",
    "claims",
    "methods",
    "contexts",
    "authenticated",
    "provider_session",
    "checked",
    "changed",
)
"""The columns that change while a session lives."""


def to_row(session: Session, *, secret_hash: str) -> Row:
    """A row of ``sessions``."""
    identity = session.identity
    return {
        "id": session.id,
        "secret_hash": secret_hash,
        "identity_provider": identity.identity_provider,
        "subject": identity.subject,
        "email": identity.email,
        "name": identity.name,
        "upn": identity.upn,
        "groups": sorted(identity.groups),
        "roles": sorted(identity.roles),
        "claims": [list(claim) for claim in sorted(identity.claims)],
        "methods": sorted(identity.methods),
        "contexts": {name: since.isoformat() for name, since in sorted(session.contexts.items())},
        "authenticated": session.authenticated,
        "provider_session": session.provider_session,
        "checked": session.checked,
        "changed": session.changed,
        "created": session.created,
        "expires": session.expires,
        "source": session.source,
        "user_agent": session.user_agent,
        "revoked": session.revoked,
        "why_revoked": session.why_revoked,
        "pass_name": session.pass_name,
    }


def from_row(row: ReadRow) -> Session:
    """The session of one row."""
    return Session(
        id=SessionId(row["id"]),
        identity=Identity(
            identity_provider=IdentityProviderId(row["identity_provider"]),
            subject=row["subject"],
            email=row["email"],
            name=row["name"],
            upn=row["upn"],
            groups=frozenset(row["groups"]),
            roles=frozenset(row["roles"]),
            claims=frozenset((name, value) for name, value in row["claims"]),
            methods=frozenset(row["methods"]),
        ),
        contexts={name: datetime.fromisoformat(since) for name, since in row["contexts"].items()},
        authenticated=row["authenticated"],
        provider_session=row["provider_session"],
        checked=row["checked"],
        changed=row["changed"],
        created=row["created"],
        expires=row["expires"],
        source=row["source"],
        user_agent=row["user_agent"],
        revoked=row["revoked"],
        why_revoked=row["why_revoked"],
        pass_name=row["pass_name"],
    )


def foothold_to_row(foothold: ApplicationSession, *, secret_hash: str) -> Row:
    """A row of ``application_sessions``."""
    return {
        "secret_hash": secret_hash,
        "session": foothold.session,
        "application": foothold.application,
        "created": foothold.created,
        "expires": foothold.expires,
    }


def foothold_from_row(row: ReadRow, *, prefix: str = "") -> ApplicationSession:
    """The foothold of one row, whose column names may carry a prefix (in a join)."""
    return ApplicationSession(
        session=SessionId(row[f"{prefix}session"]),
        application=ApplicationId(row[f"{prefix}application"]),
        created=row[f"{prefix}created"],
        expires=row[f"{prefix}expires"],
    )
