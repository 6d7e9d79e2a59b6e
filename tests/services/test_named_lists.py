from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid, NotFound
from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.named_lists import ListChange
from doorward.services.questions import Deny, Pass
from tests.services.sample import ADA, BOB, application, ask, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World

TEAM = NamedList(id=ListId("team"), kind=ListKind.EMAIL, items=("ada@example.com", "bob@example.com"))
OFFICES = NamedList(id=ListId("offices"), kind=ListKind.IP, items=("203.0.113.0/24",))


def with_lists(configuration: Configuration) -> Configuration:
    """``hello`` is for who is on the list."""
    hello = application("hello", policy(Action.ALLOW, Selector("email_list", "team")))
    return replace(configuration, lists=(TEAM, OFFICES), applications=(hello,))


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    asyncio.run(world.configurations.change(with_lists))
    return world


def add(world: World, *items: str) -> ListChange:
    return asyncio.run(world.lists.add("team", items))


def remove(world: World, *items: str) -> ListChange:
    return asyncio.run(world.lists.remove("team", items))


def on_it(world: World) -> tuple[str, ...]:
    return asyncio.run(world.lists.show("team")).items


def test_items_are_added_and_removed_in_any_spelling(world: World) -> None:
    change = add(world, "Eve@Example.com", "ADA@example.com")
    assert (change.changed, change.unchanged) == (["eve@example.com"], ["ada@example.com"])
    assert [str(made) for made in change.outcome.changes] == ["changed list team: 1 added"]
    assert on_it(world) == ("ada@example.com", "bob@example.com", "eve@example.com")
    change = remove(world, "EVE@example.com", "carol@example.com")
    assert (change.changed, change.unchanged) == (["eve@example.com"], ["carol@example.com"])
    assert on_it(world) == TEAM.items


def test_of_several_items_one_that_cannot_be_on_it_changes_nothing(world: World) -> None:
    with pytest.raises(Invalid, match=r"items\[1\].*not an email address"):
        add(world, "eve@example.com", "203.0.113.0/24")
    with pytest.raises(Invalid, match="give one at least"):
        add(world)
    assert on_it(world) == TEAM.items


def test_a_list_that_is_not_there_is_told_with_those_that_are(world: World) -> None:
    with pytest.raises(NotFound, match=r"there is no list 'crew'.*team, offices"):
        asyncio.run(world.lists.show("crew"))


def test_who_is_taken_off_loses_open_streams_and_who_stays_notices_nothing(world: World) -> None:
    cookies = {who.email: enter(world, who) for who in (ADA, BOB)}

    async def removed() -> None:
        by_email = {s.identity.email: s for s in await world.sessions.listed()}
        world.relays.open = [stream(by_email[who.email].id, name=who.name) for who in (ADA, BOB)]
        await world.lists.remove("team", ["bob@example.com"])

    asyncio.run(removed())
    assert [left.id for left in world.relays.open] == ["ada"]
    still = asyncio.run(world.decider.answer(ask(cookies=cookies[ADA.email])))
    gone = asyncio.run(world.decider.answer(ask(cookies=cookies[BOB.email])))
    assert isinstance(still, Pass)
    assert isinstance(gone, Deny)


def test_a_change_of_a_list_makes_the_tokens_that_speak_of_it_stale_and_no_others(world: World) -> None:
    def generations() -> list[str]:
        in_force = world.current.get()
        return [in_force.generation_of(each) for each in in_force.configuration.applications]

    other = application("wiki", policy(Action.ALLOW, Selector("everyone")))
    asyncio.run(world.configurations.change(lambda c: replace(c, applications=(*c.applications, other))))
    hello, wiki = generations()
    add(world, "eve@example.com")
    assert [hello != generations()[0], wiki == generations()[1]] == [True, True]


def test_ten_thousand_people_on_a_list_do_not_slow_a_decision_down(world: World) -> None:
    people = tuple(sorted(f"person-{number}@example.com" for number in range(10_000)))
    many = replace(TEAM, items=(*people, "zoe@example.com"))
    asyncio.run(world.configurations.change(lambda c: replace(c, lists=(many, OFFICES))))
    cookies = enter(world, replace(ADA, email="person-77@example.com"))
    assert isinstance(asyncio.run(world.decider.answer(ask(cookies=cookies))), Pass)
    assert len(cookies["__Host-doorward-token"]) < 1500
    world.clock.advance(timedelta(minutes=1))
    assert isinstance(asyncio.run(world.decider.answer(ask(cookies=enter(world, ADA)))), Deny)
