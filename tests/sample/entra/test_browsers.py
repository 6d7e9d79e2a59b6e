from __future__ import annotations

from datetime import timedelta

from doorward.sample.entra.browsers import Browser
from doorward.sample.entra.directory import User
from tests.fakes.clock import START


def somebody() -> User:
    return User(id="u", user_principal_name="u@example.com", display_name="U")


def test_proving_oneself_again_goes_on_with_the_session() -> None:
    browser, user = Browser("b"), somebody()
    browser.sign_in(user, sid="one", now=START).passed.add("c1")
    again = browser.sign_in(user, sid="two", now=START + timedelta(hours=1))
    assert (again.sid, again.passed) == ("one", {"c1"})
    assert again.auth_time == START + timedelta(hours=1)
    assert browser.remembered == ["u"]


def test_after_a_revocation_a_sign_in_begins_anew() -> None:
    browser, user = Browser("b"), somebody()
    first = browser.sign_in(user, sid="one", now=START)
    first.passed.add("c1")
    user.revoke_sessions(START)
    assert not first.is_good_for(user)
    again = browser.sign_in(user, sid="two", now=START)
    assert (again.sid, again.passed, again.is_good_for(user)) == ("two", set(), True)


def test_a_disabled_person_is_not_signed_in() -> None:
    browser, user = Browser("b"), somebody()
    account = browser.sign_in(user, sid="one", now=START)
    user.account_enabled = False
    assert not account.is_good_for(user)
