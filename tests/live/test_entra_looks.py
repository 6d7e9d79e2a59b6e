"""The stand-in for Entra in a real browser: its pages' looks, and a sign-in with and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, Route

from doorward.sample.entra.seed import ADA, CLIENT_ID, ENGINEERING, PASSWORD, TENANT_ID
from tests.fakes.entra import CALLBACK, FakeEntra
from tests.live.browser import LOOKS, Look, person
from tests.live.looks import nameless, overflow, pale_texts, walk

PAGES = {
    "home": "_admin/",
    "application": f"_admin/applications/{CLIENT_ID}",
    "user": f"_admin/users/{ADA}",
    "group": f"_admin/groups/{ENGINEERING}",
    "conditional-access": "_admin/conditional-access",
    "faults": "_admin/faults",
    "missing": "_admin/users/nobody",
}
LOOK = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with FakeEntra().serving() as url:
        yield url


def authorize(base_url: str, **changes: str) -> str:
    query = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid profile",
        "state": "s",
    } | changes
    return f"{base_url}/{TENANT_ID}/oauth2/v2.0/authorize?{urlencode(query)}"


def check_looks(page: Page) -> None:
    assert overflow(page) <= 0
    assert pale_texts(page) == []
    assert nameless(page) == []
    count, stops = walk(page)
    assert [stop for stop in stops if stop.outline < 2 or not stop.inside] == []
    assert sorted(stop.control for stop in stops) == list(range(count))


@LOOK
@pytest.mark.parametrize("name", PAGES)
def test_an_administrators_page_fits_is_legible_and_works_by_keyboard(
    chromium: Browser, base_url: str, name: str, look: Look
) -> None:
    with person(chromium, look=look) as (page, witness):
        page.goto(f"{base_url}/{PAGES[name]}")
        check_looks(page)
        assert [text for text in witness.complaints if "404" not in text] == []


@LOOK
def test_the_sign_in_pages_fit_are_legible_and_work_by_keyboard(
    chromium: Browser, base_url: str, look: Look
) -> None:
    with person(chromium, look=look) as (page, _):
        page.goto(authorize(base_url, prompt="consent"))
        page.get_by_label("Password").wait_for()
        page.locator("body").click()
        check_looks(page)
        page.get_by_label("Email or user name").fill("ada@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Permissions requested").wait_for()
        check_looks(page)
        page.goto(authorize(base_url, prompt="select_account"))
        check_looks(page)
        page.goto(authorize(base_url, redirect_uri="https://elsewhere.example/"))
        check_looks(page)


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_code_reaches_the_application_with_and_without_javascript(
    chromium: Browser, base_url: str, mode: str, *, javascript: bool
) -> None:
    arrived: list[str] = []

    def application(route: Route) -> None:
        arrived.append(route.request.post_data or route.request.url)
        route.fulfill(status=200, body="<h1>Arrived</h1>", content_type="text/html")

    with person(chromium, javascript=javascript) as (page, witness):
        page.route(f"{CALLBACK}**", application)
        page.goto(authorize(base_url, response_mode=mode))
        page.get_by_label("Email or user name").fill("ada@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        if mode == "form_post" and not javascript:
            page.get_by_role("button", name="Continue").click()
        page.get_by_role("heading", name="Arrived").wait_for()
        assert "code=" in arrived[0]
        assert "state=s" in arrived[0]
        assert witness.complaints == []
