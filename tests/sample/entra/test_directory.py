from __future__ import annotations

from doorward.sample.entra.directory import Directory
from doorward.sample.entra.numbered_groups import number_of, numbered_id
from doorward.sample.entra.seed import ADA, ENGINEERING, MAGDA, MALLORY, SALES, TENANT_ID, demo_directory
from tests.fakes.clock import START
from tests.fakes.entra import CALLBACK


def directory() -> Directory:
    return demo_directory(redirect_uri=CALLBACK)


def test_a_tenant_is_found_by_id_and_by_its_domains() -> None:
    made = directory()
    for name in (TENANT_ID, TENANT_ID.upper(), "example.com", "Contoso.Example"):
        found = made.tenant(name)
        assert found is not None
        assert found.id == TENANT_ID
    assert made.tenant("elsewhere.example") is None


def test_people_answer_to_their_addresses_in_any_case() -> None:
    tenant = directory().tenants[TENANT_ID]
    found = tenant.user_called("ADA@example.com")
    assert found is not None
    assert found.id == ADA
    tenant.users[ADA].mail = ""
    assert tenant.user_called("") is None


def test_guests_are_at_home_elsewhere() -> None:
    made = directory()
    assert made.home_of("mallory@partner.example") is None
    assert made.find_user(MALLORY) is not None
    assert made.find_user("nobody") is None


def test_very_many_groups_are_made_while_they_are_counted() -> None:
    tenant = directory().tenants[TENANT_ID]
    assert set(tenant.groups) >= {ENGINEERING, SALES}
    assert len(list(tenant.all_groups())) == 5003
    assert len(tenant.groups) == 3
    tenant.users[MAGDA].numbered_groups = 0
    assert tenant.group(numbered_id(0)) is None


def test_a_numbered_id_holds_its_number() -> None:
    assert number_of(numbered_id(4321)) == 4321
    assert number_of(ENGINEERING) is None


def test_ending_sessions_counts_even_within_one_second() -> None:
    user = directory().tenants[TENANT_ID].users[ADA]
    user.revoke_sessions(START)
    user.revoke_sessions(START)
    assert (user.revocations, user.sessions_valid_from) == (2, START)
