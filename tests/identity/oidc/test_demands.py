from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from doorward.identity.oidc.demands import as_it_works, other_issuers, provider_session
from doorward.model.errors import Refused, SignInRefused
from doorward.model.presets import STANDARD, Quirks
from tests.fakes.clock import START
from tests.fakes.openid import ISSUER, REMOVED, FakeOpenIdProvider, run_arrival, run_sign_in
from tests.identity.oidc.test_authorization import METADATA

WORKSPACE = replace(FakeOpenIdProvider().settings(), hosted_domain="example.com")
BARE = Quirks(bare_issuer=True)


@pytest.mark.parametrize("domain", ["example.com", "Example.COM"])
def test_an_account_of_the_domain_may_sign_in(domain: str) -> None:
    assert run_sign_in(FakeOpenIdProvider(claims={"hd": domain}), WORKSPACE).email == "ada@example.com"


@pytest.mark.parametrize("domain", [REMOVED, "", "evil.example.com", ["example.com"], None, "example.com."])
def test_an_account_of_another_domain_or_of_none_may_not(domain: object) -> None:
    fake = FakeOpenIdProvider(claims={"hd": domain})
    with pytest.raises(SignInRefused, match=r"Only accounts of example\.com") as caught:
        run_sign_in(fake, WORKSPACE)
    assert "choose your account of example.com" in caught.value.advice
    assert "hosted_domain" in caught.value.administrator


def test_userinfo_has_no_say_in_the_domain() -> None:
    fake = FakeOpenIdProvider(claims={"groups": REMOVED}, userinfo={"hd": "example.com"})
    with pytest.raises(SignInRefused, match="of no organisation"):
        run_sign_in(fake, WORKSPACE)


@pytest.mark.parametrize("use", [REMOVED, "access", None, ["id"]])
def test_a_token_must_name_its_use_where_the_provider_names_it(use: object) -> None:
    fake = FakeOpenIdProvider(claims={"token_use": use})
    with pytest.raises(Refused, match="another kind of token"):
        run_arrival(fake, quirks=Quirks(token_use=True))
    fake.claims["token_use"] = "id"
    assert run_arrival(fake, quirks=Quirks(token_use=True)).identity.subject == "ada-1"


def test_an_issuer_without_https_counts_only_where_the_provider_is_known_for_it() -> None:
    fake = FakeOpenIdProvider(claims={"iss": "idp.example.com"})
    assert run_arrival(fake, quirks=BARE).identity.subject == "ada-1"
    with pytest.raises(Refused, match="issuer"):
        run_arrival(fake)


@pytest.mark.parametrize(
    "issuer",
    [["idp.example.com"], [ISSUER], "evil.example.com", "http://idp.example.com", "idp.example.com/", "", 7],
)
def test_no_other_spelling_counts(issuer: object) -> None:
    with pytest.raises(Refused, match="issuer"):
        run_arrival(FakeOpenIdProvider(claims={"iss": issuer}), quirks=BARE)
    assert other_issuers(ISSUER, STANDARD) == frozenset()


def test_a_nonce_may_be_missing_only_where_the_provider_never_sends_it() -> None:
    fake = FakeOpenIdProvider(claims={"nonce": REMOVED})
    assert run_arrival(fake, quirks=Quirks(nonce=False)).identity.subject == "ada-1"
    for wrong in ("another", "", ["n"], 0):
        fake.claims["nonce"] = wrong
        with pytest.raises(Refused, match="nonce"):
            run_arrival(fake, quirks=Quirks(nonce=False))


def test_without_pkce_neither_challenge_nor_verifier_is_sent() -> None:
    fake = FakeOpenIdProvider()
    run_arrival(fake, quirks=Quirks(pkce=False))
    assert "code_verifier" not in fake.form()
    assert fake.form()["code"]


def test_a_providers_own_way_of_authentication_comes_before_what_its_metadata_says() -> None:
    assert as_it_works(METADATA, STANDARD) == METADATA
    posting = as_it_works(METADATA, Quirks(client_authentication="client_secret_post"))
    assert posting.client_authentication == {"client_secret_post"}


def test_when_and_in_which_session_a_person_proved_themselves_is_remembered() -> None:
    now = int(START.timestamp())
    arrival = run_arrival(FakeOpenIdProvider(claims={"auth_time": now - 60, "sid": "s-1"}))
    assert arrival.authenticated == datetime.fromtimestamp(now - 60, UTC)
    assert arrival.provider_session == "s-1"
    nothing = run_arrival(FakeOpenIdProvider())
    assert (nothing.authenticated, nothing.provider_session) == (None, "")


@pytest.mark.parametrize(
    "claims",
    [
        {"auth_time": "now"},
        {"auth_time": int((START + timedelta(minutes=5)).timestamp())},
        {"sid": 7},
        {"sid": "a" * 256},
        {"sid": "a\nb"},
    ],
)
def test_a_session_or_time_that_cannot_be_refuses_the_sign_in(claims: dict[str, object]) -> None:
    with pytest.raises(Refused, match=r"auth_time|sid"):
        run_sign_in(FakeOpenIdProvider(claims=claims))


def test_a_session_without_a_name_has_none() -> None:
    assert provider_session({"sid": None}) == ""
