from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from doorward.audit.acts import ActName
from doorward.model.directory import Part
from doorward.model.errors import Unavailable
from doorward.model.ids import IdentityProviderId
from doorward.services.audited.directory import AuditedDirectory
from tests.fakes.audit import FakeAuditLog
from tests.fakes.directory import FakeDirectory
from tests.nouns import directory_group, directory_user

PEOPLE = IdentityProviderId("people")
ADA, BOB = directory_user("ada"), directory_user("bob")


def audited() -> tuple[AuditedDirectory, FakeAuditLog]:
    audit = FakeAuditLog()
    return AuditedDirectory(FakeDirectory(), audit), audit


def test_people_are_recorded_as_they_are_pushed() -> None:
    async def run() -> None:
        directory, audit = audited()
        saved = await directory.save_user(ADA, expected=0)
        await directory.save_user(replace(saved, active=False), expected=saved.version)
        assert audit.names == [ActName.DIRECTORY_USER_SAVED] * 2
        facts = audit.last(ActName.DIRECTORY_USER_SAVED)
        assert (facts["user_name"], facts["active"], facts["deleted"]) == ("ada@example.com", False, False)
        assert [user.id for user in (await directory.users(PEOPLE, [], Part())).items] == [ADA.id]
        assert await directory.known_as(PEOPLE, ["ada@example.com"])

    asyncio.run(run())


def test_groups_are_recorded_by_who_comes_and_who_goes() -> None:
    async def run() -> None:
        directory, audit = audited()
        for user in (ADA, BOB):
            await directory.save_user(user, expected=0)
        group = directory_group("staff", ADA)
        saved = await directory.save_group(group, expected=0)
        facts = audit.last(ActName.DIRECTORY_GROUP_SAVED)
        assert (facts["added"], facts["removed"], facts["members"]) == ([ADA.id], [], 1)
        changed = replace(saved, members=frozenset({BOB.id}))
        saved = await directory.save_group(changed, expected=saved.version)
        facts = audit.last(ActName.DIRECTORY_GROUP_SAVED)
        assert (facts["added"], facts["removed"]) == ([BOB.id], [ADA.id])
        await directory.remove_group(PEOPLE, saved.id, expected=saved.version)
        assert audit.last(ActName.DIRECTORY_GROUP_REMOVED)["group"] == saved.id
        assert not (await directory.groups(PEOPLE, [], Part())).items

    asyncio.run(run())


def test_what_cannot_be_recorded_is_not_pushed() -> None:
    async def run() -> None:
        directory, audit = audited()
        audit.full = True
        with pytest.raises(Unavailable):
            await directory.save_user(ADA, expected=0)
        with pytest.raises(Unavailable):
            await directory.save_group(directory_group("staff"), expected=0)
        assert not (await directory.users(PEOPLE, [], Part())).items
        assert not (await directory.groups(PEOPLE, [], Part())).items
        await directory.keep_only([])

    asyncio.run(run())
