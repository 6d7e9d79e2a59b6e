from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.access import Identity
from doorward.model.errors import Refused, SignInRefused
from doorward.ports.identity import CheckState
from tests.fakes.consumer_services import FakeFacebook
from tests.fakes.openid import WORK
from tests.identity.oauth2.signing_in import arrive, checks, settings
from tests.identity.oauth2.test_provider import states_after

FACEBOOK = settings("facebook", require_verified_email=False)


def test_people_sign_in_with_a_proof_that_it_is_us_who_ask() -> None:
    fake = FakeFacebook()
    assert arrive(fake, FACEBOOK).identity == Identity(
        identity_provider=WORK, subject="app-scoped-1", email="ada@example.com", name="Ada"
    )
    asked = fake.asked[-1]
    assert "token-0" not in str(asked.url)
    assert asked.query_params["appsecret_proof"]


def test_an_address_counts_only_where_somebody_said_that_unverified_ones_do() -> None:
    with pytest.raises(SignInRefused, match="does not say whether your email address is verified") as caught:
        arrive(FakeFacebook(), settings("facebook"))
    assert "require_verified_email" in caught.value.administrator


@pytest.mark.parametrize("email", [None, ""])
def test_an_account_without_an_address_says_what_to_do(email: object) -> None:
    fake = FakeFacebook(me={"id": "1", "name": "Ada", "email": email})
    with pytest.raises(SignInRefused, match="did not say your email address") as caught:
        arrive(fake, FACEBOOK)
    assert "Add an address" in caught.value.advice
    assert "permission email" in caught.value.administrator


def test_an_account_without_an_id_is_refused() -> None:
    with pytest.raises(Refused, match="no usable id"):
        arrive(FakeFacebook(me={"email": "ada@example.com"}), FACEBOOK)


def test_what_is_odd_about_facebook_shows_in_the_checks() -> None:
    assert states_after(FakeFacebook(), FACEBOOK) == {"email": CheckState.WARNING}
    assert checks(FakeFacebook(), FACEBOOK)["client-secret"].state is CheckState.PASSED
    wrong = replace(FACEBOOK, client_secret="x")
    assert checks(FakeFacebook(), wrong)["client-secret"].state is CheckState.FAILED
