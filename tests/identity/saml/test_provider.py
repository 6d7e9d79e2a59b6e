from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Refused, Unavailable
from doorward.model.identity_provider import Saml
from doorward.ports.identity import Checked, Described, RedirectProvider
from tests.fakes.clock import START
from tests.fakes.saml import CALLBACK, FakeSamlProvider, read_request, run_sign_in, with_own_key
from tests.fakes.saml_keys import key_pair

OWN = key_pair("own")


def test_it_is_what_services_ask_for() -> None:
    provider = FakeSamlProvider().provider()
    assert isinstance(provider, RedirectProvider)
    assert isinstance(provider, Checked)
    assert isinstance(provider, Described)


def test_a_test_sign_in_shows_what_the_provider_said_and_nothing_that_could_be_used_again() -> None:
    fake = FakeSamlProvider()
    raw = run_sign_in(fake).raw
    assert raw["name_id"] == "ada-1"
    assert raw["attributes"] == {
        "email": ["Ada@example.com"], "displayName": ["Ada"], "groups": ["engineers"],
    }  # fmt: skip
    assert not {"SAMLResponse", "RelayState"} & raw.keys()


def test_a_forced_or_prompted_sign_in_asks_for_it() -> None:
    fake = FakeSamlProvider()
    forcing = fake.provider(replace(fake.settings(), force_authentication=True))

    async def run() -> None:
        assert not read_request((await fake.provider().depart(callback=CALLBACK)).url).force
        assert read_request((await forcing.depart(callback=CALLBACK)).url).force
        prompted = await fake.provider().depart(callback=CALLBACK, prompt="login", login_hint="a@b.c")
        assert read_request(prompted.url).force

    asyncio.run(run())


def test_requests_are_signed_where_that_is_on() -> None:
    fake = FakeSamlProvider()
    settings = with_own_key(fake.settings(), OWN)

    async def run() -> None:
        plain = await fake.provider(settings).depart(callback=CALLBACK)
        signing = await fake.provider(replace(settings, sign_requests=True)).depart(callback=CALLBACK)
        assert "Signature=" not in plain.url
        assert "&Signature=" in signing.url

    asyncio.run(run())


@pytest.mark.parametrize("settings", [Saml(), Saml(metadata="<a/>"), Saml(entity_id="x")])
def test_settings_that_cannot_be_used_make_sign_in_unavailable_and_say_why(settings: Saml) -> None:
    provider = FakeSamlProvider().provider(settings)

    async def run() -> None:
        with pytest.raises(Unavailable, match=r"wrongly set up: (entity_id|metadata|sign_in_url)"):
            await provider.depart(callback=CALLBACK)
        with pytest.raises(Unavailable):
            await provider.arrive(callback=CALLBACK, transaction={}, answer={})

    asyncio.run(run())


def test_metadata_counts_until_its_end() -> None:
    fake = FakeSamlProvider()
    ends = fake.metadata().replace("entityID=", 'validUntil="2026-03-01T13:00:00Z" entityID=')
    provider = fake.provider(Saml(metadata=ends))

    async def run() -> None:
        departure = await provider.depart(callback=CALLBACK)
        answer = fake.answer(departure)
        fake.clock.advance(timedelta(hours=1))
        with pytest.raises(Unavailable, match="good until 2026-03-01T13:00:00Z"):
            await provider.depart(callback=CALLBACK)
        with pytest.raises(Unavailable, match="new metadata"):
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    asyncio.run(run())


def test_an_answer_without_a_response_is_refused() -> None:
    provider = FakeSamlProvider().provider()

    async def run() -> None:
        departure = await provider.depart(callback=CALLBACK)
        with pytest.raises(Refused):
            await provider.arrive(
                callback=CALLBACK, transaction=departure.transaction, answer={"RelayState": departure.state}
            )

    asyncio.run(run())


def test_two_certificates_carry_a_provider_over_the_change() -> None:
    for keys in (key_pair(), key_pair("next")):
        run_sign_in(FakeSamlProvider(keys=keys, published=(key_pair(), key_pair("next"))))


def test_it_describes_doorward_even_before_the_provider_is_known() -> None:
    provider = FakeSamlProvider().provider(Saml())
    assert CALLBACK.encode() in provider.description(callback=CALLBACK)
    settings = with_own_key(FakeSamlProvider().settings(), OWN)
    assert b"X509Certificate" in FakeSamlProvider().provider(settings).description(callback=CALLBACK)


def test_the_clock_is_the_one_that_was_given() -> None:
    fake = FakeSamlProvider()
    fake.clock.set(START.replace(year=1999))
    assert run_sign_in(fake).authenticated == START.replace(year=1999)
