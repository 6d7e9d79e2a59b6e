"""Sessions and footholds. The hash of the secret is given beside them: nouns do not carry it."""

from __future__ import annotations

from doorward.model.access import Identity
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.stores.mapping.rows import ReadRow, Row


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
        "groups": sorted(identity.groups),
        "created": session.created,
        "expires": session.expires,
        "source": session.source,
        "user_agent": session.user_agent,
        "revoked": session.revoked,
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
            groups=frozenset(row["groups"]),
        ),
        created=row["created"],
        expires=row["expires"],
        source=row["source"],
        user_agent=row["user_agent"],
        revoked=row["revoked"],
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
