"""What every ``Directory`` promises."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.directory import (
    ALL,
    Attribute,
    Criterion,
    DirectoryGroupId,
    DirectoryUser,
    DirectoryUserId,
    Part,
)
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import IdentityProviderId
from doorward.ports.directory import Directory
from tests.fakes.clock import START
from tests.nouns import directory_group, directory_user
from tests.ports.conftest import OpenStores

PEOPLE, OTHERS = IdentityProviderId("people"), IdentityProviderId("others")
SECOND = timedelta(seconds=1)


async def save(directory: Directory, *users: DirectoryUser) -> list[DirectoryUser]:
    return [await directory.save_user(user, expected=0) for user in users]


async def names(directory: Directory, *criteria: Criterion, part: Part = ALL) -> list[str]:
    return [user.user_name for user in (await directory.users(PEOPLE, criteria, part)).items]


def test_a_person_is_found_as_saved_with_the_next_version(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            ada = directory_user("ada", external_id="42")
            [saved] = await save(opened.directory, ada)
            assert saved == replace(ada, version=1)
            changed = await opened.directory.save_user(replace(saved, active=False), expected=1)
            found = await opened.directory.users(PEOPLE, [Criterion(Attribute.ID, ada.id)], ALL)
            assert (found.items, found.total) == ([replace(ada, active=False, version=2)], 1)
            assert changed == found.items[0]

    asyncio.run(run())


def test_a_write_that_expects_another_version_is_a_conflict(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            [saved] = await save(opened.directory, directory_user())
            group = await opened.directory.save_group(directory_group(), expected=0)
            for expected in (0, 2):
                with pytest.raises(Conflict):
                    await opened.directory.save_user(saved, expected=expected)
                with pytest.raises(Conflict):
                    await opened.directory.save_group(group, expected=expected)
            with pytest.raises(Conflict):
                await opened.directory.remove_group(PEOPLE, group.id, expected=2)

    asyncio.run(run())


def test_a_user_name_is_unique_whatever_its_case_and_only_within_its_provider(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await save(opened.directory, directory_user("ada"), directory_user("ada", provider="others"))
            second = replace(directory_user("bob"), user_name="ADA@Example.com")
            with pytest.raises(Conflict, match=r"ADA@Example\.com"):
                await save(opened.directory, second)
            [bob] = await save(opened.directory, directory_user("bob"))
            with pytest.raises(Conflict):
                await opened.directory.save_user(replace(bob, user_name="Ada@example.com"), expected=1)

    asyncio.run(run())


def test_a_tombstone_is_known_but_not_listed_and_leaves_its_name_to_others(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            [ada] = await save(opened.directory, directory_user("ada"))
            gone = await opened.directory.save_user(replace(ada, deleted=True), expected=1)
            assert await names(opened.directory) == []
            assert await opened.directory.known_as(PEOPLE, ["ada@example.com"]) == [gone]
            again = replace(ada, id=DirectoryUserId("again"), created=START + SECOND)
            [back] = await save(opened.directory, again)
            await opened.directory.save_user(replace(back, deleted=True), expected=1)
            known = await opened.directory.known_as(PEOPLE, ["ada@example.com"])
            assert [(user.id, user.deleted) for user in known] == [(ada.id, True), ("again", True)]

    asyncio.run(run())


def test_people_are_known_by_external_id_user_name_and_email_of_their_provider(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            ada = replace(directory_user("ada", external_id="X1"), user_name="Ada.L@Corp.example")
            await save(opened.directory, ada, directory_user("ada", provider="others", external_id="X1"))
            for name in ("X1", "ada.l@corp.example", "ada@example.com"):
                [found] = await opened.directory.known_as(PEOPLE, [name, "nobody"])
                assert found.id == ada.id
            assert await opened.directory.known_as(PEOPLE, ["x1", "Ada", "", ada.id]) == []
            assert await opened.directory.known_as(PEOPLE, []) == []

    asyncio.run(run())


def test_thousands_of_names_may_be_asked_for_at_once(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await save(opened.directory, directory_user("ada"))
            asked = [f"name{number}" for number in range(2500)]
            assert len(await opened.directory.known_as(PEOPLE, ["ada@example.com", *asked])) == 1

    asyncio.run(run())


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        ([Criterion(Attribute.USER_NAME, "ADA@example.com")], ["ada"]),
        ([Criterion(Attribute.EMAIL, "Bob@Example.com")], ["bob"]),
        ([Criterion(Attribute.DISPLAY_NAME, "eve")], ["eve"]),
        ([Criterion(Attribute.EXTERNAL_ID, "e1")], []),
        ([Criterion(Attribute.EXTERNAL_ID, "E1")], ["eve"]),
        ([Criterion(Attribute.ACTIVE, "false")], ["bob"]),
        ([Criterion(Attribute.ACTIVE, "true"), Criterion(Attribute.EXTERNAL_ID, "E1")], ["eve"]),
        ([Criterion(Attribute.ACTIVE, "false"), Criterion(Attribute.EXTERNAL_ID, "E1")], []),
        ([Criterion(Attribute.ID, "id-of-ada-at-others")], []),
        ([Criterion(Attribute.MEMBER, "id-of-ada-at-people")], []),
        ([Criterion(Attribute.USER_NAME, "ada@example.com' OR '1'='1")], []),
        ([Criterion(Attribute.USER_NAME, "%")], []),
    ],
)
def test_people_who_meet_every_criterion_are_found(
    stores: OpenStores, criteria: list[Criterion], found: list[str]
) -> None:
    async def run() -> None:
        async with stores() as opened:
            await save(
                opened.directory,
                directory_user("ada"),
                directory_user("bob", active=False),
                directory_user("eve", external_id="E1"),
                directory_user("ada", provider="others"),
            )
            assert await names(opened.directory, *criteria) == [f"{name}@example.com" for name in found]

    asyncio.run(run())


def test_a_part_of_a_list_says_how_long_the_whole_is(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            for number in range(5):
                await save(opened.directory, directory_user(f"p{number}", created=START - number * SECOND))
            middle = await opened.directory.users(PEOPLE, [], Part(skip=1, count=2))
            assert [user.display_name for user in middle.items] == ["P3", "P2"]
            assert middle.total == 5
            assert (await opened.directory.users(PEOPLE, [], Part(count=0))).items == []
            assert (await opened.directory.users(PEOPLE, [], Part(skip=9))).total == 5

    asyncio.run(run())


def test_a_group_keeps_members_who_are_people_of_its_provider(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            ada, bob, gone, stranger = await save(
                opened.directory,
                directory_user("ada"),
                directory_user("bob"),
                directory_user("gone"),
                directory_user("ada", provider="others"),
            )
            await opened.directory.save_user(replace(gone, deleted=True), expected=1)
            group = directory_group("Engineers", ada, bob, gone, stranger)
            saved = await opened.directory.save_group(group, expected=0)
            assert saved.members == {ada.id, bob.id}
            fewer = await opened.directory.save_group(replace(saved, members=frozenset({bob.id})), expected=1)
            found = await opened.directory.groups(PEOPLE, [], ALL)
            assert found.items == [fewer]
            [bare] = (await opened.directory.groups(PEOPLE, [], ALL, with_members=False)).items
            assert bare == replace(fewer, members=frozenset())

    asyncio.run(run())


def test_who_is_deleted_leaves_every_group(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            [ada] = await save(opened.directory, directory_user("ada"))
            await opened.directory.save_group(directory_group("Engineers", ada), expected=0)
            await opened.directory.save_user(replace(ada, deleted=True), expected=1)
            [group] = (await opened.directory.groups(PEOPLE, [], ALL)).items
            assert group.members == frozenset()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (Criterion(Attribute.DISPLAY_NAME, "ENGINEERS"), ["Engineers"]),
        (Criterion(Attribute.EXTERNAL_ID, "G2"), ["Sales"]),
        (Criterion(Attribute.ID, "id-of-Sales-at-people"), ["Sales"]),
        (Criterion(Attribute.ID, "id-of-Sales-at-others"), []),
        (Criterion(Attribute.MEMBER, "id-of-ada-at-people"), ["Engineers"]),
        (Criterion(Attribute.MEMBER, "id-of-ada-at-others"), []),
        (Criterion(Attribute.USER_NAME, "Engineers"), []),
        (Criterion(Attribute.ACTIVE, "true"), []),
    ],
)
def test_groups_that_meet_a_criterion_are_found(
    stores: OpenStores, criterion: Criterion, found: list[str]
) -> None:
    async def run() -> None:
        async with stores() as opened:
            ada, other = await save(
                opened.directory, directory_user("ada"), directory_user("ada", provider="others")
            )
            for group in (
                directory_group("Engineers", ada),
                directory_group("Sales", external_id="G2"),
                directory_group("Sales", other, provider="others"),
            ):
                await opened.directory.save_group(group, expected=0)
            groups = await opened.directory.groups(PEOPLE, [criterion], ALL)
            assert [group.display_name for group in groups.items] == found

    asyncio.run(run())


def test_a_groups_name_is_unique_whatever_its_case_within_its_provider(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            await opened.directory.save_group(directory_group("Engineers"), expected=0)
            await opened.directory.save_group(directory_group("Engineers", provider="others"), expected=0)
            with pytest.raises(Conflict, match="ENGINEERS"):
                await opened.directory.save_group(directory_group("ENGINEERS"), expected=0)

    asyncio.run(run())


def test_a_group_is_removed_by_its_own_provider_only(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            [ada] = await save(opened.directory, directory_user("ada"))
            group = await opened.directory.save_group(directory_group("Engineers", ada), expected=0)
            for provider, group_id in ((OTHERS, group.id), (PEOPLE, DirectoryGroupId("nothing"))):
                with pytest.raises(NotFound):
                    await opened.directory.remove_group(provider, group_id, expected=1)
            await opened.directory.remove_group(PEOPLE, group.id, expected=1)
            assert (await opened.directory.groups(PEOPLE, [], ALL)).total == 0
            assert await names(opened.directory) == ["ada@example.com"]

    asyncio.run(run())


def test_no_write_moves_a_thing_to_another_provider(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            [ada] = await save(opened.directory, directory_user("ada"))
            group = await opened.directory.save_group(directory_group("Engineers"), expected=0)
            with pytest.raises(Conflict):
                await opened.directory.save_user(replace(ada, provider=OTHERS), expected=1)
            with pytest.raises(Conflict):
                await opened.directory.save_group(replace(group, provider=OTHERS), expected=1)

    asyncio.run(run())


def test_what_a_provider_that_is_gone_pushed_can_be_forgotten(stores: OpenStores) -> None:
    async def run() -> None:
        async with stores() as opened:
            ada, bob = await save(
                opened.directory, directory_user("ada"), directory_user("bob", provider="others")
            )
            await opened.directory.save_group(directory_group("Engineers", ada), expected=0)
            await opened.directory.save_group(directory_group("Sales", bob, provider="others"), expected=0)
            await opened.directory.keep_only([OTHERS])
            assert (await opened.directory.users(PEOPLE, [], ALL)).total == 0
            assert (await opened.directory.groups(PEOPLE, [], ALL)).total == 0
            assert (await opened.directory.users(OTHERS, [], ALL)).total == 1
            [sales] = (await opened.directory.groups(OTHERS, [], ALL)).items
            assert sales.members == {bob.id}

    asyncio.run(run())
