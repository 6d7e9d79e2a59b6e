from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from doorward.envoy import names
from doorward.model.configuration import Configuration
from doorward.model.errors import SignInRefused
from doorward.model.ids import ApplicationId, IdentityProviderId
from doorward.services.flows import Flow
from doorward.services.rate_limits import PER_PERSON
from doorward.services.secrets import hashed
from doorward.services.sign_in import TRANSACTION_COOKIE
from doorward.web.passwords import WRONG
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD, SWITCH_COOKIE
from doorward.web.ways import LOGIN
from tests.services.sample import COMPANY, STAFF, TEAM
from tests.web.site import CSRF, Site, cookies_set_by, hidden_fields, of, query_of, with_providers

CALLBACK = "/cdn-cgi/access/callback"


def test_several_providers_are_offered_to_choose_from() -> None:
    page = Site().get(LOGIN)
    assert page.status_code == 200
    assert f"{LOGIN}?provider=staff" in page.text
    assert f"{LOGIN}?provider=company" in page.text


def test_the_only_provider_is_not_asked_about_but_shows_its_form() -> None:
    page = Site(with_providers(STAFF)).get(LOGIN)
    assert 'type="password"' in page.text
    assert "Sign in another way" not in page.text


def test_the_only_provider_elsewhere_is_gone_to_at_once() -> None:
    answer = Site(with_providers(COMPANY)).get(LOGIN)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://idp.example.com/authorize?")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith(TRANSACTION_COOKIE)
    assert "Secure; HttpOnly; SameSite=Lax" in cookie


def test_without_a_provider_the_page_says_what_an_administrator_does() -> None:
    page = Site(of(Configuration())).get(LOGIN)
    assert page.status_code == 503
    assert "doorward apply" in page.text


def test_the_form_carries_the_secret_of_its_cookie() -> None:
    page = Site().get(f"{LOGIN}?provider=staff")
    fields = hidden_fields(page.text)
    assert fields["provider"] == STAFF
    assert len(fields[CSRF_FIELD]) == 43
    assert cookies_set_by(page) == {CSRF_COOKIE: fields[CSRF_FIELD]}
    assert page.headers["cache-control"] == "no-store"


def test_a_provider_that_is_not_there_is_not_found() -> None:
    assert Site().get(f"{LOGIN}?provider=nobody").status_code == 404


def test_the_right_password_leads_to_the_launcher_with_a_session() -> None:
    answer = Site().sign_in()
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TEAM}/")
    assert list(cookies_set_by(answer)) == [names.SESSION_COOKIE]


def steady(page: str) -> str:
    """The page without the challenge for passkeys, which is another each time."""
    page = re.sub(r' data-options="[^"]*"', "", page)
    return re.sub(r'name="challenge" value="[^"]*"', "", page)


def test_a_wrong_password_and_an_unknown_person_read_the_same() -> None:
    site = Site()
    known = site.sign_in("ada@example.com", "wrong")
    unknown = site.sign_in("eve@example.com", "wrong")
    assert known.status_code == unknown.status_code == 403
    assert WRONG in known.text
    assert steady(known.text).replace("ada@", "eve@") == steady(unknown.text)
    assert names.SESSION_COOKIE not in cookies_set_by(known)


def test_the_password_that_was_typed_is_not_in_the_page() -> None:
    page = Site().sign_in("ada@example.com", "secret-password")
    assert "ada@example.com" in page.text
    assert "secret-password" not in page.text


def test_too_many_wrong_passwords_must_wait_and_are_told_how_long() -> None:
    site = Site()
    for _ in range(PER_PERSON):
        site.sign_in("ada@example.com", "wrong")
    site.world.clock.advance(timedelta(seconds=100))
    page = site.sign_in("ada@example.com", "ada's")
    assert (page.status_code, page.headers["retry-after"]) == (429, "200")
    assert "Wait 200 seconds" in page.text
    assert names.SESSION_COOKIE not in cookies_set_by(page)


