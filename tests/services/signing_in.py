"""Signing in, step by step, the short way for tests of what comes after."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.ids import ApplicationId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.services import issue
from doorward.services.arrivals import Visit
from doorward.services.secrets import hashed
from tests.services.sample import SOURCE, STAFF, cookies_of
from tests.services.world import World

VISIT = Visit(source=SOURCE, user_agent="Browser/1")


def enter(world: World, identity: Identity, *, application: str = "hello") -> dict[str, str]:
    """The person's cookies on an application's host, whatever its policies say of them now."""

    async def entered() -> dict[str, str]:
        now = world.clock.now()
        session = Session(
            id=SessionId(world.randomness.identifier()),
            identity=identity,
            created=now,
            expires=now + timedelta(hours=24),
        )
        await world.stores.sessions.create(session, secret_hash=hashed(world.randomness.token()))
        secret = world.randomness.token()
        foothold = ApplicationSession(
            session=session.id,
            application=ApplicationId(application),
            created=now,
            expires=session.expires,
        )
        await world.stores.sessions.create_foothold(foothold, secret_hash=hashed(secret))
        in_force = world.current.get()
        found = in_force.configuration.application(ApplicationId(application))
        request = await world.requests.of(in_force, found, source=SOURCE, session=session)
        issued = issue.for_person(
            world.tokens,
            in_force,
            found,
            session,
            request=request,
            stay=issue.Stay(None, session.expires),
            now=now,
        )
        return {names.FOOTHOLD_COOKIE: secret, names.TOKEN_COOKIE: issued.token}

    return asyncio.run(entered())


async def signed_in(world: World, email: str = "ada@example.com", password: str = "ada's") -> Session:
    onward = await world.sign_in.with_password(
        world.sign_in.provider(STAFF), email=email, password=password, visit=VISIT
    )
    session = await world.arrivals.session(cookies_of(onward.cookies)[names.SESSION_COOKIE])
    assert session is not None
    return session
