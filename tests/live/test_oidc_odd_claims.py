"""What a provider may say that no honest one does, minted and signed by somebody else's code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from doorward.identity.oidc.fetching import open_client
from doorward.identity.oidc.provider import OidcProvider
from doorward.model.errors import AccessError, Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import quirks_of
from doorward.ports.identity import Arrival, CheckState
from tests.fakes.clock import FakeRandomness
from tests.live.mock_openid import MockOpenIdProcess
from tests.live.test_oidc_provider import CALLBACK, WORK, SystemClock

NOW = int(datetime.now(UTC).timestamp())
DAY = int(timedelta(days=1).total_seconds())


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MockOpenIdProcess]:
    scratch: Path = tmp_path_factory.mktemp("mock")
    with MockOpenIdProcess(scratch=scratch) as running:
        yield running


def settings(process: MockOpenIdProcess) -> OpenIdConnect:
    return OpenIdConnect(issuer=process.issuer, client_id="doorward")


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
                    quirks=quirks_of(wanted),
                )
            )

    asyncio.run(with_provider())


def arrive(process: MockOpenIdProcess, wanted: OpenIdConnect | None = None) -> Arrival:
    found: list[Arrival] = []

    async def test(provider: OidcProvider) -> None:
        departure = await provider.depart(callback=CALLBACK)
        answer = process.sign_in(departure.url)
        found.append(
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)
        )

    run(wanted or settings(process), test)
    return found[0]


def test_somebody_elses_tokens_are_understood(process: MockOpenIdProcess) -> None:
    process.says(
        claims={
            "realm_access": {"roles": ["admin"]},
            "https://acme.example/level": 3,
            "auth_time": NOW - 60,
            "sid": "session-1",
        },
        userinfo={"groups": ["sre"], "name": "Ada"},
    )
    wanted = replace(
        settings(process), roles_claim="realm_access.roles", claims=("https://acme.example/level",)
    )
    arrival = arrive(process, wanted)
    assert arrival.identity.roles == {"admin"}
    assert arrival.identity.groups == {"sre"}
    assert arrival.identity.claims == {("https://acme.example/level", "3")}
    assert arrival.provider_session == "session-1"
    assert arrival.authenticated is not None
    assert arrival.refresh_token


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"iss": ["http://127.0.0.1"]},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["doorward", "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": ["n"]},
        {"exp": NOW - DAY},
        {"exp": None},
        {"iat": NOW + DAY},
        {"iat": NOW - DAY},
        {"nbf": NOW + DAY},
        {"sub": None},
        {"sub": 7},
        {"sub": "a\nb"},
        {"email_verified": False},
        {"email_verified": None},
        {"email": None},
        {"email": "a@b@c"},
        {"email": ["ada@example.com"]},
        {"groups": {"admin": True}},
        {"groups": [["admin"]]},
        {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "http://127.0.0.1:1/"}}},
        {"at_hash": "AAAA"},
        {"c_hash": "AAAA"},
        {"typ": "Refresh"},
        {"token_use": "access"},
        {"events": {}},
        {"sid": ["a"]},
        {"auth_time": "now"},
    ],
    ids="-".join,
)
def test_odd_claims_refuse_the_sign_in(process: MockOpenIdProcess, claims: dict[str, object]) -> None:
    process.says(claims=claims)
    with pytest.raises(Refused):
        arrive(process)


@pytest.mark.parametrize(
    "header", [{"typ": "at+jwt"}, {"typ": "logout+jwt"}, {"kid": "another"}, {"jku": "http://127.0.0.1:1/"}]
)
def test_odd_headers_refuse_the_sign_in(process: MockOpenIdProcess, header: dict[str, object]) -> None:
    process.says(header=header)
    with pytest.raises(Refused):
        arrive(process)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ({"status": 400, "body": {"error": "invalid_grant"}}, SignInRefused),
        ({"status": 401, "body": {"error": "invalid_client"}}, Unavailable),
        ({"status": 200, "body": {}}, Refused),
        ({"status": 200, "body": {"id_token": "e30.e30."}}, Refused),
        ({"status": 200, "body": {"id_token": "a", "padding": "x" * 1_100_000}}, Unavailable),
        ({"status": 500, "body": []}, Unavailable),
    ],
    ids=["grant", "client", "empty", "unsigned", "large", "broken"],
)
def test_odd_answers_are_errors(
    process: MockOpenIdProcess, token: dict[str, object], error: type[AccessError]
) -> None:
    process.says(token=token)
    with pytest.raises(error):
        arrive(process)


def test_what_linkedin_leaves_out_is_missed_by_nobody_but_it(process: MockOpenIdProcess) -> None:
    process.says(claims={"nonce": None})
    linkedin = replace(settings(process), preset="linkedin")
    assert arrive(process, linkedin).identity.email == "ada@example.com"
    process.says(claims={"nonce": "another"})
    with pytest.raises(Refused, match="nonce"):
        arrive(process, linkedin)


def test_a_workspace_is_told_by_its_claim(process: MockOpenIdProcess) -> None:
    wanted = replace(settings(process), preset="google", hosted_domain="example.com")
    process.says(claims={"hd": "example.com", "iss": process.issuer.partition("://")[2]})
    assert arrive(process, wanted).identity.email == "ada@example.com"
    process.says(claims={"hd": "evil.example.com"})
    with pytest.raises(SignInRefused, match="Only accounts of"):
        arrive(process, wanted)


def test_a_recheck_refuses_another_person_and_takes_the_same_one(process: MockOpenIdProcess) -> None:
    process.says()
    arrival = arrive(process)

    async def test(provider: OidcProvider) -> None:
        process.says(userinfo={"groups": ["sre"]})
        again = await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert again.identity == replace(arrival.identity, groups=frozenset({"sre"}))
        process.says(claims={"sub": "eve-3"})
        with pytest.raises(SignInRefused, match="another person"):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        process.says(token={"status": 400, "body": {"error": "invalid_grant"}})
        with pytest.raises(SignInRefused, match="ended your sign-in"):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        process.says(token={"status": 503, "body": {}})
        with pytest.raises(Unavailable):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(settings(process), test)


def test_the_checklist_passes_where_it_can_be_told(process: MockOpenIdProcess) -> None:
    process.says(token={"status": 400, "body": {"error": "invalid_grant"}})

    async def test(provider: OidcProvider) -> None:
        found = {check.name: check.state async for check in provider.checklist(callback=CALLBACK)}
        assert found["discovery"] == found["keys"] == CheckState.PASSED

    run(settings(process), test)
