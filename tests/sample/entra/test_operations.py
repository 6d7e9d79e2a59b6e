from __future__ import annotations

import pytest

from doorward.sample.entra import operations
from doorward.sample.entra.operations import PermissionKind
from doorward.sample.entra.seed import ADA, CLIENT_ID, ENGINEERING, SALES, TENANT_ID
from tests.fakes.entra import FakeEntra


def test_deleting_somebody_takes_them_out_of_groups() -> None:
    fake = FakeEntra()
    operations.delete_user(fake.entra, ADA)
    assert ADA not in fake.tenant.groups[ENGINEERING].members
    with pytest.raises(KeyError):
        operations.delete_user(fake.entra, ADA)


def test_joining_twice_is_joining_once() -> None:
    fake = FakeEntra()
    operations.add_member(fake.entra, SALES, ADA)
    operations.add_member(fake.entra, SALES, ADA)
    assert fake.tenant.groups[SALES].members.count(ADA) == 1


def test_taking_a_permission_takes_peoples_own_consent_too_and_leaves_it_configured() -> None:
    fake = FakeEntra()
    standing = fake.tenant.applications[CLIENT_ID]
    standing.user_consents[ADA] = {"User.Read"}
    operations.take_permission(fake.entra, TENANT_ID, CLIENT_ID, PermissionKind.DELEGATED, "User.Read")
    assert standing.user_consents[ADA] == set()
    assert "User.Read" in fake.registration.delegated_permissions


def test_a_permission_for_the_application_is_granted_and_taken() -> None:
    fake = FakeEntra()
    standing = fake.tenant.applications[CLIENT_ID]
    fake.grant_permission("Organization.Read.All", PermissionKind.APPLICATION)
    assert "Organization.Read.All" in standing.granted_application
    fake.take_permission("Organization.Read.All", PermissionKind.APPLICATION)
    assert "Organization.Read.All" not in standing.granted_application
    operations.add_permission(fake.entra, CLIENT_ID, PermissionKind.APPLICATION, "Group.Read.All")
    operations.add_permission(fake.entra, CLIENT_ID, PermissionKind.APPLICATION, "")
    assert "Group.Read.All" in fake.registration.application_permissions
    assert "" not in fake.registration.application_permissions


def test_an_account_is_enabled_again() -> None:
    fake = FakeEntra()
    fake.disable(ADA)
    fake.enable(ADA)
    assert fake.tenant.users[ADA].account_enabled
