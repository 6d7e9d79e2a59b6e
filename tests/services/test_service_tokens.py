from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from doorward.model.credential_secret import SCANNERS, is_whole
from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.model.ids import Credential
from doorward.model.service_token import TokenState
from doorward.services.secrets import fits
from doorward.services.service_tokens import NewServiceToken
from tests.services.test_sessions import stream
from tests.services.world import World

DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def create(world: World, name: str, lifetime: timedelta | None = None) -> NewServiceToken:
    return asyncio.run(world.service_tokens.create(name, lifetime=lifetime))


def names_of(world: World) -> list[str]:
    return [report.token.id for report in asyncio.run(world.service_tokens.listed())]


def test_only_the_hash_of_a_secret_is_kept(world: World) -> None:
    made = create(world, "nightly")
    kept = next(r.token for r in asyncio.run(world.service_tokens.listed()) if r.token.id == "nightly")
    assert fits(made.secret, kept.secret_hash)
    assert made.secret not in repr(kept) + repr(made)
    assert kept.client_id.endswith(".access")


def test_a_life_is_counted_from_now(world: World) -> None:
    assert create(world, "a").token.expires is None
    assert create(world, "b", timedelta(days=2)).token.expires == world.clock.now() + timedelta(days=2)


def test_a_name_that_is_taken_or_malformed_makes_nothing(world: World) -> None:
    with pytest.raises(Conflict):
        create(world, "ci")
    with pytest.raises(Invalid, match="name"):
        create(world, "not a name")
    assert names_of(world) == ["ci"]


def test_a_deleted_token_is_forgotten(world: World) -> None:
    create(world, "nightly")
    asyncio.run(world.service_tokens.delete("nightly"))
    assert names_of(world) == ["ci"]
    with pytest.raises(NotFound):
        asyncio.run(world.service_tokens.delete("nightly"))


def test_a_token_that_a_rule_names_stays(world: World) -> None:
    with pytest.raises(Invalid, match="ci"):
        asyncio.run(world.service_tokens.delete("ci"))
    assert names_of(world) == ["ci"]


def test_a_new_secret_is_whole_and_in_the_form_that_scanners_find(world: World) -> None:
    secret = create(world, "nightly").secret
    assert re.fullmatch(SCANNERS, secret)
    assert is_whole(secret)


# --- rotation ----------------------------------------------------------------------------------------


def shown(world: World, name: str = "ci") -> Credential:
    """What an administrator sees of the present secret."""
    return next(r.credential for r in asyncio.run(world.service_tokens.listed()) if r.token.id == name)


def rotate(world: World, grace: timedelta, credential: Credential | None = None) -> NewServiceToken:
    return asyncio.run(world.service_tokens.rotate("ci", shown=credential or shown(world), grace=grace))


def test_a_rotation_leaves_the_secret_before_it_for_a_while(world: World) -> None:
    (before,) = world.current.get().configuration.service_tokens
    made = rotate(world, DAY)
    (after,) = world.current.get().configuration.service_tokens
    assert fits(made.secret, after.secret_hash)
    assert after.hashes(world.clock.now()) == (after.secret_hash, before.secret_hash)
    assert after.previous_until == world.clock.now() + DAY
    assert after.client_id == before.client_id


def test_without_grace_both_secrets_end_now_and_what_they_had_open_is_cut(world: World) -> None:
    first = shown(world)
    rotate(world, DAY)
    world.relays.open = [stream(first), stream(shown(world), name="2")]
    rotate(world, timedelta())
    (after,) = world.current.get().configuration.service_tokens
    assert after.hashes(world.clock.now()) == (after.secret_hash,)
    assert world.relays.open == []


def test_with_grace_what_is_open_stays_open(world: World) -> None:
    world.relays.open = [stream(shown(world))]
    rotate(world, DAY)
    assert len(world.relays.open) == 1


@pytest.mark.parametrize(
    "grace", [timedelta(minutes=59), timedelta(days=30, seconds=1), timedelta(seconds=-1)]
)
def test_a_grace_period_out_of_range_is_refused(world: World, grace: timedelta) -> None:
    with pytest.raises(Invalid, match="1 hour to 30 days"):
        rotate(world, grace)


