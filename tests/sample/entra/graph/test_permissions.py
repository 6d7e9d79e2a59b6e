from __future__ import annotations

import pytest

from doorward.sample.entra.grants import Access
from doorward.sample.entra.graph.permissions import NEEDS, is_allowed
from tests.fakes.clock import START


def access(*permissions: str, user: str = "") -> Access:
    return Access(
        tenant_id="t", client_id="c", user_id=user, permissions=frozenset(permissions), expires=START
    )


@pytest.mark.parametrize("operation", NEEDS)
def test_nothing_is_allowed_without_a_permission(operation: str) -> None:
    assert not is_allowed(access(), operation)
    assert not is_allowed(access(user="u"), operation)


def test_what_is_for_people_is_not_for_applications() -> None:
    assert is_allowed(access("User.Read", user="u"), "me")
    assert not is_allowed(access("User.Read.All"), "me")


def test_both_of_a_pair_are_wanted() -> None:
    assert not is_allowed(access("User.Read.All"), "member ids")
    assert not is_allowed(access("GroupMember.Read.All"), "member ids")
    assert is_allowed(access("User.Read.All", "GroupMember.Read.All"), "member ids")


def test_writing_implies_reading() -> None:
    assert is_allowed(access("Group.ReadWrite.All"), "groups")
