"""A rotation through the whole: who is signed in stays so, whatever happens to the keys."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from doorward.envoy import names
from doorward.model.errors import Conflict
from doorward.services.key_schedule import ANNOUNCED, ROTATION, KeyState
from doorward.services.questions import Deny, Pass, SendToSignIn
from tests.fakes.signing import key_on_a_curve
from tests.services.sample import ADA, HOUR, ask, cookies_of
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def minute(world: World) -> None:
    """What happens every minute."""

    async def kept() -> None:
        await world.tokens.refresh()
        await world.publisher.publish()

    asyncio.run(kept())


def kid_of(world: World) -> str:
    return next(each.key.kid for each in world.keys.listed() if each.state is KeyState.CURRENT)


def known_at_edges(world: World) -> set[str]:
    """The kids in the snapshot that was published last."""
    resources = (found for kind in world.edges.published[-1].resources.values() for found in kind.values())
    whole = b"".join(resource.body.value for resource in resources)
    return {each.key.kid for each in world.keys.listed() if each.key.kid.encode() in whole}


def open_page(world: World, cookies: dict[str, str]) -> dict[str, str]:
    """Ask for a page; she must get it, and no redirect. Returns her cookies after it."""
    passed = asyncio.run(world.decider.answer(ask(cookies=cookies)))
    assert isinstance(passed, Pass), passed
    world.tokens.verify(passed.headers[names.ASSERTION_HEADER])
    return cookies | cookies_of(passed.cookies)


def test_through_a_planned_roll_nobody_is_redirected_and_every_edge_knows_the_key_first(
    world: World,
) -> None:
    first = kid_of(world)
    announced = asyncio.run(world.keys.announce()).key.key.kid
    world.clock.advance(ANNOUNCED - 2 * HOUR)
    cookies = enter(world, ADA)
    signed = []
    for _ in range(8):
        assert {first, announced} <= known_at_edges(world)
        cookies = open_page(world, cookies)
        signed.append(kid_of(world))
        world.clock.advance(timedelta(minutes=30))
        minute(world)
    assert signed == [first] * 4 + [announced] * 4


def test_keys_roll_by_themselves_and_a_session_across_the_roll_goes_on(world: World) -> None:
    first = kid_of(world)
    world.clock.advance(ROTATION - HOUR)
    minute(world)
    world.clock.advance(ANNOUNCED - HOUR)
    minute(world)
    cookies, old = enter(world, ADA), kid_of(world)
    assert old == first
    world.clock.advance(2 * HOUR)
    minute(world)
    assert kid_of(world) != first
    open_page(world, cookies)


def test_after_a_leak_the_old_token_is_worthless_and_the_foothold_gives_another(world: World) -> None:
    cookies = enter(world, ADA)
    old = cookies[names.TOKEN_COOKIE]
    done = asyncio.run(world.keys.replace())
    assert done.live
    assert known_at_edges(world) == {done.key.key.kid}
    by_token = asyncio.run(world.decider.answer(ask(headers={names.CLIENT_TOKEN_HEADER: [old]})))
    assert isinstance(by_token, Deny)
    alone = asyncio.run(world.decider.answer(ask(cookies={names.TOKEN_COOKIE: old})))
    assert isinstance(alone, SendToSignIn)
    renewed = open_page(world, cookies)[names.TOKEN_COOKIE]
    assert renewed != old
    assert world.tokens.verify(renewed)["email"] == ADA.email


def test_after_a_leak_streams_of_sessions_that_do_not_exist_are_cut_and_hers_goes_on(world: World) -> None:
    hers = world.tokens.verify(enter(world, ADA)[names.TOKEN_COOKIE])["sid"]
    world.relays.open = [stream(hers, name="hers"), stream("made-up", name="forged")]
    asyncio.run(world.keys.replace())
    assert [live.id for live in world.relays.open] == ["hers"]


def test_an_edge_that_does_not_confirm_is_told(world: World) -> None:
    world.edges.refusal = "no"
    assert not asyncio.run(world.keys.replace()).live


def test_a_key_is_announced_once(world: World) -> None:
    asyncio.run(world.keys.announce())
    with pytest.raises(Conflict, match="announced already"):
        asyncio.run(world.keys.announce())
    asyncio.run(world.keys.replace())
    assert len(world.keys.listed()) == 1


def test_after_the_upgrade_from_es256_a_token_of_before_still_opens_and_the_next_is_rs256() -> None:
    world = World()
    asyncio.run(world.stores.signing_keys.add(key_on_a_curve()))
    asyncio.run(world.begin())
    world.clock.advance(ANNOUNCED - timedelta(minutes=30))
    minute(world)
    assert kid_of(world) == "earlier"
    cookies = enter(world, ADA)
    world.clock.advance(timedelta(minutes=31))
    minute(world)
    assert kid_of(world) != "earlier"
    for name in (names.TOKEN_COOKIE, names.FOOTHOLD_COOKIE):
        open_page(world, {name: cookies[name]})


def test_the_log_tells_of_a_rotation_and_holds_no_key(world: World) -> None:
    with capture_logs() as logged:
        asyncio.run(world.keys.announce())
        asyncio.run(world.keys.replace())
    assert [entry["event"] for entry in logged if "key" in entry["event"]] == [
        "signing key announced",
        "signing keys replaced",
    ]
    (stored,) = asyncio.run(world.stores.signing_keys.listed())
    assert json.loads(stored.private_jwk)["d"] not in str(logged)