@pytest.mark.parametrize("grace", [timedelta(), DAY])
def test_of_two_administrators_who_rotate_at_once_the_second_is_told(world: World, grace: timedelta) -> None:
    seen = shown(world)

    async def both() -> list[NewServiceToken | BaseException]:
        rotations = (world.service_tokens.rotate("ci", shown=seen, grace=grace) for _ in range(2))
        return await asyncio.gather(*rotations, return_exceptions=True)

    first, second = asyncio.run(both())
    assert isinstance(first, NewServiceToken)
    assert isinstance(second, Conflict)
    assert "was rotated meanwhile" in str(second)
    (after,) = world.current.get().configuration.service_tokens
    assert fits(first.secret, after.secret_hash)


def test_a_grace_period_that_was_promised_is_not_cut_short_by_another_rotation(world: World) -> None:
    rotate(world, DAY)
    with pytest.raises(Conflict, match=r"works until 2026-03-02 12:00 UTC: wait, or use no grace period"):
        rotate(world, DAY)
    world.clock.advance(DAY)
    rotate(world, DAY)


# --- the other verbs ---------------------------------------------------------------------------------


def test_a_refresh_counts_from_the_end_or_from_now_where_that_is_past(world: World) -> None:
    now = world.clock.now()
    create(world, "nightly", DAY)
    refreshed = asyncio.run(world.service_tokens.refresh("nightly"))
    assert refreshed.expires == now + 366 * DAY
    world.clock.advance(400 * DAY)
    again = asyncio.run(world.service_tokens.refresh("nightly", by=10 * DAY))
    assert again.expires == world.clock.now() + 10 * DAY


def test_a_refresh_of_what_does_not_end_or_beyond_ten_years_is_refused(world: World) -> None:
    with pytest.raises(Conflict, match="does not expire"):
        asyncio.run(world.service_tokens.refresh("ci"))
    create(world, "nightly", 3650 * DAY)
    with pytest.raises(Invalid, match="within ten years"):
        asyncio.run(world.service_tokens.refresh("nightly", by=DAY))


def test_a_disabled_token_loses_what_it_has_open_until_it_is_enabled(world: World) -> None:
    world.relays.open = [stream(shown(world))]
    asyncio.run(world.service_tokens.disable("ci"))
    assert world.relays.open == []
    assert [r.state for r in asyncio.run(world.service_tokens.listed())] == [TokenState.DISABLED]
    asyncio.run(world.service_tokens.enable("ci"))
    assert [r.state for r in asyncio.run(world.service_tokens.listed())] == [TokenState.ACTIVE]


def test_a_deleted_token_loses_what_it_has_open(world: World) -> None:
    create(world, "nightly")
    world.relays.open = [stream(shown(world, "nightly"), application="open"), stream(shown(world), name="2")]
    asyncio.run(world.service_tokens.delete("nightly"))
    assert [each.id for each in world.relays.open] == ["2"]


def test_no_verb_makes_up_a_token(world: World) -> None:
    tokens = world.service_tokens
    for verb in (
        tokens.rotate("gone", shown=shown(world), grace=DAY),
        tokens.refresh("gone"),
        tokens.disable("gone"),
        tokens.enable("gone"),
        tokens.delete("gone"),
    ):
        with pytest.raises(NotFound, match="there is no service token 'gone'"):
            asyncio.run(verb)
    assert names_of(world) == ["ci"]


def test_a_token_that_is_made_anew_under_an_old_name_was_never_seen(world: World) -> None:
    first = create(world, "nightly").token
    world.sightings.note(first.client_id, now=world.clock.now(), source="192.0.2.7")
    asyncio.run(world.service_token_upkeep.every_second())
    world.sightings.note(first.client_id, now=world.clock.now(), source="192.0.2.7")
    asyncio.run(world.service_tokens.delete("nightly"))
    create(world, "nightly")
    world.clock.advance(DAY)
    asyncio.run(world.service_token_upkeep.every_second())
    (report,) = [r for r in asyncio.run(world.service_tokens.listed()) if r.token.id == "nightly"]
    assert report.use is None
