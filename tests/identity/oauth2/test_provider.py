from __future__ import annotations

import httpx
import pytest

from doorward.identity.oauth2.provider import OAuth2Provider
from doorward.identity.providers import BUILDERS
from doorward.model.errors import Invalid, Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Checked, CheckState, RedirectProvider
from tests.fakes.github import FakeGitHub
from tests.fakes.openid import CALLBACK
from tests.fakes.openid_app import App
from tests.identity.oauth2.signing_in import adapter, arrive, run, settings

GITHUB = settings("github")


def states_after(fake: App, wanted: OAuth2) -> dict[str, CheckState]:
    arrival = arrive(fake, wanted)
    provider = adapter(wanted, httpx.AsyncClient())
    return {check.name: check.state for check in provider.arrival_checks(arrival)}


def test_the_adapter_is_a_redirect_provider_that_can_be_checked() -> None:
    provider = adapter(GITHUB, httpx.AsyncClient())
    assert isinstance(provider, RedirectProvider)
    assert isinstance(provider, Checked)
    assert OAuth2 in BUILDERS


def test_state_and_pkce_are_always_sent_and_the_secret_is_not() -> None:
    fake = FakeGitHub()

    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        departure = await provider.depart(
            callback=CALLBACK, login_hint="ada@example.com", prompt="select_account"
        )
        asked = httpx.URL(departure.url).params
        assert asked["redirect_uri"] == CALLBACK
        assert asked["state"] == departure.state
        assert asked["code_challenge_method"] == "S256"
        assert asked["prompt"] == "select_account"
        assert "nonce" not in asked
        assert "ada" not in departure.url
        assert departure.transaction["verifier"] not in departure.url
        other = await provider.depart(callback=CALLBACK, prompt="unheard-of")
        assert "prompt" not in httpx.URL(other.url).params
        assert other.transaction["state"] != departure.state

    run(fake, GITHUB, test)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": "another"}, "not begun here"),
        ({"error": "access_denied", "error_description": "no"}, "access_denied"),
        ({"code": ""}, "no usable code"),
    ],
)
def test_an_answer_that_does_not_hold_costs_the_service_no_question(
    changes: dict[str, str], said: str
) -> None:
    fake = FakeGitHub()

    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        departure = await provider.depart(callback=CALLBACK)
        answer = {"state": departure.state, "code": "c", **changes}
        with pytest.raises(Refused, match=said):
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    run(fake, GITHUB, test)
    assert fake.asked == []


def test_an_answer_of_another_service_or_to_another_address_is_refused() -> None:
    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        departure = await provider.depart(callback=CALLBACK)
        answer = {"state": departure.state, "code": "c"}
        kept = {**departure.transaction, "issuer": "https://www.facebook.com/v23.0/dialog/oauth"}
        with pytest.raises(Refused, match="not begun here"):
            await provider.arrive(callback=CALLBACK, transaction=kept, answer=answer)
        with pytest.raises(Refused, match="not begun here"):
            await provider.arrive(
                callback="https://evil.example.com/", transaction=departure.transaction, answer=answer
            )

    run(FakeGitHub(), GITHUB, test)


def test_a_code_of_another_browsers_sign_in_is_refused() -> None:
    fake = FakeGitHub()

    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        hers = await provider.depart(callback=CALLBACK)
        his = await provider.depart(callback=CALLBACK)
        back = httpx.URL((await client.get(his.url)).headers["location"])
        answer = {"state": hers.state, "code": back.params["code"]}
        with pytest.raises(SignInRefused, match="any more"):
            await provider.arrive(callback=CALLBACK, transaction=hers.transaction, answer=answer)

    run(fake, GITHUB, test)


def test_a_token_that_the_api_does_not_take_refuses_the_sign_in() -> None:
    with pytest.raises(SignInRefused, match="does not tell Doorward") as caught:
        arrive(FakeGitHub(tokens={"access_token": "unknown"}), GITHUB)
    assert caught.value.code == "status_401"


def test_two_services_that_vouch_for_one_address_speak_of_different_people() -> None:
    one = arrive(FakeGitHub(), GITHUB).identity
    assert (one.identity_provider, one.subject, one.email) == ("work", "101", "ada@example.com")


def test_an_unknown_service_is_invalid() -> None:
    with pytest.raises(Invalid, match="'myspace' is not known"):
        adapter(settings("myspace"), httpx.AsyncClient())


def test_an_api_with_other_troubles_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="429"):
        arrive(FakeGitHub(broken={"emails": 429}), GITHUB)