@pytest.mark.parametrize(
    ("fields", "cookies", "headers"),
    [
        ({}, {CSRF_COOKIE: CSRF}, {}),
        ({CSRF_FIELD: "d" * 43}, {CSRF_COOKIE: CSRF}, {}),
        ({CSRF_FIELD: CSRF}, {}, {}),
        ({CSRF_FIELD: "é"}, {CSRF_COOKIE: CSRF}, {}),
        ({CSRF_FIELD: CSRF}, {CSRF_COOKIE: CSRF}, {"origin": "https://evil.example"}),
        ({CSRF_FIELD: CSRF}, {CSRF_COOKIE: CSRF}, {"sec-fetch-site": "cross-site"}),
    ],
)
def test_a_form_that_is_not_ours_signs_nobody_in(
    fields: dict[str, str], cookies: dict[str, str], headers: dict[str, str]
) -> None:
    site = Site()
    person = {"provider": STAFF, "email": "ada@example.com", "password": "ada's"}
    answer = site.post({**person, **fields}, cookies=cookies, headers=headers)
    assert answer.status_code == 403
    assert cookies_set_by(answer) == {}
    assert site.world.passwords.checked == []


def test_a_form_that_is_too_large_is_refused() -> None:
    site = Site()
    assert site.sign_in("ada@example.com", "x" * 17_000).status_code == 400
    assert site.world.passwords.checked == []


def test_a_provider_elsewhere_takes_no_password() -> None:
    site = Site()
    fields = {CSRF_FIELD: CSRF, "provider": COMPANY, "email": "ada@example.com", "password": "ada's"}
    assert site.post(fields, cookies={CSRF_COOKIE: CSRF}).status_code == 403


def test_a_flow_goes_through_form_and_sign_in_to_the_application() -> None:
    site = Site()
    flow, _ = site.begin_flow()
    form = site.get(f"{LOGIN}?{urlencode({'flow': flow, 'provider': 'staff'})}")
    assert "Hello" in form.text
    back = site.sign_in(flow=hidden_fields(form.text)["flow"])
    assert back.headers["location"].startswith(f"{LOGIN}?flow=")
    onward = site.get(back.headers["location"], cookies=cookies_set_by(back))
    assert onward.status_code == 303
    assert onward.headers["location"].startswith("https://hello.example.com/cdn-cgi/access/authorized?code=")


def test_someone_who_is_signed_in_is_sent_on_without_a_form() -> None:
    site = Site()
    answer = site.get(LOGIN, cookies=site.session_cookies())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TEAM}/")


@pytest.mark.parametrize("flow", ["nonsense", "expired"])
def test_a_flow_that_does_not_hold_leads_to_the_launcher(flow: str) -> None:
    site = Site()
    session = site.session_cookies()
    if flow == "expired":
        flow, _ = site.begin_flow()
        site.world.clock.advance(timedelta(minutes=31))
    answer = site.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=session)
    assert answer.headers["location"] == f"{TEAM}/"


def test_bob_reads_why_he_may_not_and_gets_no_code() -> None:
    site = Site()
    flow, _ = site.begin_flow()
    page = site.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=site.session_cookies("bob"))
    assert page.status_code == 403
    assert "bob@example.com" in page.text
    assert "location" not in page.headers
    assert hidden_fields(page.text)["application"] == "hello"


def test_an_application_that_went_meanwhile_is_not_found() -> None:
    site = Site()
    flow, _ = site.begin_flow()
    session = site.session_cookies()
    site.world.current.replace(Site(with_providers(COMPANY)).world.current.get())
    assert site.get(f"{LOGIN}?{urlencode({'flow': flow})}", cookies=session).status_code == 404


def test_back_from_a_provider_a_person_has_a_session_and_goes_on() -> None:
    site = Site()
    flow, _ = site.begin_flow()
    away = site.get(f"{LOGIN}?{urlencode({'flow': flow, 'provider': 'company'})}")
    query = {"state": query_of(away.headers["location"])["state"], "code": "good"}
    back = site.get(f"{CALLBACK}?{urlencode(query)}", cookies=cookies_set_by(away))
    assert back.headers["location"].startswith(f"{LOGIN}?flow=")
    cookies = cookies_set_by(back)
    assert cookies[names.SESSION_COOKIE]
    assert [value for name, value in cookies.items() if name.startswith(TRANSACTION_COOKIE)] == [""]


def test_an_answer_for_another_browser_or_used_twice_is_refused() -> None:
    site = Site()
    away = site.get(f"{LOGIN}?provider=company")
    query = urlencode({"state": query_of(away.headers["location"])["state"], "code": "good"})
    assert site.get(f"{CALLBACK}?{query}").status_code == 403
    cookies = cookies_set_by(away)
    assert site.get(f"{CALLBACK}?{query}", cookies=cookies).status_code == 303
    again = site.get(f"{CALLBACK}?{query}", cookies=cookies)
    assert again.status_code == 403
    assert cookies_set_by(again) == {}


def test_a_provider_that_does_not_answer_is_told_as_such() -> None:
    site = Site()
    site.world.redirect.fail()
    assert site.get(f"{LOGIN}?provider=company").status_code == 503


