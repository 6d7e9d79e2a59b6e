"""Signing in with a certified OpenID provider, from departure to identity."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from doorward.identity.oidc.fetching import open_client
from doorward.identity.oidc.provider import OidcProvider
from doorward.model.access import Identity
from doorward.model.errors import Refused, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId
from tests.fakes.clock import FakeRandomness
from tests.live.oidc_provider import ADA, BOB, EVE, OidcProviderProcess, ec_key, rsa_key

CALLBACK = "https://access.localhost:8443/cdn-cgi/access/callback"
WORK = IdentityProviderId("work")


class SystemClock:
    """The provider's tokens carry real times."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[OidcProviderProcess]:
    provider = OidcProviderProcess(scratch=tmp_path, redirect_uris=[CALLBACK])
    with provider:
        yield provider


def settings(process: OidcProviderProcess) -> OpenIdConnect:
    return OpenIdConnect(
        issuer=process.issuer,
        client_id=process.client_id,
        client_secret=process.client_secret,
        scopes=("openid", "email", "profile", "groups"),
    )


def run(wanted: OpenIdConnect, test: Callable[[OidcProvider], Coroutine[None, None, None]]) -> None:
    async def with_provider() -> None:
        async with open_client("") as client:
            await test(
                OidcProvider(
                    id=WORK,
                    settings=wanted,
                    client=client,
                    clock=SystemClock(),
                    randomness=FakeRandomness(str(datetime.now(UTC))),
                )
            )

    asyncio.run(with_provider())


async def sign_in(
    provider: OidcProvider, process: OidcProviderProcess, person: object = ADA, *, agree: bool = True
) -> Identity:
    assert isinstance(person, type(ADA))
    departure = await provider.depart(callback=CALLBACK, login_hint=person.email)
    back = process.sign_in(departure.url, person, agree=agree)
    arrival = await provider.arrive(
        callback=CALLBACK, transaction=departure.transaction, answer=dict(back.params)
    )
    return arrival.identity


ADA_SIGNED_IN = Identity(
    identity_provider=WORK,
    subject="ada-1",
    email="ada@example.com",
    name="Ada",
    groups=frozenset({"engineers", "everyone"}),
)


def test_a_person_signs_in_and_their_claims_come_from_the_id_token(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        assert await sign_in(provider, process) == ADA_SIGNED_IN
        assert (await sign_in(provider, process, BOB)).groups == {"everyone"}

    run(settings(process), test)


def test_claims_come_from_userinfo_where_the_id_token_has_none(process: OidcProviderProcess) -> None:
    process.claims_in_id_token = False
    process.restart()

    async def test(provider: OidcProvider) -> None:
        assert await sign_in(provider, process) == ADA_SIGNED_IN

    run(settings(process), test)


@pytest.mark.parametrize("method", ["client_secret_post", "none"])
def test_another_way_of_client_authentication_works(process: OidcProviderProcess, method: str) -> None:
    process.token_endpoint_auth_method = method
    process.restart()
    wanted = settings(process)
    if method == "none":
        wanted = replace(wanted, client_secret="")

    async def test(provider: OidcProvider) -> None:
        assert await sign_in(provider, process) == ADA_SIGNED_IN

    run(wanted, test)


def test_a_rotated_key_is_found_and_a_withdrawn_one_forgotten(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        assert await sign_in(provider, process) == ADA_SIGNED_IN
        process.keys = [rsa_key("second"), *process.keys]
        process.restart()
        assert await sign_in(provider, process) == ADA_SIGNED_IN

    run(settings(process), test)


def test_an_elliptic_key_works_too(process: OidcProviderProcess) -> None:
    process.keys = [ec_key("curve")]
    process.restart()

    async def test(provider: OidcProvider) -> None:
        assert await sign_in(provider, process) == ADA_SIGNED_IN

    run(settings(process), test)


def test_a_code_is_good_for_one_sign_in(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        departure = await provider.depart(callback=CALLBACK)
        answer = dict(process.sign_in(departure.url).params)
        kept = departure.transaction
        await provider.arrive(callback=CALLBACK, transaction=kept, answer=answer)
        with pytest.raises(Refused, match="any more"):
            await provider.arrive(callback=CALLBACK, transaction=kept, answer=answer)

    run(settings(process), test)


def test_a_code_of_another_sign_in_is_refused(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        hers = await provider.depart(callback=CALLBACK)
        his = await provider.depart(callback=CALLBACK)
        code = process.sign_in(his.url, BOB).params["code"]
        answer = {**process.sign_in(hers.url).params, "code": code}
        with pytest.raises(Refused, match="any more"):  # PKCE: his code, her verifier
            await provider.arrive(callback=CALLBACK, transaction=hers.transaction, answer=answer)

    run(settings(process), test)


def test_an_unregistered_callback_does_not_get_an_answer(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        departure = await provider.depart(callback="https://elsewhere.example.com/callback")
        response = httpx.get(departure.url, trust_env=False)
        assert response.status_code == 400
        assert "redirect_uri" in response.text

    run(settings(process), test)


def test_an_unverified_address_is_refused(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        with pytest.raises(Refused, match="email_verified"):
            await sign_in(provider, process, EVE)

    run(settings(process), test)


def test_a_person_who_changes_their_mind_reads_why(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        with pytest.raises(Refused, match=r"changed their mind \(access_denied\)"):
            await sign_in(provider, process, agree=False)

    run(settings(process), test)


def test_a_wrong_client_secret_is_the_administrators_to_mend(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        with pytest.raises(Unavailable, match="client id and secret"):
            await sign_in(provider, process)

    run(replace(settings(process), client_secret="another"), test)


def test_a_provider_that_has_gone_away_is_unavailable(process: OidcProviderProcess) -> None:
    wanted = settings(process)
    process.stop()

    async def test(provider: OidcProvider) -> None:
        with pytest.raises(Unavailable, match="cannot be reached"):
            await provider.depart(callback=CALLBACK)

    run(wanted, test)
