from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.identity.oidc.authorization import depart, read_code, read_transaction
from doorward.identity.oidc.metadata import Metadata
from doorward.model.errors import Refused, SignInRefused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import STANDARD, Quirks
from doorward.ports.identity import Departure
from tests.fakes.clock import FakeRandomness
from tests.fakes.openid import CALLBACK, ISSUER

SETTINGS = OpenIdConnect(issuer=ISSUER, client_id="doorward", client_secret="s3cret")
METADATA = Metadata(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize",
    token_endpoint=f"{ISSUER}/token",
    jwks_uri=f"{ISSUER}/keys",
    userinfo_endpoint="",
    algorithms=frozenset({"RS256"}),
    client_authentication=frozenset({"client_secret_basic"}),
    names_itself=False,
)
NAMES_ITSELF = replace(METADATA, names_itself=True)


def departure(
    settings: OpenIdConnect = SETTINGS,
    metadata: Metadata = METADATA,
    *,
    hint: str = "",
    prompt: str = "",
    quirks: Quirks = STANDARD,
) -> Departure:
    return depart(
        settings,
        metadata,
        callback=CALLBACK,
        login_hint=hint,
        randomness=FakeRandomness(),
        prompt=prompt,
        quirks=quirks,
    )


def query(departed: Departure) -> dict[str, list[str]]:
    return parse_qs(urlsplit(departed.url).query, strict_parsing=True)


def test_the_request_asks_for_a_code_with_pkce_state_and_nonce() -> None:
    departed = departure()
    asked = query(departed)
    verifier = departed.transaction["verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert departed.url.startswith(f"{ISSUER}/authorize?")
    assert asked == {
        "response_type": ["code"],
        "client_id": ["doorward"],
        "redirect_uri": [CALLBACK],
        "scope": ["openid email profile"],
        "state": [departed.state],
        "nonce": [departed.transaction["nonce"]],
        "code_challenge": [base64.urlsafe_b64encode(digest).rstrip(b"=").decode()],
        "code_challenge_method": ["S256"],
    }
    assert "s3cret" not in departed.url
    assert verifier not in departed.url


def test_state_nonce_and_verifier_are_256_bits_each_and_differ() -> None:
    departed = departure()
    secrets = [departed.transaction[name] for name in ("state", "nonce", "verifier")]
    assert {len(base64.urlsafe_b64decode(secret + "=")) for secret in secrets} == {32}
    assert len(set(secrets)) == 3


def test_an_endpoint_keeps_its_own_query_but_not_our_parameters() -> None:
    metadata = replace(METADATA, authorization_endpoint=f"{ISSUER}/authorize?tenant=1&state=theirs")
    departed = departure(metadata=metadata)
    assert query(departed)["tenant"] == ["1"]
    assert query(departed)["state"] == [departed.state]


def test_a_hint_is_handed_on_unless_it_is_absurd() -> None:
    assert query(departure(hint="ada@example.com&prompt=none"))["login_hint"] == [
        "ada@example.com&prompt=none"
    ]
    assert "login_hint" not in query(departure(hint="a" * 400))


def test_the_scope_openid_is_always_asked_for() -> None:
    assert query(departure(replace(SETTINGS, scopes=("email",))))["scope"] == ["openid email"]


def test_an_answer_with_its_own_state_finds_its_transaction() -> None:
    departed = departure()
    begun = read_transaction(
        departed.transaction, {"state": departed.state}, issuer=ISSUER, callback=CALLBACK
    )
    assert begun.as_mapping() == departed.transaction
    assert begun.nonce not in repr(begun)
    assert begun.verifier not in repr(begun)


@pytest.mark.parametrize(
    "answer", [{}, {"state": ""}, {"state": "another"}, {"state": "ü"}, {"state": "\ud800"}]
)
def test_an_answer_without_its_state_is_refused(answer: Mapping[str, str]) -> None:
    with pytest.raises(Refused, match="not begun here"):
        read_transaction(departure().transaction, answer, issuer=ISSUER, callback=CALLBACK)


@pytest.mark.parametrize("name", ["issuer", "callback", "state", "nonce", "verifier"])
def test_half_a_transaction_is_none(name: str) -> None:
    departed = departure()
    answer = {"state": departed.state}
    half = {key: value for key, value in departed.transaction.items() if key != name}
    for kept in (half, {**half, name: ""}):
        with pytest.raises(Refused, match="not begun here"):
            read_transaction(kept, answer, issuer=ISSUER, callback=CALLBACK)


def test_an_empty_state_does_not_match_an_empty_one() -> None:
    kept = {**departure().transaction, "state": ""}
    with pytest.raises(Refused, match="not begun here"):
        read_transaction(kept, {"state": ""}, issuer=ISSUER, callback=CALLBACK)


def test_a_transaction_of_another_provider_or_callback_is_refused() -> None:
    departed = departure()
    answer = {"state": departed.state}
    with pytest.raises(Refused, match="not begun here"):
        read_transaction(departed.transaction, answer, issuer="https://other.example", callback=CALLBACK)
    with pytest.raises(Refused, match="not begun here"):
        read_transaction(departed.transaction, answer, issuer=ISSUER, callback=f"{CALLBACK}/")


def test_a_code_is_read_from_an_answer_of_the_right_issuer() -> None:
    assert read_code({"code": "abc"}, METADATA) == "abc"
    assert read_code({"code": "abc", "iss": ISSUER}, METADATA) == "abc"
    assert read_code({"code": "abc", "iss": ISSUER}, NAMES_ITSELF) == "abc"


@pytest.mark.parametrize("issuer", ["https://evil.example.com", f"{ISSUER}/", ""])
@pytest.mark.parametrize("metadata", [METADATA, NAMES_ITSELF])
def test_an_answer_of_another_issuer_is_refused(issuer: str, metadata: Metadata) -> None:
    for answer in ({"code": "abc"}, {"error": "access_denied"}):
        with pytest.raises(Refused, match="Another identity provider"):
            read_code({**answer, "iss": issuer}, metadata)


def test_an_answer_that_should_name_its_issuer_and_does_not_is_refused() -> None:
    with pytest.raises(Refused, match="does not say who"):
        read_code({"code": "abc"}, NAMES_ITSELF)


@pytest.mark.parametrize("code", ["", "a\nb", "é", "a" * 5000])
def test_a_code_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(Refused, match="no usable code"):
        read_code({"code": code}, METADATA)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "access_denied", "error_description": "You said no."}, "You said no. (access_denied)"),
        ({"error": "", "code": "abc"}, "unknown"),
        ({"error": "x\r\nSet-Cookie: a", "error_description": "a\x00b\u202e"}, "a b (x Set-Cookie: a)"),
    ],
)
def test_a_no_is_told_in_plain_text(answer: Mapping[str, str], said: str) -> None:
    with pytest.raises(Refused) as caught:
        read_code(answer, METADATA)
    assert str(caught.value) == f"The identity provider did not sign you in: {said}"