def test_what_a_provider_refuses_is_told_with_what_to_do_and_whom_to_ask() -> None:
    site = Site(with_providers(COMPANY))
    there = site.get(LOGIN)
    state = query_of(there.headers["location"])["state"]
    site.world.redirect.fault = SignInRefused(
        "You are not assigned to this application.",
        advice="Ask your administrator <b>now</b>.",
        code="AADSTS50105",
        correlation="1b5a",
    )
    back = site.get(f"/cdn-cgi/access/callback?state={state}&code=good", cookies=cookies_set_by(there))
    assert back.status_code == 403
    for shown in ("You are not assigned", "AADSTS50105", "1b5a", "Try again", "Use another account"):
        assert shown in back.text
    assert "<b>now</b>" not in back.text


def test_an_answer_that_is_posted_counts_like_one_in_a_link() -> None:
    site = Site(with_providers(COMPANY))
    there = site.get(LOGIN)
    state = query_of(there.headers["location"])["state"]
    back = site.request(
        "POST",
        "/cdn-cgi/access/callback",
        cookies=cookies_set_by(there),
        headers={"content-type": "application/x-www-form-urlencoded", "origin": "https://idp.example.com"},
        content=f"RelayState={state}&state={state}&code=good".encode(),
    )
    assert back.status_code == 303
    assert names.SESSION_COOKIE in cookies_set_by(back)


def test_an_answer_that_says_something_twice_is_refused() -> None:
    site = Site(with_providers(COMPANY))
    assert site.get("/cdn-cgi/access/callback?state=a&state=b").status_code == 403


def test_a_session_that_was_ended_from_outside_is_told_why_once() -> None:
    site = Site()
    cookies = site.session_cookies()
    (session,) = asyncio.run(site.world.sessions.listed())
    asyncio.run(site.world.sessions.end([session.id], why="Your account was disabled."))
    told = site.get(LOGIN, cookies=cookies)
    assert "Your account was disabled." in told.text
    assert cookies_set_by(told) == {names.SESSION_COOKIE: ""}


def test_signing_in_as_someone_else_asks_the_provider_who() -> None:
    site = Site(with_providers(COMPANY))
    site.get(LOGIN)
    switched = site.get(LOGIN, cookies={SWITCH_COOKIE: "1"})
    assert SWITCH_COOKIE in cookies_set_by(switched)
    site.get(f"{LOGIN}?switch=1")
    assert site.world.redirect.prompts == ["", "select_account", "select_account"]


def test_whatever_goes_wrong_on_the_way_back_leads_to_another_try_for_the_same_page() -> None:
    site = Site(with_providers(COMPANY))
    site.world.redirect.fault = None
    flow = site.world.flows.sealed(
        Flow(ApplicationId("hello"), "hello.example.com", "/wiki", hashed("b" * 43))
    )
    there = site.get(f"{LOGIN}?{urlencode({'flow': flow})}")
    state = query_of(there.headers["location"])["state"]
    back = site.get(f"{CALLBACK}?state={state}&code=bad", cookies=cookies_set_by(there))
    assert back.status_code == 403
    assert "Try again" in back.text
    assert "login?flow=" in back.text
    lost = site.get(f"{CALLBACK}?state={state}&code=good")
    assert "This sign-in was not begun in this browser, or too long ago; start again." in lost.text
    assert "Try again" in lost.text


def test_a_program_that_brings_an_answer_gets_no_page() -> None:
    lost = Site().get(f"{CALLBACK}?state=x", headers={"accept": "application/json"})
    assert (lost.status_code, lost.headers["content-type"]) == (403, "application/json")


def test_people_are_sent_straight_to_the_provider_that_the_application_names() -> None:
    site = Site()
    flow, _ = site.begin_flow()
    address = f"{LOGIN}?{urlencode({'flow': flow})}"
    assert "provider=staff" in site.get(address).text

    def named(configuration: Configuration, provider: IdentityProviderId) -> Configuration:
        applications = tuple(replace(a, sign_in_with=provider) for a in configuration.applications)
        return replace(configuration, applications=applications)

    asyncio.run(site.world.configurations.change(lambda c: named(c, COMPANY)))
    there = site.get(address)
    assert there.status_code == 303
    assert TRANSACTION_COOKIE in there.headers["set-cookie"]
    asyncio.run(site.world.configurations.change(lambda c: named(c, STAFF)))
    page = site.get(address)
    assert 'type="password"' in page.text
    assert "Sign in another way" not in page.text
