"""Whether a sign-in still holds, asked of the stand-in for Entra and Graph."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.oidc.fetching import Unanswered
from doorward.model.errors import SignInRefused, Unavailable
from doorward.sample.entra.faults import IdTokenFault
from doorward.sample.entra.seed import ADA, ENGINEERING, TENANT_ID
from tests.identity.entra.visiting import SETTINGS, Visiting, run

MAGDA = "magda@example.com"


def test_a_recheck_reads_groups_again_and_proves_no_context() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider(replace(SETTINGS, conditional_access=True))
        arrival = await visiting.sign_in(provider)
        assert arrival.identity.contexts
        visiting.fake.leave(ENGINEERING, ADA)
        again = await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert again.identity == replace(arrival.identity, groups=frozenset(), contexts=frozenset())
        assert again.refresh_token
        assert again.refresh_token != arrival.refresh_token

    run(test)


@pytest.mark.parametrize(
    ("what", "code"),
    [("disable", "AADSTS50057"), ("revoke_sessions", "AADSTS50173"), ("delete", "AADSTS50034")],
)
def test_a_word_taken_back_ends_the_session_with_its_reason(what: str, code: str) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        visiting.fake.clock.advance(timedelta(minutes=5))
        getattr(visiting.fake, what)(ADA)
        with pytest.raises(SignInRefused) as caught:
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)
        assert caught.value.code == code
        assert caught.value.correlation

    run(test)


def test_doorwards_own_expired_secret_ends_nobodys_session() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        visiting.fake.expire_secret()
        with pytest.raises(Unavailable, match="AADSTS7000222"):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(test)


@pytest.mark.parametrize("path", ["/v1.0", f"/{TENANT_ID}/oauth2"])
def test_a_fault_of_the_moment_ends_nobodys_session(path: str) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider, MAGDA)
        visiting.fake.throttle(10, path=path, status=503)
        with pytest.raises(Unanswered):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(test)


@pytest.mark.parametrize("fault", [IdTokenFault.WRONG_TENANT, IdTokenFault.WRONG_SIGNATURE])
def test_a_token_that_does_not_hold_ends_the_session(fault: IdTokenFault) -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        arrival = await visiting.sign_in(provider)
        visiting.fake.faults.id_token = fault
        with pytest.raises(SignInRefused, match="does not hold"):
            await provider.recheck(arrival.identity, refresh_token=arrival.refresh_token)

    run(test)


def test_a_refresh_token_of_somebody_else_ends_the_session() -> None:
    async def test(visiting: Visiting) -> None:
        provider = visiting.provider()
        ada, grace = await visiting.sign_in(provider), await visiting.sign_in(provider, "grace@example.com")
        with pytest.raises(SignInRefused, match="another person"):
            await provider.recheck(ada.identity, refresh_token=grace.refresh_token)

    run(test)
