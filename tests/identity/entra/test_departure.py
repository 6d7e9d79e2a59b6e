from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from doorward.identity.entra.departure import admin_consent_url, claims_request, depart, end_session_url
from doorward.model.identity_provider import EntraId
from doorward.ports.identity import Departure
from tests.fakes.clock import FakeRandomness
from tests.identity.entra.test_discovery import MICROSOFT, SETTINGS, TENANT, document, read

CALLBACK = "https://access.example.com/cdn-cgi/access/callback"
METADATA = read(TENANT, document())


def go(
    settings: EntraId = SETTINGS, *, contexts: Sequence[str] = (), prompt: str = "", login_hint: str = ""
) -> Departure:
    return depart(
        settings,
        METADATA,
        provider="https://login.example/tenant",
        callback=CALLBACK,
        login_hint=login_hint,
        contexts=contexts,
        prompt=prompt,
        randomness=FakeRandomness(),
    )


def asked(departure: Departure) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(departure.url).query).items()}


def test_a_person_is_sent_with_state_nonce_and_pkce_and_comes_back_with_a_query() -> None:
    departure = go()
    kept = departure.transaction
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    assert departure.url.startswith(f"{MICROSOFT}/{TENANT}/oauth2/v2.0/authorize?")
    assert asked(departure) == {
        "response_type": "code",
        "response_mode": "query",
        "client_id": "c",
        "redirect_uri": CALLBACK,
        "scope": "openid profile email offline_access User.Read GroupMember.Read.All",
        "state": departure.state,
        "nonce": kept["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    assert kept["verifier"] not in departure.url
    assert not departure.posted


def test_hints_and_a_prompt_are_passed_on() -> None:
    settings = replace(SETTINGS, prompt="select_account", domain_hint="contoso.com", groups=False)
    query = asked(go(settings, login_hint="ada@contoso.com"))
    assert query["prompt"] == "select_account"
    assert query["domain_hint"] == "contoso.com"
    assert query["login_hint"] == "ada@contoso.com"
    assert query["scope"] == "openid profile email offline_access User.Read"
    assert asked(go(settings, prompt="login"))["prompt"] == "login"


def test_a_hint_that_nobody_typed_is_left_out() -> None:
    assert "login_hint" not in asked(go(login_hint="a" * 321))


def test_contexts_are_asked_for_in_the_claims_parameter_and_without_a_prompt() -> None:
    settings = replace(SETTINGS, conditional_access=True, prompt="login")
    query = asked(go(settings, contexts=["c1"]))
    assert json.loads(query["claims"]) == {"id_token": {"acrs": {"essential": True, "value": "c1"}}}
    assert "prompt" not in query
    assert asked(go(settings))["prompt"] == "login"


def test_contexts_are_ignored_where_conditional_access_is_off() -> None:
    assert "claims" not in asked(go(contexts=["c1"]))


def test_several_contexts_are_listed_and_what_is_none_is_left_out() -> None:
    wanted = claims_request(["c2", "c1", "c2", 'c3"}', "c0", "c100", "C4", ""])
    assert json.loads(wanted) == {"id_token": {"acrs": {"essential": True, "values": ["c1", "c2"]}}}
    assert claims_request(['"', "p1"]) == ""


def test_signing_out_of_entra_leads_back() -> None:
    url = end_session_url(METADATA, back="https://access.example.com/", login_hint="opaque")
    assert parse_qs(urlsplit(url).query) == {
        "post_logout_redirect_uri": ["https://access.example.com/"],
        "logout_hint": ["opaque"],
    }
    assert "logout_hint" not in end_session_url(METADATA, back="https://access.example.com/")
    assert end_session_url(replace(METADATA, end_session_endpoint=""), back="https://a.example/") == ""


def test_an_administrator_consents_to_everything_that_is_registered() -> None:
    url = admin_consent_url(
        f"{MICROSOFT}/{TENANT}/v2.0", client_id="c", resource="https://graph.microsoft.com", callback=CALLBACK
    )
    assert url.startswith(f"{MICROSOFT}/{TENANT}/v2.0/adminconsent?")
    assert parse_qs(urlsplit(url).query)["scope"] == ["https://graph.microsoft.com/.default"]


@pytest.mark.parametrize("name", ["state", "nonce", "verifier"])
def test_no_two_departures_share_a_secret(name: str) -> None:
    randomness = FakeRandomness()
    first, second = (
        depart(
            SETTINGS,
            METADATA,
            provider="p",
            callback=CALLBACK,
            login_hint="",
            contexts=(),
            prompt="",
            randomness=randomness,
        )
        for _ in range(2)
    )
    assert first.transaction[name] != second.transaction[name]