def test_a_long_no_is_cut() -> None:
    with pytest.raises(Refused) as caught:
        read_code({"error": "e" * 10_000, "error_description": "<b>" * 10_000}, METADATA)
    assert len(str(caught.value)) < 350


def test_the_prompt_that_was_asked_for_comes_before_the_one_of_the_settings() -> None:
    settings = replace(SETTINGS, prompt="select_account")
    assert query(departure(settings))["prompt"] == ["select_account"]
    assert query(departure(settings, prompt="login"))["prompt"] == ["login"]
    assert query(departure(prompt="login"))["prompt"] == ["login"]
    assert "prompt" not in query(departure())


def test_a_refresh_token_is_asked_for_the_providers_way_only_where_it_is_used() -> None:
    google = Quirks(offline={"access_type": "offline", "prompt": "consent"})
    scope = Quirks(offline_scope="offline_access")
    rechecking = replace(SETTINGS, recheck_every=timedelta(minutes=15))
    assert "access_type" not in query(departure(quirks=google))
    asked = query(departure(rechecking, quirks=google, prompt="select_account"))
    assert (asked["access_type"], asked["prompt"]) == (["offline"], ["consent select_account"])
    assert query(departure(replace(rechecking, prompt="consent"), quirks=google))["prompt"] == ["consent"]
    assert query(departure(quirks=scope))["scope"] == ["openid email profile"]
    assert query(departure(rechecking, quirks=scope))["scope"] == ["openid email profile offline_access"]


def test_the_domain_is_told_to_the_provider_as_a_hint() -> None:
    assert query(departure(replace(SETTINGS, hosted_domain="example.com")))["hd"] == ["example.com"]


def test_a_provider_that_refuses_pkce_gets_no_challenge() -> None:
    asked = query(departure(quirks=Quirks(pkce=False)))
    assert not {"code_challenge", "code_challenge_method"} & asked.keys()
    assert asked["nonce"]


def test_a_refusal_carries_the_providers_code() -> None:
    with pytest.raises(SignInRefused) as caught:
        read_code({"error": "access_denied", "error_description": "not assigned"}, METADATA)
    assert caught.value.code == "access_denied"
    assert "let you in" in caught.value.advice
    assert "assigned" in caught.value.administrator
