from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from doorward.model.application import ApplicationType, Origin
from doorward.model.destination import Destination
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.web.launcher import place_of
from doorward.web.ways import LOGIN
from tests.services.sample import application, policy
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


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, "hello.example.com"),
        ({"destinations": (Destination("*.a.b"), Destination("a.b", "/x"))}, "a.b/x"),
        ({"type": ApplicationType.TCP, "origin": Origin(url="tcp://h:1")}, "hello.example.com (TCP)"),
        (
            {"type": ApplicationType.BOOKMARK, "destinations": (), "origin": Origin(url="https://m.org/in")},
            "m.org",
        ),
    ],
)
def test_a_tile_says_where_it_is(changes: dict[str, Any], place: str) -> None:
    assert place_of(replace(application("hello"), **changes)) == place


def test_what_a_browser_cannot_open_is_shown_and_leads_nowhere() -> None:
    ssh = replace(application("ssh"), type=ApplicationType.TCP, origin=Origin(url="tcp://h:22"))
    everyone = policy(Action.ALLOW, Selector("everyone"))
    site = Site()
    only = (replace(ssh, policies=(everyone,)),)
    asyncio.run(site.world.configurations.change(lambda c: replace(c, applications=only)))
    page = site.get("/", cookies=site.session_cookies()).text
    assert "ssh.example.com (TCP)" in page
    assert "<a class=" + '"tile"' not in page
