"""Who is the same person, and who is not: by provider and subject alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from doorward.identity.oidc.group_source import FAILED
from doorward.identity.oidc.provider import OidcProvider
from doorward.model.access import Identity
from doorward.model.errors import SignInRefused
from doorward.model.ids import IdentityProviderId
from tests.fakes.clock import FakeRandomness
from tests.fakes.openid import REMOVED, FakeOpenIdProvider, run_arrival, run_sign_in
from tests.identity.oidc.test_refreshing import Directory


def key(identity: Identity) -> tuple[str, str]:
    return (identity.identity_provider, identity.subject)


def test_two_providers_that_vouch_for_one_address_speak_of_different_people() -> None:
    work, other = FakeOpenIdProvider(), FakeOpenIdProvider()

    async def elsewhere() -> Identity:
        async with other.client() as client:
            provider = OidcProvider(
                id=IdentityProviderId("elsewhere"),
                settings=other.settings(),
                client=client,
                clock=other.clock,
                randomness=FakeRandomness(),
            )
            return await other.sign_in(provider)

    one, two = run_sign_in(work), asyncio.run(elsewhere())
    assert one.email == two.email
    assert key(one) != key(two)


def test_a_person_whose_address_changed_is_the_same_and_a_successor_is_not() -> None:
    before = run_sign_in(FakeOpenIdProvider())
    married = run_sign_in(FakeOpenIdProvider(claims={"email": "lovelace@example.com"}))
    successor = run_sign_in(FakeOpenIdProvider(claims={"sub": "ada-2"}))
    assert key(married) == key(before)
    assert married.email == "lovelace@example.com"
    assert successor.email == before.email
    assert key(successor) != key(before)


def test_groups_of_the_providers_own_api_take_the_place_of_the_tokens() -> None:
    arrival = run_arrival(FakeOpenIdProvider(), groups=Directory())
    assert arrival.identity.groups == {"ada-1 ada@example.com"}
    assert arrival.group_names == {"ada-1 ada@example.com": "Shown"}


def test_groups_that_cannot_be_had_refuse_the_sign_in() -> None:
    with pytest.raises(SignInRefused) as caught:
        run_arrival(FakeOpenIdProvider(), groups=Directory("the API token expired"))
    assert caught.value.sentence == FAILED
    assert caught.value.administrator == "the API token expired"
    assert caught.value.advice


def test_groups_by_a_path_may_come_from_userinfo() -> None:
    fake = FakeOpenIdProvider(claims={"groups": REMOVED}, userinfo={"team": {"groups": ["sre"]}})
    settings = replace(fake.settings(), groups_claim="team.groups")
    assert run_sign_in(fake, settings).groups == {"sre"}
