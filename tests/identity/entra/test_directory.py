"""What the directory is asked without anybody signing in, at the stand-in for Entra and Graph."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from doorward.identity.entra.directory import Directory, Surroundings
from doorward.identity.entra.provider import EntraProvider
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import EntraId
from doorward.sample.entra.seed import ADA, ENGINEERING, GRACE, TENANT_ID
from tests.fakes.clock import FakeRandomness
from tests.fakes.entra import BASE_URL, CALLBACK
from tests.identity.entra.visiting import ENTRA, SETTINGS, Visiting, run

OTHER = "00000000-1111-4222-8333-444444444444"


def test_people_who_are_signed_in_are_asked_about() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        ada = (await visiting.sign_in(provider)).identity
        grace = (await visiting.sign_in(provider, "grace@example.com")).identity
        stranger = replace(ada, subject=f"{OTHER}:{ADA}")
        people, groups = [ada, grace, stranger], frozenset({ENGINEERING, "engineers"})
        found = await provider.standings(people, groups=groups)
        assert set(found) == {ada.subject, grace.subject}
        assert all(standing.enabled for standing in found.values())
        assert found[grace.subject].groups == {ENGINEERING}
        visiting.fake.clock.advance(timedelta(minutes=1))
        visiting.fake.disable(ADA)
        visiting.fake.revoke_sessions(GRACE)
        visiting.fake.leave(ENGINEERING, ADA)
        found = await provider.standings(people, groups=groups)
        assert not found[ada.subject].enabled
        assert found[grace.subject].valid_from == visiting.fake.clock.now()
        visiting.fake.delete(GRACE)
        found = await provider.standings([grace], groups=groups)
        assert not found[grace.subject].enabled

    assert run(test).count("$batch") == 3


def test_a_throttled_part_leaves_its_person_out() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        ada = (await visiting.sign_in(provider)).identity
        grace = (await visiting.sign_in(provider, "grace@example.com")).identity
        visiting.fake.throttle(1, path=f"/v1.0/users/{ADA}")
        found = await provider.standings([ada, grace], groups=frozenset())
        assert set(found) == {grace.subject}

    run(test)


def test_groups_are_found_and_contexts_listed_without_anybody_signing_in() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        assert [group.name for group in await provider.find_groups("eng")] == [
            "Engineering", "Engineering Platform",
        ]  # fmt: skip
        assert [group.name for group in await provider.find_groups(ENGINEERING.upper())] == ["Engineering"]
        assert await provider.contexts_in_use() == {"c1": True, "c2": False}

    assert run(test).count("token") == 1


def test_a_list_that_goes_on_elsewhere_is_not_followed() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        for number in range(3, 26):
            context = replace(visiting.fake.tenant.contexts["c1"], id=f"c{number}")
            visiting.fake.tenant.contexts[context.id] = context
        visiting.fake.faults.next_link_host = "evil.example"
        too_many = replace(visiting.fake.tenant.contexts["c1"])
        visiting.fake.tenant.contexts |= {f"x{number}": too_many for number in range(200)}
        with pytest.raises(Unavailable, match="not followed"):
            await provider.contexts_in_use()

    visiting = run(test)
    assert {request.url.host for request in visiting.asked} == {"entra.example"}


def test_signing_out_of_entra_is_offered() -> None:
    async def test(visiting: Visiting) -> None:
        url = await visiting.provider().end_session_url(back="https://access.example.com/")
        assert url.startswith(f"{BASE_URL}/{TENANT_ID}/oauth2/v2.0/logout?")
        query = parse_qs(urlsplit(url).query)
        assert query["post_logout_redirect_uri"] == ["https://access.example.com/"]

    run(test)


def test_a_graph_at_another_host_than_the_authority_is_asked_there() -> None:
    async def test(visiting: Visiting) -> None:
        settings: EntraId = replace(SETTINGS, graph_url="https://graph.example")
        provider = EntraProvider(
            id=ENTRA,
            settings=settings,
            client=visiting.client,
            clock=visiting.fake.clock,
            randomness=visiting.randomness,
        )
        await visiting.sign_in(provider)

    asked: list[httpx.Request] = run(test).asked
    assert asked[-1].url.host == "graph.example"


def test_a_directory_names_where_it_is_and_where_consent_is_given() -> None:
    async def test(visiting: Visiting) -> None:
        around = Surroundings(client=visiting.client, clock=visiting.fake.clock, randomness=FakeRandomness())
        directory = Directory(SETTINGS, around)
        assert directory.authority == f"https://entra.example/{TENANT_ID}/v2.0"
        assert directory.consent_url(CALLBACK).startswith(f"{directory.authority}/adminconsent?")
        assert await directory.tenant_ids() == [TENANT_ID]
        with pytest.raises(Invalid, match="authority_url"):
            Directory(replace(SETTINGS, authority_url="http://entra.example"), around)

    run(test)
