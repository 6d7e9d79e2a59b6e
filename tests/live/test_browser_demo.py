"""The demonstration in a real browser, as Ada, Bob and somebody without a mouse see it.

Pictures are left in pytest's temporary folder, to be looked at (``--basetemp`` says where).
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.live.browser import person
from tests.live.system import ADA, BOB, System

REFUSALS = ("Failed to load resource: the server responded with a status of 403",)
"""Chromium notes every answer of 400 and more on its console; this one is asked for."""


def sign_in(page: Page, system: System, email: str) -> None:
    """Fill in the form that is shown."""
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(system.password(email))
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_ada_signs_in_uses_the_application_and_signs_out(
    system: System, chromium: Browser, pictures: Path
) -> None:
    with person(chromium) as (page, witness):
        page.goto(f"{system.app_url}/?from=a-link#here")
        page.screenshot(path=pictures / "1-sign-in.png", full_page=True)
        expect(page.get_by_text("Hello")).to_be_visible()
        sign_in(page, system, ADA)
        page.wait_for_url(f"{system.app_url}/?from=a-link*")
        expect(page.get_by_text(ADA).first).to_be_visible()
        page.screenshot(path=pictures / "2-identity.png", full_page=True)

        page.get_by_role("link", name="WebSocket").click()
        expect(page.get_by_role("status")).to_have_attribute("data-state", "open")
        page.get_by_role("textbox", name="Message").fill("hello from Ada")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("log").get_by_text("hello from Ada")).to_have_count(2)
        page.screenshot(path=pictures / "3-websocket.png", full_page=True)

        page.get_by_role("link", name="events").click()
        expect(page.locator("#count")).to_have_text("2", timeout=8000)
        page.screenshot(path=pictures / "4-events.png", full_page=True)

        page.goto(f"{system.team_url}/")
        tile = page.get_by_role("link", name="Hello")
        expect(tile).to_have_attribute("href", f"{system.app_url}/")
        page.screenshot(path=pictures / "5-launcher.png", full_page=True)
        tile.click()
        expect(page).to_have_url(f"{system.app_url}/")

        page.goto(f"{system.team_url}/")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("signed out", ignore_case=True)
        page.screenshot(path=pictures / "6-signed-out.png", full_page=True)
        page.goto(f"{system.app_url}/")
        expect(page.get_by_label("Password")).to_be_visible()
    assert witness.complaints == []
    assert witness.hosts == {"hello.localhost", "access.localhost"}


def test_bob_reads_why_he_may_not_and_ada_can_take_over(
    system: System, chromium: Browser, pictures: Path
) -> None:
    with person(chromium) as (page, witness):
        page.goto(f"{system.app_url}/")
        sign_in(page, system, BOB)
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not open Hello")
        expect(page.get_by_text(BOB)).to_be_visible()
        expect(page.locator("ul.reasons li")).not_to_have_count(0)
        page.screenshot(path=pictures / "7-denied.png", full_page=True)
        page.get_by_role("button", name="Sign in as someone else").click()
        sign_in(page, system, ADA)
        expect(page).to_have_url(f"{system.app_url}/")
        expect(page.get_by_text(ADA).first).to_be_visible()
    assert [text for text in witness.complaints if not any(known in text for known in REFUSALS)] == []


def test_a_wrong_password_can_be_corrected_and_nothing_needs_a_mouse(
    system: System, chromium: Browser, pictures: Path
) -> None:
    with person(chromium) as (page, witness):
        page.goto(f"{system.app_url}/")
        expect(page.get_by_label("Email")).to_be_focused()
        page.keyboard.type(ADA)
        page.keyboard.press("Tab")
        page.keyboard.type("not the password")
        page.keyboard.press("Enter")
        expect(page.get_by_text("do not fit")).to_be_visible()
        page.screenshot(path=pictures / "8-wrong-password.png", full_page=True)
        expect(page.get_by_label("Email")).to_have_value(ADA)
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type(system.password(ADA))
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{system.app_url}/")
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "WebSocket":
                break
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_attribute("data-state", "open")
    assert [text for text in witness.complaints if not any(known in text for known in REFUSALS)] == []


def test_a_revoked_person_sees_the_open_page_end(system: System, chromium: Browser, pictures: Path) -> None:
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/websocket")
        sign_in(page, system, ADA)
        expect(page.get_by_role("status")).to_have_attribute("data-state", "open")
        assert system.cli("session", "revoke", "--email", ADA).code == 0
        expect(page.get_by_role("status")).not_to_have_attribute("data-state", "open", timeout=2000)
        page.screenshot(path=pictures / "9-revoked.png", full_page=True)
        page.reload()
        expect(page.get_by_label("Password")).to_be_visible()
