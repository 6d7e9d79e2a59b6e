"""The mapping of what directories push."""

from __future__ import annotations

from hypothesis import given

from doorward.model.directory import DirectoryGroup, DirectoryUser
from doorward.stores.mapping import directory as mapping
from doorward.stores.tables import directory_groups, directory_users
from tests import strategies
from tests.stores.mapping.rows import stored


@given(user=strategies.directory_users)
def test_a_person_that_goes_in_comes_out(user: DirectoryUser) -> None:
    assert mapping.user_from_row(stored(directory_users, mapping.user_to_row(user))) == user


@given(group=strategies.directory_groups)
def test_a_group_that_goes_in_comes_out_with_its_members(group: DirectoryGroup) -> None:
    row = stored(directory_groups, mapping.group_to_row(group))
    assert mapping.group_from_row(row, group.members) == group
