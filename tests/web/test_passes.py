from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest

from doorward.model.access_pass import PassRules, Presented
from doorward.web.passes import PASSES, REMOVE
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.fakes.stores import FakeStores
from tests.services.sample import TEAM, configuration
from tests.services.world import World
from tests.web.site import CSRF, Site, hidden_fields

GOOD = {"application": "hello", "name": "Phone", "days": "30", "paths": "/dav\n\n/api/"}


def site_taking(*ways: Presented) -> Site:
    present = configuration()
    rules = PassRules(presented=frozenset(ways)) if ways else None
    hello, *others = present.applications
    applications = (replace(hello, passes=rules), *others)
    return Site(World(stores=FakeStores(replace(present, applications=applications))))


@pytest.fixture
def site() -> Site:
    return site_taking(*Presented)


def send(
    site: Site, target: str, fields: Mapping[str, str], cookies: Mapping[str, str], *, csrf: str = CSRF
) -> httpx.Response:
    return site.request(
        "POST",
        target,
        cookies={**cookies, CSRF_COOKIE: CSRF},
        headers={"content-type": "application/x-www-form-urlencoded", "origin": TEAM},
        content=urlencode({CSRF_FIELD: csrf, **fields}).encode(),
    )


def test_the_launcher_leads_here_where_an_application_takes_passes(site: Site) -> None:
    assert f'href="{PASSES}"' in site.get("/", cookies=site.session_cookies()).text
    other = site_taking()
    assert f'href="{PASSES}"' not in other.get("/", cookies=other.session_cookies()).text


@pytest.mark.parametrize("target", [PASSES, REMOVE])
def test_nobody_is_sent_to_sign_in(site: Site, target: str) -> None:
    for answer in (site.get(PASSES), send(site, target, GOOD, {})):
        assert (answer.status_code, answer.headers["location"]) == (303, LOGIN)


def test_a_pass_is_shown_once_with_its_uses_and_a_code_to_scan(site: Site) -> None:
    cookies = site.session_cookies()
    shown = send(site, PASSES, GOOD, cookies)
    assert shown.status_code == 200
    (secret,) = set(re.findall(r"dwap_\w{48}", shown.text))
    assert f"Doorward-Pass: {secret}" in shown.text
    assert f"curl -u any:{secret} https://hello.example.com/dav" in shown.text
    assert "<svg" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    listed = site.get(PASSES, cookies=cookies).text
    assert "Phone" in listed
    assert "/dav, /api" in listed
    assert secret not in listed


def test_only_the_ways_that_the_application_takes_are_shown() -> None:
    site = site_taking(Presented.QUERY)
    shown = send(site, PASSES, GOOD, site.session_cookies())
    assert "?doorward_pass=dwap_" in shown.text
    assert "Doorward-Pass:" not in shown.text
    assert "curl -u" not in shown.text


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"name": ""}, 400, "Say in 1 to 60 characters"),
        ({"days": "x"}, 400, "Choose how many days"),
        ({"days": "366"}, 400, "from an hour to 90 days"),
        ({"paths": "dav"}, 400, "is not a path"),
        ({"application": "closed"}, 403, "You cannot make a pass for this application"),
    ],
)
def test_what_will_not_do_can_be_corrected(
    site: Site, changed: Mapping[str, str], status: int, words: str
) -> None:
    answer = send(site, PASSES, {**GOOD, **changed}, site.session_cookies())
    assert answer.status_code == status
    assert words in answer.text
    assert "dwap_" not in answer.text


def test_a_form_from_another_page_makes_and_removes_nothing(site: Site) -> None:
    cookies = site.session_cookies()
    for target in (PASSES, REMOVE):
        assert send(site, target, GOOD, cookies, csrf="d" * 43).status_code == 403
    assert asyncio.run(site.world.passes.listed()) == []


def test_a_pass_is_removed_by_its_button_and_only_by_its_owner(site: Site) -> None:
    ada, bob = site.session_cookies(), site.session_cookies("bob")
    send(site, PASSES, GOOD, ada)
    page = site.get(PASSES, cookies=ada).text
    fields = hidden_fields(page)
    assert send(site, REMOVE, {"pass": fields["pass"]}, bob).status_code == 404
    removed = send(site, REMOVE, {"pass": fields["pass"]}, ada)
    assert removed.headers["location"] == f"{PASSES}?done=removed"
    assert asyncio.run(site.world.passes.listed()) == []
    assert "was removed" in site.get(f"{PASSES}?done=removed", cookies=ada).text


def test_who_may_open_nothing_that_takes_passes_is_told_so(site: Site) -> None:
    assert "takes passes" in site.get(PASSES, cookies=site.session_cookies("bob")).text
