"""A certified OpenID provider is asked again, is tested, and tells when somebody signs out there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from doorward.identity.oidc.provider import OidcProvider
from doorward.model.errors import Refused, SignInRefused
from doorward.model.identity_provider import OpenIdConnect
from doorward.ports.identity import Arrival, CheckState
from tests.live.oidc_provider import ADA, OidcProviderProcess
from tests.live.test_oidc_provider import ADA_SIGNED_IN, CALLBACK, run, settings
from tests.serving import serving

OTHER = "https://other.localhost:8443/cdn-cgi/access/callback"


@dataclass
class Listener:
    """Where the provider sends its logout tokens."""

    tokens: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/logout", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.tokens.append(str((await request.form())["logout_token"]))
        return Response(headers={"cache-control": "no-store"})


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def process(tmp_path: Path, listener: Listener) -> Iterator[OidcProviderProcess]:
    with serving(listener.app()) as port:
        provider = OidcProviderProcess(
            scratch=tmp_path, redirect_uris=[CALLBACK], logout_uri=f"http://127.0.0.1:{port}/logout"
        )
        with provider:
            yield provider


def offline(process: OidcProviderProcess) -> OpenIdConnect:
    """The provider gives a refresh token to who asks for consent (Core section 11)."""
    wanted = settings(process)
    return replace(
        wanted,
        scopes=(*wanted.scopes, "offline_access"),
        prompt="consent",
        recheck_every=timedelta(minutes=15),
    )


async def arrive(
    provider: OidcProvider, process: OidcProviderProcess, browser: httpx.Client | None = None
) -> Arrival:
    departure = await provider.depart(callback=CALLBACK, login_hint=ADA.email)
    back = process.sign_in(departure.url, browser=browser)
    return await provider.arrive(
        callback=CALLBACK, transaction=departure.transaction, answer=dict(back.params)
    )


def test_a_refresh_token_shows_who_somebody_is_now(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        arrival = await arrive(provider, process)
        assert arrival.identity == ADA_SIGNED_IN
        assert {check.state for check in provider.arrival_checks(arrival)} == {CheckState.PASSED}
        again = await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert again.identity == ADA_SIGNED_IN
        assert (again.refresh_token, again.authenticated) != ("", arrival.authenticated)
        later = await provider.recheck(again.identity, refresh_token=again.refresh_token)
        assert later.identity == ADA_SIGNED_IN

    run(offline(process), test)


def test_groups_are_read_again_from_userinfo(process: OidcProviderProcess) -> None:
    process.claims_in_id_token = False
    process.restart()

    async def test(provider: OidcProvider) -> None:
        arrival = await arrive(provider, process)
        again = await provider.recheck(
            replace(arrival.identity, groups=frozenset()), refresh_token=arrival.refresh_token
        )
        assert again.identity == ADA_SIGNED_IN

    run(offline(process), test)


def test_a_provider_that_forgot_the_sign_in_ends_it(process: OidcProviderProcess) -> None:
    async def test(provider: OidcProvider) -> None:
        arrival = await arrive(provider, process)
        process.restart()
        with pytest.raises(SignInRefused) as caught:
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert caught.value.code == "invalid_grant"

    run(offline(process), test)


def test_signing_out_there_is_told_by_the_back_channel(
    process: OidcProviderProcess, listener: Listener
) -> None:
    async def test(provider: OidcProvider) -> None:
        with httpx.Client(trust_env=False) as browser:
            arrival = await arrive(provider, process, browser)
            assert arrival.provider_session
            process.sign_out(browser)
        assert len(listener.tokens) == 1
        notice = await provider.logged_out(listener.tokens[0])
        assert (notice.subject, notice.provider_session) == (ADA.sub, arrival.provider_session)
        assert notice.notice
        head, payload, signature = listener.tokens[0].split(".")
        with pytest.raises(Refused):
            await provider.logged_out(f"{head}.{payload}.{signature[::-1]}")

    run(settings(process), test)


def test_a_right_setup_passes_and_a_wrong_secret_is_found(process: OidcProviderProcess) -> None:
    found: dict[str, CheckState] = {}

    async def test(provider: OidcProvider) -> None:
        found.clear()
        found.update({check.name: check.state async for check in provider.checklist(callback=CALLBACK)})

    run(offline(process), test)
    assert set(found.values()) == {CheckState.PASSED}, found
    run(replace(offline(process), client_secret="another"), test)
    assert {name for name, state in found.items() if state is not CheckState.PASSED} == {"client-secret"}
