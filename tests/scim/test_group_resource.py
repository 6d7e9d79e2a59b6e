"""Groups as resources, there and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from pydantic import ValidationError

from doorward.model.directory import DirectoryGroup, DirectoryUserId
from doorward.scim.dialect import MemberChange, Operation
from doorward.scim.group_resource import SCHEMA, created, group_body, patched, replaced
from tests.nouns import directory_group, directory_user
from tests.strategies import directory_groups

ADA, BOB = directory_user("ada"), directory_user("bob")
ENGINEERS = directory_group("Engineers", ADA, external_id="42")
BASE = "https://access.example.com/scim/v2"


@given(group=directory_groups.filter(lambda group: group.display_name.strip() == group.display_name != ""))
def test_what_goes_out_and_comes_back_is_the_same(group: DirectoryGroup) -> None:
    body = group_body(group, BASE)
    assert replaced(group, body) == group
    assert created(replace(group, members=frozenset(), external_id=""), body) == group


def test_changes_of_members_come_one_after_the_other() -> None:
    everybody = MemberChange("remove", None)
    bob = MemberChange("add", frozenset({DirectoryUserId(BOB.id)}))
    assert patched(ENGINEERS, [], [everybody, bob]).members == {BOB.id}
    assert patched(ENGINEERS, [], [bob, everybody]).members == frozenset()


def test_changes_of_the_group_leave_its_members_alone() -> None:
    renamed = patched(ENGINEERS, [Operation("replace", "displayName", " Builders ")], [])
    assert renamed == replace(ENGINEERS, display_name="Builders")
    assert patched(ENGINEERS, [Operation("remove", "externalId", None)], []).external_id == ""


@pytest.mark.parametrize("name", [None, 7])
def test_a_group_without_a_name_is_none(name: object) -> None:
    with pytest.raises(ValidationError):
        created(ENGINEERS, {"schemas": [SCHEMA], "displayName": name})
