from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from doorward.identity.oidc.key_ring import FRESH
from doorward.identity.oidc.provider import OidcProvider
from doorward.model.access import Identity
from doorward.model.errors import Invalid, Refused, Unavailable
from tests.fakes.openid import (
    ACCESS_TOKEN,
    CALLBACK,
    REMOVED,
    WORK,
    FakeOpenIdProvider,
    as_json,
    rsa,
    run_sign_in,
)

ADA = Identity(
    identity_provider=WORK, subject="ada-1", email="ada@example.com", groups=frozenset({"engineers"})
)


def run(
    fake: FakeOpenIdProvider,
    test: Callable[[OidcProvider], Coroutine[Any, Any, None]],
    *,
    patience: float = 5,
) -> None:
    async def with_provider() -> None:
        async with fake.client() as client:
            await test(fake.provider(client, patience=patience))

    asyncio.run(with_provider())


def test_a_sign_in_asks_for_no_more_than_it_needs() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        assert await fake.sign_in(provider) == ADA
        assert await fake.sign_in(provider) == ADA

    run(fake, test)
    assert [request.url.path for request in fake.asked] == [
        "/.well-known/openid-configuration", "/token", "/keys", "/token",
    ]  # fmt: skip


def test_the_verifier_that_was_promised_is_the_one_that_is_given() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        departure = await provider.depart(callback=CALLBACK)
        await fake.come_back(provider, departure)
        assert fake.form()["code_verifier"] == departure.transaction["verifier"]
        assert fake.form()["redirect_uri"] == CALLBACK

    run(fake, test)


def test_no_two_departures_share_a_secret() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        first = await provider.depart(callback=CALLBACK)
        second = await provider.depart(callback=CALLBACK)
        for name in ("state", "nonce", "verifier"):
            assert first.transaction[name] != second.transaction[name]

    run(fake, test)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "another"}, "not begun here"),
        ({"state": REMOVED}, "not begun here"),
        ({"iss": "https://evil.example.com"}, "Another identity provider"),
        ({"iss": REMOVED}, "does not say who"),
        ({"error": "access_denied"}, "access_denied"),
        ({"code": REMOVED}, "no usable code"),
    ],
)
def test_an_answer_that_does_not_hold_costs_the_provider_no_token_request(
    changes: dict[str, object], said: str
) -> None:
    fake = FakeOpenIdProvider(answer=changes)
    with pytest.raises(Refused, match=said):
        run_sign_in(fake)
    assert fake.count("/token") == 0


