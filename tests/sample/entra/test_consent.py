from __future__ import annotations

from doorward.sample.entra.consent import (
    consent_for_everybody,
    consent_for_oneself,
    granted_scopes,
    is_administrator,
    missing_scopes,
    needs_administrator,
)
from doorward.sample.entra.seed import ADA, BOB, CLIENT_ID, DELEGATED, TENANT_ID, demo_directory
from tests.fakes.entra import CALLBACK


def test_administrators_are_those_with_the_role() -> None:
    users = demo_directory(redirect_uri=CALLBACK).tenants[TENANT_ID].users
    assert is_administrator(users[BOB])
    assert not is_administrator(users[ADA])


def test_what_reads_everybodys_data_needs_an_administrator() -> None:
    assert needs_administrator("GroupMember.Read.All")
    assert not needs_administrator("User.Read")
    assert not needs_administrator("offline_access")


def test_consent_is_for_oneself_or_for_everybody() -> None:
    made = demo_directory(redirect_uri=CALLBACK, granted=False)
    tenant = made.tenants[TENANT_ID]
    ada, bob = tenant.users[ADA], tenant.users[BOB]
    consent_for_oneself(tenant, CLIENT_ID, ada, ["openid", ".default"])
    assert granted_scopes(tenant, CLIENT_ID, ADA) == {"openid"}
    assert missing_scopes(tenant, CLIENT_ID, bob, ["openid", ".default"]) == {"openid"}
    consent_for_everybody(tenant, made.registrations[CLIENT_ID])
    assert granted_scopes(tenant, CLIENT_ID, BOB) == DELEGATED
    assert granted_scopes(tenant, "another", BOB) == frozenset()
