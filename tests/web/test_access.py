from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.jwk import RSAKey

from doorward.envoy import names
from doorward.services.sessions import LiveSessions
from tests.services.sample import ADA, SOURCE, TEAM, cookies_of
from tests.services.signing_in import enter
from tests.web.site import APPLICATION_HOST, TEAM_HOST, Site, cookies_set_by, of, with_providers

AUTHORIZED = "/cdn-cgi/access/authorized"
IDENTITY = "/cdn-cgi/access/get-identity"
LOGOUT = "/cdn-cgi/access/logout"
CERTS = "/cdn-cgi/access/certs"


def live(sessions: LiveSessions) -> list[str]:
    return [session.identity.email for session in asyncio.run(sessions.listed())]


def test_a_deep_link_ends_on_the_page_that_was_asked_for() -> None:
    site = Site()
    flow, secret = site.begin_flow("/wiki?page=2")
    code = site.code(flow, site.session_cookies())
    answer = site.get(f"{AUTHORIZED}?code={code}", host=APPLICATION_HOST, cookies={names.FLOW_COOKIE: secret})
    assert (answer.status_code, answer.headers["location"]) == (303, "/wiki?page=2")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert cookies_set_by(answer).keys() == {names.FOOTHOLD_COOKIE, names.TOKEN_COOKIE}
    who = site.get(IDENTITY, host=APPLICATION_HOST, cookies=cookies_set_by(answer))
    assert who.json()["email"] == "ada@example.com"


def test_a_code_works_once() -> None:
    site = Site()
    flow, secret = site.begin_flow()
    address = f"{AUTHORIZED}?code={site.code(flow, site.session_cookies())}"
    cookies = {names.FLOW_COOKIE: secret}
    assert site.get(address, host=APPLICATION_HOST, cookies=cookies).status_code == 303
    again = site.get(address, host=APPLICATION_HOST, cookies=cookies)
    assert again.status_code == 403
    assert cookies_set_by(again) == {}


@pytest.mark.parametrize("cookies", [{}, {names.FLOW_COOKIE: "x" * 43}])
def test_a_code_is_worth_nothing_in_another_browser(cookies: dict[str, str]) -> None:
    site = Site()
    flow, _ = site.begin_flow()
    code = site.code(flow, site.session_cookies())
    answer = site.get(f"{AUTHORIZED}?code={code}", host=APPLICATION_HOST, cookies=cookies)
    assert answer.status_code == 403
    assert "another browser" in answer.text
    assert cookies_set_by(answer) == {}


def test_a_code_is_worth_nothing_at_another_application() -> None:
    site = Site()
    flow, secret = site.begin_flow()
    code = site.code(flow, site.session_cookies())
    answer = site.get(
        f"{AUTHORIZED}?code={code}", host="closed.example.com", cookies={names.FLOW_COOKIE: secret}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["", "?code=", "?code=made-up"])
def test_no_code_is_no_way_in(query: str) -> None:
    assert Site().get(AUTHORIZED + query, host=APPLICATION_HOST).status_code == 403


def test_the_identity_is_told_on_the_team_domain() -> None:
    site = Site()
    answer = site.get(IDENTITY, cookies=site.session_cookies())
    found = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (found["email"], found["name"], found["groups"]) == ("ada@example.com", "ada", ["engineers"])
    assert found["idp"] == {"id": "staff", "type": "local", "name": "Staff"}
    assert found["ip"] == str(SOURCE)
    assert found["exp"] > found["iat"]


@pytest.mark.parametrize("kept", [names.FOOTHOLD_COOKIE, names.TOKEN_COOKIE])
def test_the_identity_is_told_on_an_application_to_either_cookie(kept: str) -> None:
    site = Site()
    cookies = {kept: enter(site.world, ADA)[kept]}
    answer = site.get(IDENTITY, host=APPLICATION_HOST, cookies=cookies)
    assert (answer.status_code, answer.json()["email"]) == (200, "ada@example.com")


@pytest.mark.parametrize("host", [TEAM_HOST, APPLICATION_HOST])
def test_without_a_session_nobody_is_told_of(host: str) -> None:
    answer = Site().get(IDENTITY, host=host)
    assert (answer.status_code, answer.json()) == (401, {"error": "Not signed in."})


