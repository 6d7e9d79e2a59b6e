from __future__ import annotations

import httpx
import pytest

from doorward.identity.oauth2.provider import OAuth2Provider
from doorward.model.access import Identity
from doorward.model.errors import Refused, SignInRefused
from doorward.ports.identity import CheckState
from tests.fakes.consumer_services import FakeYandex
from tests.fakes.openid import CALLBACK, WORK
from tests.identity.oauth2.signing_in import arrive, checks, run, settings
from tests.identity.oauth2.test_provider import states_after

YANDEX = settings("yandex")


def test_people_sign_in_by_their_default_address() -> None:
    assert arrive(FakeYandex(), YANDEX).identity == Identity(
        identity_provider=WORK, subject="1000", email="ada@yandex.example", name="Ada L"
    )


def test_an_account_without_a_default_address_says_what_to_do() -> None:
    with pytest.raises(SignInRefused, match="did not say your email address") as caught:
        arrive(FakeYandex(info={"id": "1000"}), YANDEX)
    assert "default address" in caught.value.advice


@pytest.mark.parametrize(
    "info", [{"default_email": "ada@yandex.example"}, {"id": "1", "default_email": "nobody"}]
)
def test_what_cannot_be_read_is_refused(info: dict[str, object]) -> None:
    with pytest.raises(Refused):
        arrive(FakeYandex(info=info), YANDEX)


def test_yandex_is_told_who_is_likely_to_come_and_to_ask_again() -> None:
    async def test(provider: OAuth2Provider, client: httpx.AsyncClient) -> None:
        departure = await provider.depart(callback=CALLBACK, login_hint="ada@yandex.example", prompt="login")
        asked = httpx.URL(departure.url).params
        assert (asked["login_hint"], asked["force_confirm"]) == ("ada@yandex.example", "yes")

    run(FakeYandex(), YANDEX, test)


def test_the_checks_pass() -> None:
    assert {check.state for check in checks(FakeYandex(), YANDEX).values()} == {CheckState.PASSED}
    assert states_after(FakeYandex(), YANDEX) == {"email": CheckState.PASSED}
