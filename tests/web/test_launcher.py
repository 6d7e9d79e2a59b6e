from __future__ import annotations

from datetime import timedelta

from doorward.web.ways import LOGIN
from tests.web.site import Site


def test_without_a_session_the_way_leads_to_the_sign_in() -> None:
    answer = Site().get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, LOGIN)


def test_people_see_what_they_may_open_and_nothing_else() -> None:
    site = Site()
    ada = site.get("/", cookies=site.session_cookies("ada")).text
    bob = site.get("/", cookies=site.session_cookies("bob")).text
    assert 'href="https://hello.example.com/"' in ada
    assert "hello.example.com" not in bob
    for page in (ada, bob):
        assert "open.example.com" in page
        assert "closed.example.com" not in page


def test_the_page_says_who_one_is_and_how_to_leave() -> None:
    site = Site()
    page = site.get("/", cookies=site.session_cookies())
    assert "ada@example.com" in page.text
    assert 'action="/cdn-cgi/access/logout"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_session_that_ended_leads_to_the_sign_in() -> None:
    site = Site()
    cookies = site.session_cookies()
    site.world.clock.advance(timedelta(days=2))
    assert site.get("/", cookies=cookies).headers["location"] == LOGIN


def test_a_cookie_that_was_sent_twice_opens_nothing() -> None:
    site = Site()
    ((name, value),) = site.session_cookies().items()
    answer = site.get("/", headers={"cookie": f"{name}={value}; {name}={value}"})
    assert answer.status_code == 403