def test_a_session_that_ended_has_no_identity() -> None:
    site = Site()
    cookies = site.session_cookies()
    site.world.clock.advance(timedelta(days=2))
    assert site.get(IDENTITY, cookies=cookies).status_code == 401


def test_the_team_cookie_is_worth_nothing_on_an_application() -> None:
    site = Site()
    assert site.get(IDENTITY, host=APPLICATION_HOST, cookies=site.session_cookies()).status_code == 401


def test_an_unknown_host_has_no_identity_to_tell() -> None:
    assert Site().get(IDENTITY, host="other.example.com").status_code == 404


def test_a_provider_that_was_removed_is_told_as_removed() -> None:
    site = Site()
    cookies = site.session_cookies()
    site.world.current.replace(Site(with_providers()).world.current.get())
    found = site.get(IDENTITY, cookies=cookies).json()
    assert found["idp"] == {"id": "staff", "type": "removed"}


def test_signing_out_ends_the_session_and_forgets_the_cookie() -> None:
    site = Site()
    cookies = site.session_cookies()
    page = site.get(LOGOUT, cookies=cookies)
    assert page.status_code == 200
    assert cookies_set_by(page) == {names.SESSION_COOKIE: ""}
    assert live(site.world.sessions) == []
    assert site.get(IDENTITY, cookies=cookies).status_code == 401


def test_signing_out_at_an_application_forgets_its_cookies_and_goes_to_the_team_domain() -> None:
    site = Site()
    cookies = enter(site.world, ADA)
    answer = site.get(LOGOUT, host=APPLICATION_HOST, cookies=cookies)
    assert answer.headers["location"] == f"{TEAM}/cdn-cgi/access/logout"
    assert cookies_of(answer.headers.get_list("set-cookie")) == dict.fromkeys(
        (names.TOKEN_COOKIE, names.FOOTHOLD_COOKIE, names.FLOW_COOKIE), ""
    )
    assert live(site.world.sessions) == []


def test_who_signs_out_to_be_somebody_else_comes_back_to_the_application() -> None:
    site = Site()
    answer = site.get(f"{LOGOUT}?application=hello", cookies=site.session_cookies())
    assert answer.headers["location"] == "https://hello.example.com/"
    assert site.get(f"{LOGOUT}?application=https://evil.example").status_code == 200


@pytest.mark.parametrize("kind", ["image", "iframe", "script", "empty"])
@pytest.mark.parametrize("host", [TEAM_HOST, APPLICATION_HOST])
def test_a_page_elsewhere_cannot_sign_people_out(host: str, kind: str) -> None:
    site = Site()
    cookies = site.session_cookies() if host == TEAM_HOST else enter(site.world, ADA)
    answer = site.get(LOGOUT, host=host, cookies=cookies, headers={"sec-fetch-dest": kind})
    assert answer.status_code == 403
    assert cookies_set_by(answer) == {}
    assert live(site.world.sessions) == ["ada@example.com"]


@pytest.mark.parametrize("host", [TEAM_HOST, APPLICATION_HOST])
def test_the_public_keys_are_on_every_host_and_hold_no_private_part(host: str) -> None:
    answer = Site().get(CERTS, host=host)
    assert answer.headers["cache-control"] == "public, max-age=300"
    (key,) = answer.json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert key.keys() == {"kid", "kty", "alg", "use", "n", "e"}


def test_the_keys_are_there_as_certificates_too_the_one_that_signs_first() -> None:
    site = Site()
    asyncio.run(site.world.tokens.announce())
    found = site.get(CERTS).json()
    assert found.keys() == {"keys", "public_cert", "public_certs"}
    kids = [each.key.kid for each in site.world.tokens.schedule]
    assert [key["kid"] for key in found["keys"]] == kids
    assert [each["kid"] for each in found["public_certs"]] == kids
    assert found["public_cert"] == found["public_certs"][0]
    for key, each in zip(found["keys"], found["public_certs"], strict=True):
        public = x509.load_pem_x509_certificate(each["cert"].encode()).public_key()
        assert isinstance(public, RSAPublicKey)
        assert RSAKey.import_key(public).as_dict(private=False)["n"] == key["n"]


def test_a_world_without_applications_has_no_door_to_go_through() -> None:
    site = Site(of(Site(with_providers()).world.current.get().configuration))
    assert site.get(AUTHORIZED, host=APPLICATION_HOST).status_code == 404
