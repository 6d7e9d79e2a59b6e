from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.entra.scopes import missing_scopes, wanted_permissions, wanted_scopes
from doorward.model.identity_provider import EntraId

SETTINGS = EntraId(tenant="contoso.com", client_id="c")
ALL = frozenset(wanted_scopes(SETTINGS)) - {"offline_access"}


def test_nothing_is_missing_when_all_is_granted() -> None:
    assert missing_scopes(SETTINGS, ALL, refreshable=True) == ()
    long = frozenset(f"https://graph.microsoft.com/{scope}" for scope in ALL)
    assert missing_scopes(SETTINGS, long, refreshable=True) == ()


@pytest.mark.parametrize("enough", ["GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"])
def test_any_permission_that_reads_groups_is_enough(enough: str) -> None:
    granted = (ALL - {"GroupMember.Read.All"}) | {enough}
    assert missing_scopes(SETTINGS, granted, refreshable=True) == ()


def test_what_is_missing_is_named() -> None:
    assert missing_scopes(SETTINGS, frozenset({"openid", "profile", "email"}), refreshable=False) == (
        "offline_access", "User.Read", "GroupMember.Read.All",
    )  # fmt: skip
    without = replace(SETTINGS, groups=False)
    assert (
        missing_scopes(without, frozenset({"openid", "profile", "email", "User.Read"}), refreshable=True)
        == ()
    )


def test_application_permissions_follow_from_what_is_switched_on() -> None:
    def names(settings: EntraId) -> list[str]:
        return [permission.name for permission in wanted_permissions(settings)]

    assert names(replace(SETTINGS, groups=False)) == []
    assert names(SETTINGS) == ["GroupMember.Read.All"]
    assert names(replace(SETTINGS, groups=False, poll_every=timedelta(minutes=1))) == [
        "User.Read.All", "GroupMember.Read.All",
    ]  # fmt: skip
    assert names(replace(SETTINGS, conditional_access=True))[-1] == "Policy.Read.ConditionalAccess"


def test_only_what_something_does_not_work_without_is_demanded() -> None:
    assert not any(permission.is_demanded for permission in wanted_permissions(SETTINGS))
    polled = replace(SETTINGS, poll_every=timedelta(minutes=1), conditional_access=True)
    assert [permission.is_demanded for permission in wanted_permissions(polled)] == [True, True, False]
