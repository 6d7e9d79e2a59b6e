"""Signing in, what the application then sees, signing out, and ending sessions while streams are open."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.live.system import ADA, BOB, System
from tests.live.visitor import PAGE, SCRIPT, Visitor

ACCESS = "/cdn-cgi/access"


def headers_at_origin(system: System, visitor: Visitor) -> list[tuple[str, str]]:
    """What reached the application."""
    answer = visitor.get(f"{system.app_url}/headers")
    assert answer.status_code == 200, answer.text
    return [(name, value) for name, value in answer.json()["headers"]]


def test_ada_gets_in_and_to_the_page_she_asked_for(system: System) -> None:
    with system.visitor() as visitor:
        target = f"{system.app_url}/headers?x=1&y=%C3%A4%20b"
        answer = visitor.sign_in(target, ADA, system.password(ADA))
    assert answer.status_code == 200
    assert str(answer.url) == target
    assert answer.json()["query"] == "x=1&y=%C3%A4%20b"
    assert {response.status_code for response in answer.history} <= {302, 303}


def test_who_is_signed_in_is_not_asked_again_for_another_tab(system: System, new_ada: Visitor) -> None:
    new_ada.http.cookies.delete("__Host-doorward-app", domain="hello.localhost")
    new_ada.http.cookies.delete("__Host-doorward-token", domain="hello.localhost")
    answer = new_ada.open(f"{system.app_url}/events")
    assert (answer.status_code, answer.url.path) == (200, "/events")
    assert answer.history


def test_the_application_sees_who_it_is_and_none_of_our_cookies(system: System, new_ada: Visitor) -> None:
    new_ada.http.cookies.set("theirs", "kept", domain="hello.localhost")
    seen = headers_at_origin(system, new_ada)
    named: dict[str, list[str]] = {}
    for name, value in seen:
        named.setdefault(name, []).append(value)
    assert named["cf-access-authenticated-user-email"] == [ADA]
    assert len(named["cf-access-jwt-assertion"]) == 1
    assert named["cookie"] == ["theirs=kept"]
    assert named["x-forwarded-for"] == ["127.0.0.1"]
    assert named["x-forwarded-proto"] == ["https"]
    assert named["host"] == [urlsplit(system.app_url).netloc]
    assert not any("doorward" in f"{name}{value}".lower() for name, value in seen if "jwt" not in name)


def test_the_assertion_verifies_with_the_published_keys(system: System, new_ada: Visitor) -> None:
    assertion = dict(headers_at_origin(system, new_ada))["cf-access-jwt-assertion"]
    for origin in (system.team_url, system.app_url):
        with system.visitor() as anybody:
            certs = anybody.get(f"{origin}{ACCESS}/certs", SCRIPT)
        assert all("d" not in key for key in certs.json()["keys"])
        claims = jwt.decode(assertion, KeySet.import_key_set(certs.json()), algorithms=["RS256"]).claims
        assert claims["iss"] == system.team_url
        assert claims["email"] == ADA
        assert claims["sid"] == system.session_of(new_ada)
        assert claims["exp"] - claims["iat"] <= 3600


def test_bob_is_refused_and_reads_why(system: System) -> None:
    with system.sign_in(BOB) as bob:
        page = bob.open(f"{system.app_url}/")
        assert page.status_code == 403
        assert BOB in page.text
        assert "Hello" in page.text
        assert "Engineers" in page.text or "include" in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "form-action" in page.headers["content-security-policy"]
        launcher = bob.open(f"{system.team_url}/")
        assert launcher.status_code == 200
        assert "hello.localhost" not in launcher.text


@pytest.mark.parametrize(
    "headers",
    [
        SCRIPT,
        {"accept": "text/html", "x-requested-with": "XMLHttpRequest"},
        {"accept": "text/html", "sec-fetch-mode": "cors"},
        {"accept": "text/html", "sec-fetch-mode": "no-cors"},
        {"accept": "application/json"},
        {"accept": "text/event-stream"},
    ],
    ids=["fetch", "xhr", "cors", "no-cors", "json", "events"],
)
def test_scripts_are_told_401_and_not_sent_to_a_page(system: System, headers: dict[str, str]) -> None:
    with system.visitor() as visitor:
        answer = visitor.get(f"{system.app_url}/", headers)
    assert answer.status_code == 401
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("application/json")


def test_a_posted_form_without_a_session_is_told_401(system: System) -> None:
    with system.visitor() as visitor:
        answer = visitor.http.post(f"{system.app_url}/upload", headers=PAGE, content=b"x")
    assert answer.status_code == 401


def test_a_wrong_password_is_refused_in_words(system: System) -> None:
    with system.visitor() as visitor:
        page = visitor.submit(visitor.open(f"{system.app_url}/"), email=ADA, password="not hers")
    assert page.status_code == 403
    assert "do not fit" in page.text
    assert "not hers" not in page.text


def test_get_identity_tells_who_one_is(system: System, new_ada: Visitor) -> None:
    url = f"{system.app_url}{ACCESS}/get-identity"
    found = new_ada.get(url, SCRIPT).json()
    assert (found["email"], found["name"], found["idp"]["type"]) == (ADA, "Ada", "local")
    assert found == new_ada.get(f"{system.team_url}{ACCESS}/get-identity", SCRIPT).json()
    with system.visitor() as stranger:
        assert stranger.get(url, SCRIPT).status_code == 401


def test_signing_out_at_the_application_ends_everything(system: System, new_ada: Visitor) -> None:
    stolen = new_ada.cookie(system.app_url), new_ada.cookie(system.team_url)
    page = new_ada.open(f"{system.app_url}{ACCESS}/logout")
    assert (page.status_code, page.url.host) == (200, "access.localhost")
    assert not [name for name in new_ada.cookies(system.app_url) if "doorward" in name]
    assert "__Host-doorward-session" not in new_ada.cookies(system.team_url)
    with system.visitor() as thief:
        for url, cookie in zip((system.app_url, system.team_url), stolen, strict=True):
            answer = thief.get(f"{url}/", {**PAGE, "cookie": cookie})
            assert answer.is_redirect
            assert "/login" in answer.headers["location"]


def test_signing_out_at_the_launcher_ends_the_application_too(system: System, new_ada: Visitor) -> None:
    assert new_ada.open(f"{system.team_url}{ACCESS}/logout").status_code == 200
    assert new_ada.get(f"{system.app_url}/").is_redirect


# --- ending a session from outside -----------------------------------------------------------------


def test_the_id_of_a_refusal_is_the_one_in_the_log(system: System) -> None:
    with system.visitor() as stranger:
        answer = stranger.get(f"{system.app_url}/", SCRIPT)
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
