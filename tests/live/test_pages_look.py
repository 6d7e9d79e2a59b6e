"""Every page in a real browser: phone and desktop, light and dark, with and without a mouse.

Pictures of all pages are left in pytest's temporary folder, to be looked at (``--basetemp`` says where).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from doorward.sample import create_app
from tests.live.browser import DESKTOP, LOOKS, PHONE, Look, person
from tests.live.looks import nameless, overflow, pale_texts, walk
from tests.live.page_server import documents, page_server
from tests.serving import serving

TOKEN = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0."
    "eyJhdWQiOlsiYTFiMmMzIl0sImVtYWlsIjoiYWRhQGV4YW1wbGUuY29tIiwiZXhwIjoxNzk1NDMyMTAwLCJpYXQiOjE3OTU0Mjg1"
    "MDAsImlzcyI6Imh0dHBzOi8vYWNjZXNzLmxvY2FsaG9zdDo4NDQzIiwic2lkIjoiN2YzYSIsInN1YiI6ImxvY2FsOmFkYSJ9.c2ln"
)
IDENTITY = {"Cf-Access-Authenticated-User-Email": "ada@example.com", "Cf-Access-Jwt-Assertion": TOKEN}

LOOK = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
NARROWEST = Look("narrowest", 320, 640)


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    with serving(page_server()) as port:
        yield f"http://access.localhost:{port}"


@pytest.fixture(scope="module")
def sample_port() -> Iterator[int]:
    with serving(create_app()) as port:
        yield port


@pytest.fixture(scope="module")
def sample(sample_port: int) -> str:
    return f"http://hello.localhost:{sample_port}"


def check_looks(page: Page, picture: Path) -> None:
    """What holds for every page: it fits, is legible, and all of it can be reached and named."""
    page.screenshot(path=picture, full_page=True)
    assert overflow(page) <= 0
    assert pale_texts(page) == []
    assert nameless(page) == []
    count, stops = walk(page)
    assert [stop.control for stop in stops] == list(range(count))
    assert [stop for stop in stops if stop.outline < 2 or not stop.inside] == []


@LOOK
@pytest.mark.parametrize("name", documents())
def test_a_page_fits_is_legible_and_works_by_keyboard(
    chromium: Browser, pages: str, pictures: Path, name: str, look: Look
) -> None:
    with person(chromium, look=look) as (page, witness):
        page.goto(f"{pages}/pages/{name}")
        check_looks(page, pictures / f"{name}-{look.name}.png")
        assert witness.complaints == []
        assert witness.hosts == {"access.localhost"}


@LOOK
@pytest.mark.parametrize("path", ["/", "/websocket", "/events"])
def test_the_sample_application_fits_is_legible_and_works_by_keyboard(
    chromium: Browser, sample: str, pictures: Path, path: str, look: Look
) -> None:
    with person(chromium, look=look) as (page, witness):
        page.set_extra_http_headers(IDENTITY)
        page.goto(sample + path)
        if path != "/":
            expect(page.get_by_role("status")).to_have_text("Open")
        check_looks(page, pictures / f"sample{path.replace('/', '-')}-{look.name}.png")
        assert witness.complaints == []
        assert witness.hosts == {"hello.localhost"}


@pytest.mark.parametrize("name", documents())
def test_a_page_fits_the_narrowest_phone_without_javascript(chromium: Browser, pages: str, name: str) -> None:
    with person(chromium, look=NARROWEST) as (page, _):
        page.goto(f"{pages}/pages/{name}")
        assert overflow(page) <= 0
    with person(chromium, look=NARROWEST, javascript=False) as (page, witness):
        page.goto(f"{pages}/pages/{name}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert witness.complaints == []


def test_the_narrowest_phone_holds_the_sample_application(chromium: Browser, sample: str) -> None:
    with person(chromium, look=NARROWEST) as (page, _):
        page.set_extra_http_headers(IDENTITY)
        for path in ("/", "/websocket", "/events"):
            page.goto(sample + path)
            assert overflow(page) <= 0


def test_the_first_tab_offers_to_skip_the_bar(chromium: Browser, pages: str) -> None:
    with person(chromium, look=PHONE) as (page, _):
        page.goto(f"{pages}/pages/launcher")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to your applications")).to_be_in_viewport(ratio=1)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.locator(".tile").first).to_be_focused()


def test_a_form_may_lead_to_the_application_that_the_policy_names(
    chromium: Browser, pages: str, sample: str, sample_port: int
) -> None:
    with person(chromium, look=DESKTOP) as (page, witness):
        page.goto(f"{pages}/sign-in?to={sample_port}&allowed=1")
        fill_in(page)
        page.wait_for_url(f"{sample}/")
        assert witness.complaints == []


def test_a_form_may_lead_to_no_other_application(chromium: Browser, pages: str, sample_port: int) -> None:
    with person(chromium, look=DESKTOP) as (page, witness):
        page.goto(f"{pages}/sign-in?to={sample_port}")
        with page.expect_console_message(lambda message: "form-action" in message.text):
            fill_in(page)
        assert page.url.startswith(pages)
        assert len(witness.complaints) == 1


def fill_in(page: Page) -> None:
    """Sign in by keyboard alone: the first field has the focus already."""
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("a password")
    page.keyboard.press("Enter")


def test_the_websocket_page_echoes_closes_and_opens_again(chromium: Browser, sample: str) -> None:
    with person(chromium) as (page, witness):
        page.goto(f"{sample}/websocket")
        state = page.get_by_role("status")
        expect(state).to_have_text("Open")
        page.get_by_label("Message", exact=True).fill("Hello <b>there</b>")
        page.keyboard.press("Enter")
        expect(page.get_by_role("log").get_by_role("listitem")).to_have_text(["Hello <b>there</b>"] * 2)
        page.get_by_role("button", name="Close").click()
        expect(state).to_have_text("Closed")
        expect(page.get_by_role("button", name="Send")).to_be_disabled()
        page.get_by_role("button", name="Open again").click()
        expect(state).to_have_text("Open")
        assert witness.complaints == []


def test_the_events_page_ticks_until_it_is_closed(chromium: Browser, sample: str) -> None:
    with person(chromium) as (page, witness):
        page.goto(f"{sample}/events")
        expect(page.locator("#count")).to_have_text("2")
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_role("status")).to_have_text("Closed")
        assert witness.complaints == []
