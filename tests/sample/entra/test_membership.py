from __future__ import annotations

from doorward.sample.entra.directory import Tenant
from doorward.sample.entra.membership import direct_groups, is_any_of, transitive_groups
from doorward.sample.entra.seed import (
    ADA,
    BOB,
    ENGINEERING,
    GRACE,
    MAGDA,
    PLATFORM,
    SALES,
    TENANT_ID,
    demo_directory,
)
from tests.fakes.entra import CALLBACK


def tenant() -> Tenant:
    return demo_directory(redirect_uri=CALLBACK).tenants[TENANT_ID]


def test_direct_groups_are_those_that_name_somebody() -> None:
    assert [group.id for group in direct_groups(tenant(), GRACE)] == [PLATFORM]


def test_transitive_groups_come_once_even_where_groups_contain_each_other() -> None:
    made = tenant()
    made.groups[PLATFORM].members.append(ENGINEERING)
    assert {group.id for group in transitive_groups(made, ADA)} == {ENGINEERING, PLATFORM}
    made.groups[SALES].members.append(ENGINEERING)
    assert {group.id for group in transitive_groups(made, GRACE)} == {ENGINEERING, PLATFORM, SALES}


def test_very_many_groups_are_all_there() -> None:
    assert len(transitive_groups(tenant(), MAGDA)) == 5000


def test_somebody_is_meant_by_name_or_by_group() -> None:
    assert is_any_of(tenant(), GRACE, [ENGINEERING])
    assert is_any_of(tenant(), BOB, [BOB])
    assert not is_any_of(tenant(), BOB, [ENGINEERING, ADA])
