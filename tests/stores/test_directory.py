"""What a database adds to the promises of ``tests/ports/test_directory.py``."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from doorward.model.directory import ALL, Attribute, Criterion, DirectoryUserId
from doorward.model.errors import Conflict
from doorward.model.identity_provider import IdentityProvider, LocalAccounts
from doorward.model.ids import IdentityProviderId
from doorward.stores.directory import BATCH
from tests.nouns import directory_group, directory_user
from tests.stores.files import opened

PEOPLE = IdentityProviderId("people")


def test_of_two_who_change_a_person_at_once_one_hears_of_a_conflict(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as one, opened(tmp_path / "a.db") as two:
            ada = await one.directory.save_user(directory_user(), expected=0)
            results = await asyncio.gather(
                *(s.directory.save_user(replace(ada, active=False), expected=1) for s in (one, two)),
                return_exceptions=True,
            )
            assert sum(isinstance(result, Conflict) for result in results) == 1

    asyncio.run(run())


def test_a_directory_outlives_a_change_of_its_provider(tmp_path: Path) -> None:
    provider = IdentityProvider(id=PEOPLE, settings=LocalAccounts(), name="before")

    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            configuration, version = await stores.configurations.load()
            for name in ("before", "after"):
                changed = replace(configuration, identity_providers=(replace(provider, name=name),))
                version = await stores.configurations.save(changed, expected=version)
                if name == "before":
                    await stores.directory.save_user(directory_user(), expected=0)
            assert (await stores.directory.users(PEOPLE, [], ALL)).total == 1

    asyncio.run(run())


def test_a_large_group_is_changed_in_a_moment(tmp_path: Path) -> None:
    people = [directory_user(f"p{number}") for number in range(BATCH + 500)]

    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            for person in people:
                await stores.directory.save_user(person, expected=0)
            nobody = frozenset(DirectoryUserId(f"nobody{number}") for number in range(9000))
            group = directory_group("Everybody", *people)
            begun = time.monotonic()
            saved = await stores.directory.save_group(
                replace(group, members=group.members | nobody), expected=0
            )
            assert len(saved.members) == len(people)
            fewer = replace(saved, members=frozenset({people[0].id}))
            assert await stores.directory.save_group(fewer, expected=1) == replace(fewer, version=2)
            assert time.monotonic() - begun < 5
            inside = [Criterion(Attribute.MEMBER, people[0].id)]
            assert (await stores.directory.groups(PEOPLE, inside, ALL)).total == 1
            assert (
                await stores.directory.groups(PEOPLE, [Criterion(Attribute.MEMBER, people[1].id)], ALL)
            ).total == 0

    asyncio.run(run())