def test_an_answer_for_another_provider_is_refused_before_anything_is_asked() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        kept = {**(await provider.depart(callback=CALLBACK)).transaction, "issuer": "https://other.example"}
        answer = {"state": kept["state"], "code": "abc", "iss": fake.issuer}
        with pytest.raises(Refused, match="not begun here"):
            await provider.arrive(callback=CALLBACK, transaction=kept, answer=answer)
        assert fake.count("/token") == 0

    run(fake, test)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"iss": [FakeOpenIdProvider().issuer]}, "issuer"),
        ({"iss": "https://idp.example.com/"}, "issuer"),
        ({"aud": "another"}, "another client"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": REMOVED}, "nonce"),
        ({"exp": 0}, "expired"),
        ({"exp": "9999999999"}, "exp is not a number"),
        ({"iat": 9_999_999_999}, "future"),
        ({"at_hash": "AAAA"}, "at_hash"),
        ({"sub": REMOVED}, "subject"),
    ],
)
def test_a_signed_token_that_is_not_ours_is_refused(claims: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        run_sign_in(FakeOpenIdProvider(claims=claims))


def test_a_token_from_before_the_clock_moved_on_is_refused() -> None:
    fake = FakeOpenIdProvider()
    old = fake.id_token()
    fake.clock.advance(timedelta(minutes=30))
    fake.tokens["id_token"] = old
    with pytest.raises(Refused, match="expired"):
        run_sign_in(fake)


def test_userinfo_is_asked_only_for_what_is_missing_and_with_the_access_token() -> None:
    fake = FakeOpenIdProvider(claims={"email": REMOVED, "groups": REMOVED})
    fake.userinfo = {"email": "ada@example.com", "email_verified": "true", "groups": "engineers"}
    assert run_sign_in(fake) == ADA
    asked = next(request for request in fake.asked if request.url.path == "/userinfo")
    assert asked.headers["authorization"] == f"Bearer {ACCESS_TOKEN}"
    assert ACCESS_TOKEN not in str(asked.url)


@pytest.mark.parametrize("missing", ["email", "groups", "email_verified"])
def test_userinfo_about_another_person_is_refused_whatever_was_missing(missing: str) -> None:
    fake = FakeOpenIdProvider(claims={missing: REMOVED})
    fake.userinfo = {
        "sub": "eve-3", "email": "ada@example.com", "email_verified": True, "groups": ["admins"],
    }  # fmt: skip
    with pytest.raises(Refused, match="another person"):
        run_sign_in(fake)


def test_userinfo_does_not_change_what_the_id_token_says() -> None:
    fake = FakeOpenIdProvider(claims={"groups": REMOVED})
    fake.userinfo = {"email": "admin@example.com", "email_verified": True, "groups": ["engineers"]}
    assert run_sign_in(fake) == ADA


def test_an_address_that_userinfo_does_not_vouch_for_is_refused() -> None:
    fake = FakeOpenIdProvider(claims={"email": REMOVED, "email_verified": REMOVED})
    fake.userinfo = {"email": "ada@example.com", "email_verified": False}
    with pytest.raises(Refused, match="does not vouch"):
        run_sign_in(fake)


def test_userinfo_that_cannot_be_had_fails_the_sign_in() -> None:
    fake = FakeOpenIdProvider(claims={"groups": REMOVED})
    fake.answers["/userinfo"] = lambda _: as_json({}, status=500)
    with pytest.raises(Unavailable, match="status 500"):
        run_sign_in(fake)


def test_without_userinfo_a_person_without_groups_has_none() -> None:
    fake = FakeOpenIdProvider(claims={"groups": REMOVED}, metadata={"userinfo_endpoint": REMOVED})
    assert run_sign_in(fake) == replace(ADA, groups=frozenset())


def test_another_issuers_metadata_stops_the_sign_in() -> None:
    fake = FakeOpenIdProvider(metadata={"issuer": "https://evil.example.com"})
    with pytest.raises(Unavailable, match="letter by letter"):
        run_sign_in(fake)
    assert fake.count("/token") == 0


def test_an_issuer_that_may_not_be_called_is_invalid_from_the_start() -> None:
    fake = FakeOpenIdProvider(issuer="http://idp.example.com")
    with pytest.raises(Invalid, match="issuer"):
        fake.provider(fake.client())


def broken_keys(status: int, **content: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, **content)


@pytest.mark.parametrize(
    "keys",
    [
        broken_keys(500),
        broken_keys(200, html="<html>maintenance</html>"),
        broken_keys(200),
        broken_keys(200, json={}),
        broken_keys(302, headers={"location": "https://evil.example.com/keys"}),
        broken_keys(200, content=b"x" * 2_000_000),
    ],
)
def test_broken_keys_fail_a_first_sign_in_and_do_not_disturb_a_later_one(
    keys: Callable[[httpx.Request], httpx.Response],
) -> None:
    fake = FakeOpenIdProvider(answers={"/keys": keys})
    with pytest.raises(Unavailable):
        run_sign_in(fake)
    fake.answers.clear()

    async def test(provider: OidcProvider) -> None:
        assert await fake.sign_in(provider) == ADA
        fake.answers["/keys"] = keys
        fake.clock.advance(FRESH)
        assert await fake.sign_in(provider) == ADA

    run(fake, test)
    assert "evil.example.com" not in {request.url.host for request in fake.asked}


def test_an_empty_key_set_means_that_every_key_was_withdrawn() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        await fake.sign_in(provider)
        fake.keys = []
        fake.clock.advance(FRESH)
        with pytest.raises(Refused, match="does not publish"):
            await fake.sign_in(provider)

    run(fake, test)


def test_a_slow_provider_is_not_waited_for() -> None:
    fake = FakeOpenIdProvider(delay=1)

    async def test(provider: OidcProvider) -> None:
        with pytest.raises(Unavailable, match="took longer"):
            await fake.sign_in(provider)

    run(fake, test, patience=0.02)


def test_rotation_with_overlap_lets_both_keys_sign_and_then_the_new_one_alone() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        await fake.sign_in(provider)
        fake.keys = [rsa("one"), rsa("two")]
        fake.key = rsa("two")
        assert await fake.sign_in(provider) == ADA
        fake.key = rsa("one")
        assert await fake.sign_in(provider) == ADA
        fake.keys = [rsa("two")]
        fake.clock.advance(FRESH)
        with pytest.raises(Refused, match="does not publish"):
            await fake.sign_in(provider)
        fake.key = rsa("two")
        assert await fake.sign_in(provider) == ADA

    run(fake, test)


def test_many_people_sign_in_at_once_and_none_as_another() -> None:
    fake = FakeOpenIdProvider()

    async def test(provider: OidcProvider) -> None:
        departures = [await provider.depart(callback=CALLBACK) for _ in range(10)]
        nonces = {departure.transaction["verifier"]: departure for departure in departures}

        def token(request: httpx.Request) -> httpx.Response:
            verifier = dict(httpx.QueryParams(request.content.decode()))["code_verifier"]
            fake.nonce = nonces[verifier].transaction["nonce"]
            return as_json({"token_type": "Bearer", "id_token": fake.id_token()})

        fake.answers["/token"] = token
        arrivals = (fake.come_back(provider, departure) for departure in departures)
        assert await asyncio.gather(*arrivals) == [ADA] * 10

    run(fake, test)


def test_nothing_secret_is_in_what_a_refusal_says() -> None:
    fake = FakeOpenIdProvider(claims={"nonce": "another"})

    async def test(provider: OidcProvider) -> None:
        departure = await provider.depart(callback=CALLBACK)
        with pytest.raises(Refused) as caught:
            await fake.come_back(provider, departure)
        secrets = [ACCESS_TOKEN, "s3cret", *departure.transaction.values(), fake.id_token()]
        said = f"{caught.value!r} {provider!r} {caught.value.__context__!r}"
        assert not [secret for secret in secrets if secret in said and secret != fake.issuer]

    run(fake, test)
