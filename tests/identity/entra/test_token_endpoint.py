from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from doorward.identity.entra.application_tokens import ApplicationTokens, question, read_application_token
from doorward.identity.entra.client_credentials import ClientCredentials
from doorward.identity.entra.clouds import hosts_of
from doorward.identity.entra.refusals import NotAccepted, Said
from doorward.identity.entra.token_endpoint import TokenEndpoint
from doorward.identity.oidc.fetching import Fetcher, Unanswered
from doorward.model.identity_provider import ClientSecret
from doorward.sample.entra.seed import CLIENT_SECRET, SECRET_ID, TENANT_ID
from tests.fakes.clock import FakeRandomness
from tests.fakes.entra import BASE_URL, FakeEntra
from tests.identity.entra import own_certificate
from tests.identity.entra.visiting import SETTINGS

URL = f"{BASE_URL}/{TENANT_ID}/oauth2/v2.0/token"
RIGHT = ClientSecret(value=CLIENT_SECRET)
WRONG = ClientSecret(value="another")
HOSTS = hosts_of(SETTINGS)
FORM = question(HOSTS)


def endpoint(fake: FakeEntra, client: httpx.AsyncClient, *secrets: ClientSecret) -> TokenEndpoint:
    settings = replace(SETTINGS, client_secrets=secrets)
    randomness = FakeRandomness()
    credentials = ClientCredentials(settings, clock=fake.clock, randomness=randomness)
    return TokenEndpoint(Fetcher(client, patience=timedelta(seconds=1)), credentials, randomness=randomness)


def ask(fake: FakeEntra, *secrets: ClientSecret) -> Mapping[str, object] | Said:
    async def run() -> Mapping[str, object] | Said:
        async with fake.client() as client:
            return await endpoint(fake, client, *secrets).ask(URL, FORM)

    return asyncio.run(run())


def test_a_secret_that_is_refused_makes_way_for_the_other() -> None:
    assert not isinstance(ask(FakeEntra(), WRONG, RIGHT), Said)
    fake = FakeEntra()
    fake.expire_secret(SECRET_ID)
    said = ask(fake, RIGHT)
    assert isinstance(said, Said)
    assert said.code == 7000222


def test_the_secret_that_worked_goes_first_next_time() -> None:
    fake = FakeEntra()
    asked: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request)

    async def run() -> None:
        async with httpx.AsyncClient(transport=fake.transport(), event_hooks={"request": [note]}) as client:
            known = endpoint(fake, client, WRONG, RIGHT)
            await known.ask(URL, FORM)
            await known.ask(URL, FORM)

    asyncio.run(run())
    assert len(asked) == 3
    assert len({request.headers["client-request-id"] for request in asked}) == 3


def test_when_both_are_refused_the_last_word_counts() -> None:
    said = ask(FakeEntra(), WRONG, ClientSecret(value="a third"))
    assert isinstance(said, Said)
    assert said.code == 7000215
    assert said.correlation


def test_a_refusal_about_something_else_is_not_tried_again_with_the_other_secret() -> None:
    fake = FakeEntra()
    del fake.directory.registrations[SETTINGS.client_id]
    said = ask(fake, RIGHT, WRONG)
    assert isinstance(said, Said)
    assert said.code == 700016


def test_a_certificate_is_accepted() -> None:
    fake = FakeEntra()
    fake.registration.certificates.append(own_certificate.certificate())
    settings = replace(
        SETTINGS,
        client_secrets=(),
        certificate=own_certificate.certificate(),
        private_key=own_certificate.pem(own_certificate.key()),
    )

    async def run() -> None:
        async with fake.client() as client:
            randomness = FakeRandomness()
            credentials = ClientCredentials(settings, clock=fake.clock, randomness=randomness)
            known = TokenEndpoint(Fetcher(client), credentials, randomness=randomness)
            for _ in range(2):
                assert not isinstance(await known.ask(URL, FORM), Said)
            fake.registration.certificates.clear()
            said = await known.ask(URL, FORM)
            assert isinstance(said, Said)
            assert said.code == 700027

    asyncio.run(run())


def test_without_any_credential_nobody_is_asked() -> None:
    with pytest.raises(Unanswered, match="no client secret"):
        ask(FakeEntra())


def test_an_endpoint_that_is_down_is_asked_once() -> None:
    fake = FakeEntra()
    fake.throttle(1, path=f"/{TENANT_ID}/oauth2", status=503)
    with pytest.raises(Unanswered, match="status 503"):
        ask(fake, WRONG, RIGHT)


def test_doorwards_own_token_is_kept_until_shortly_before_its_end() -> None:
    fake = FakeEntra()

    async def run() -> None:
        async with fake.client() as client:
            tokens = ApplicationTokens(endpoint(fake, client, RIGHT), HOSTS, clock=fake.clock)
            first = await tokens.get(TENANT_ID)
            fake.clock.advance(timedelta(minutes=54))
            assert await tokens.get(TENANT_ID) == first
            fake.clock.advance(timedelta(minutes=1))
            assert await tokens.get(TENANT_ID) != first

    asyncio.run(run())


def test_a_directory_without_the_application_is_told_with_its_code() -> None:
    fake = FakeEntra()

    async def run() -> None:
        async with fake.client() as client:
            tokens = ApplicationTokens(endpoint(fake, client, RIGHT), HOSTS, clock=fake.clock)
            with pytest.raises(NotAccepted, match="AADSTS90002"):
                await tokens.get("00000000-1111-4222-8333-444444444444")

    asyncio.run(run())


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"access_token": "", "expires_in": 1},
        {"access_token": 7, "expires_in": 1},
        {"access_token": "a\r\nb", "expires_in": 1},
        {"access_token": "a" * 100_000, "expires_in": 1},
        {"access_token": "a", "expires_in": "3599"},
        {"access_token": "a", "expires_in": True},
        {"access_token": "a", "expires_in": -1},
    ],
)
def test_what_is_no_token_is_not_kept(document: dict[str, object]) -> None:
    with pytest.raises(Unanswered, match="no token"):
        read_application_token(document)


def test_no_token_is_kept_longer_than_a_day() -> None:
    assert read_application_token({"access_token": "a", "expires_in": 10**18}) == ("a", timedelta(days=1))
