"""Sample nouns, with only what a test cares about to be said."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorward.model.access import Identity
from doorward.model.application import Application, Origin
from doorward.model.destination import Destination
from doorward.model.directory import DirectoryGroup, DirectoryGroupId, DirectoryUser, DirectoryUserId
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.ports.stores import SigningKey
from tests.fakes.clock import START

HOUR = timedelta(hours=1)


def identity(email: str = "ada@example.com") -> Identity:
    return Identity(
        identity_provider=IdentityProviderId("people"),
        subject=email,
        email=email,
        groups=frozenset({"staff"}),
    )


def session(
    name: str = "s1",
    *,
    email: str = "ada@example.com",
    created: datetime = START,
    expires: datetime = START + HOUR,
    revoked: datetime | None = None,
) -> Session:
    return Session(
        id=SessionId(name),
        identity=identity(email),
        created=created,
        expires=expires,
        source="192.0.2.1",
        user_agent="Browser/1",
        revoked=revoked,
    )


def foothold(session: str = "s1", application: str = "hello") -> ApplicationSession:
    return ApplicationSession(
        session=SessionId(session),
        application=ApplicationId(application),
        created=START,
        expires=START + HOUR,
    )


def application(name: str = "hello", *, hostname: str = "") -> Application:
    return Application(
        id=ApplicationId(name),
        destinations=(Destination(hostname or f"{name}.example.com"),),
        origin=Origin(url="http://127.0.0.1:8080"),
        audience=Audience(f"audience-of-{name}"),
    )


def signing_key(kid: str = "k1", *, created: datetime = START) -> SigningKey:
    return SigningKey(kid=kid, private_jwk='{"d": "private"}', created=created, not_before=created)


def directory_user(
    name: str = "ada",
    *,
    provider: str = "people",
    email: str = "",
    external_id: str = "",
    active: bool = True,
    created: datetime = START,
) -> DirectoryUser:
    address = email or f"{name}@example.com"
    return DirectoryUser(
        id=DirectoryUserId(f"id-of-{name}-at-{provider}"),
        provider=IdentityProviderId(provider),
        user_name=address,
        external_id=external_id,
        email=address,
        display_name=name.title(),
        active=active,
        created=created,
        modified=created,
    )


def directory_group(
    name: str = "Engineers",
    *members: DirectoryUser,
    provider: str = "people",
    external_id: str = "",
    created: datetime = START,
) -> DirectoryGroup:
    return DirectoryGroup(
        id=DirectoryGroupId(f"id-of-{name}-at-{provider}"),
        provider=IdentityProviderId(provider),
        display_name=name,
        external_id=external_id,
        members=frozenset(member.id for member in members),
        created=created,
        modified=created,
    )
