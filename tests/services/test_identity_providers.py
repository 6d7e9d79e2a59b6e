from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from doorward.model.configuration import Configuration
from doorward.model.errors import NotFound, Unavailable
from doorward.model.identity_provider import ClientSecret, EntraId, IdentityProvider, LocalAccounts
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import Check, CheckState
from doorward.services.identity_providers import all_expiry_warnings, expiry_warnings
from tests.fakes.clock import START
from tests.services.sample import COMPANY, STAFF, TEAM
from tests.services.world import World


@pytest.fixture
def world() -> World:
    world = World()
    asyncio.run(world.begin())
    return world


def checklist(world: World, provider: str) -> list[Check]:
    async def all_of_it() -> list[Check]:
        return [check async for check in world.identity_providers.checklist(provider)]

    return asyncio.run(all_of_it())


def test_each_is_listed_with_the_address_to_register_there(world: World) -> None:
    staff, company = world.identity_providers.listed()
    assert (staff.id, staff.type, staff.callback) == (STAFF, "local", "")
    assert (company.type, company.callback) == ("oidc", f"{TEAM}/cdn-cgi/access/callback")


def test_a_providers_checklist_comes_in_order(world: World) -> None:
    assert [check.name for check in checklist(world, COMPANY)] == ["discovery", "secret"]


def test_a_provider_with_nothing_to_test_says_so(world: World) -> None:
    (only,) = checklist(world, STAFF)
    assert (only.state, only.name) == (CheckState.PASSED, "settings")


def test_one_that_is_not_there_is_told_with_those_that_are(world: World) -> None:
    with pytest.raises(NotFound, match="there are staff, company"):
        checklist(world, "gone")


def test_a_trial_is_for_providers_that_people_are_sent_to(world: World) -> None:
    ticket, url = world.identity_providers.begin_trial(COMPANY)
    assert url.endswith(ticket)
    assert world.identity_providers.trial(ticket).provider == COMPANY
    with pytest.raises(Unavailable, match="open the sign-in page instead"):
        world.identity_providers.begin_trial(STAFF)


def test_directories_are_searched_where_there_is_one(world: World) -> None:
    (found,) = asyncio.run(world.identity_providers.find_groups(COMPANY, "eng"))
    assert found.name == "engineering"
    assert asyncio.run(world.identity_providers.contexts_in_use(COMPANY)) == {"c1": True, "c2": False}
    with pytest.raises(Unavailable, match="cannot be searched"):
        asyncio.run(world.identity_providers.find_groups(STAFF, "eng"))


def test_metadata_is_of_those_that_have_it(world: World) -> None:
    assert world.identity_providers.described() == [COMPANY]
    assert b"EntityDescriptor" in world.identity_providers.description(COMPANY)
    with pytest.raises(NotFound):
        world.identity_providers.description(STAFF)


def entra(*days: int | None) -> IdentityProvider:
    secrets = tuple(
        ClientSecret(value="s", expires=None if left is None else START + timedelta(days=left))
        for left in days
    )
    settings = EntraId(tenant="t", client_id="c", client_secrets=secrets)
    return IdentityProvider(id=IdentityProviderId("entra"), settings=settings)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((31,), ""),
        ((30,), "expires in 30 days"),
        ((2,), "expires in 2 days"),
        ((-1,), "expired on"),
        ((2, 200), ""),
        ((2, None), ""),
        ((), ""),
    ],
)
def test_administrators_are_told_of_secrets_that_end(days: tuple[int | None, ...], told: str) -> None:
    warnings = expiry_warnings(entra(*days), START)
    assert [told in warning for warning in warnings] == ([True] if told else [])


def test_the_warnings_of_all_providers_come_together() -> None:
    local = IdentityProvider(id=STAFF, settings=LocalAccounts())
    configuration = Configuration(identity_providers=(local, entra(3), entra(14)))
    assert len(all_expiry_warnings(configuration, START)) == 2
