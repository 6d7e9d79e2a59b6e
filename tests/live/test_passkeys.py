"""Passkeys and codes in a real browser with a virtual authenticator, on the whole system.

Pictures are left in pytest's temporary folder, to be looked at (``--basetemp`` says where).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from doorward.services.code_apps import STEP, code_of, step_at
from tests.live.browser import person
from tests.live.system import ADA, BOB, System

SECURITY = "/cdn-cgi/access/security"
EXPECTED = re.compile("the server responded with a status of (?:403|404)")
"""A refusal that a test asks for, and the icon that the sample application does not have."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("demo")) as running:
        yield running


@contextmanager
def with_authenticator(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A person whose device holds passkeys, and makes sure of them without being asked."""
    with person(chromium) as (page, witness):
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield page, witness.complaints


def by_password(page: Page, system: System, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(system.password(email))
    page.get_by_role("button", name="Sign in", exact=True).click()


def second_factor(system: System, value: str) -> None:
    """Set what the demonstration's local accounts need."""
    present = yaml.safe_load(system.cli("export").out)
    providers = present["identity_providers"]
    for provider in providers:
        if provider["type"] == "local":
            provider["second_factor"] = value
    applied = system.apply({"identity_providers": providers})
    assert applied.code == 0, applied


def test_ada_adds_a_passkey_and_signs_in_with_nothing_else(
    system: System, chromium: Browser, pictures: Path
) -> None:
    with with_authenticator(chromium) as (page, complaints):
        page.goto(system.team_url)
        by_password(page, system, ADA)
        page.get_by_role("link", name="Your sign-in").click()
        page.screenshot(path=pictures / "1-security.png", full_page=True)
        page.get_by_role("link", name="Add a passkey").click()
        page.get_by_label("Name").fill("This laptop")
        page.screenshot(path=pictures / "2-passkey.png", full_page=True)
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
        assert page.locator(".codes code").count() == 10
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("This laptop")).to_be_visible()
        page.screenshot(path=pictures / "3-added.png", full_page=True)

        page.goto(f"{system.team_url}/cdn-cgi/access/logout")
        page.goto(f"{system.app_url}/headers?x=1")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{system.app_url}/headers?x=1")
        found = page.evaluate("() => fetch('/cdn-cgi/access/get-identity').then((got) => got.json())")
        assert found["email"] == ADA
        assert {"mfa", "hwk", "user"} == set(found["amr"])

        page.goto(f"{system.team_url}/cdn-cgi/access/logout")
        page.goto(system.team_url)
        by_password(page, system, ADA)
        expect(page.get_by_role("heading", name="Confirm it is you")).to_be_visible()
        page.screenshot(path=pictures / "4-second-factor.png", full_page=True)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Your applications")).to_be_visible()
        assert [text for text in complaints if not EXPECTED.search(text)] == []


def test_a_rule_can_demand_a_passkey(system: System, chromium: Browser) -> None:
    present = yaml.safe_load(system.cli("export").out)
    [hello] = [a for a in present["applications"] if a["id"] == "hello"]
    before = hello["policies"]
    rule = {"action": "allow", "include": [{"email": BOB}], "require": [{"authentication_method": "mfa"}]}
    hello["policies"] = [{"id": "strong", **rule}]
    assert system.apply({"applications": [hello]}).code == 0
    try:
        with with_authenticator(chromium) as (page, _):
            page.goto(system.app_url)
            by_password(page, system, BOB)
            expect(page.get_by_role("heading", name="You may not open Hello")).to_be_visible()
            page.goto(f"{system.team_url}{SECURITY}/passkey")
            page.get_by_role("button", name="Add").click()
            expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
            page.goto(f"{system.team_url}/cdn-cgi/access/logout")
            page.goto(f"{system.app_url}/headers")
            page.get_by_role("button", name="Sign in with a passkey").click()
            page.wait_for_url(f"{system.app_url}/headers")
    finally:
        hello["policies"] = before
        assert system.apply({"applications": [hello]}).code == 0


def test_without_scripts_an_app_for_codes_is_set_up_where_one_is_required(
    system: System, chromium: Browser, pictures: Path
) -> None:
    second_factor(system, "required")
    present = yaml.safe_load(system.cli("export").out)
    [staff] = [p for p in present["identity_providers"] if p["type"] == "local"]
    staff["accounts"].append({"email": "eve@example.com", "password": "eves-password", "groups": ["staff"]})
    assert system.apply({"identity_providers": present["identity_providers"]}).code == 0
    with person(chromium, javascript=False) as (page, _):
        page.goto(system.team_url)
        expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
        page.get_by_label("Email").fill("eve@example.com")
        page.get_by_label("Password").fill("eves-password")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="Set up a second step")).to_be_visible()
        page.get_by_text("Type it in instead").click()
        secret = page.locator("code").inner_text()
        page.screenshot(path=pictures / "5-set-up.png", full_page=True)
        page.get_by_label("The code that the app shows now").fill(shown(secret))
        page.get_by_role("button", name="Set up").click()
        codes = page.locator(".codes code").all_inner_texts()
        assert len(codes) == 10
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_role("heading", name="Your applications")).to_be_visible()

        page.goto(f"{system.team_url}/cdn-cgi/access/logout")
        page.goto(system.team_url)
        page.get_by_label("Email").fill("eve@example.com")
        page.get_by_label("Password").fill("eves-password")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_label("Code from your app").fill("000000")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("alert")).to_contain_text("That code does not fit.")
        page.get_by_label("Code from your app").fill(codes[0])
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="Your applications")).to_be_visible()


def test_a_device_without_the_passkey_says_so_in_words(system: System, chromium: Browser) -> None:
    with with_authenticator(chromium) as (page, complaints):
        page.goto(system.team_url)
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing came of it")
        assert [text for text in complaints if not EXPECTED.search(text)] == []


def shown(secret: str) -> str:
    """The code that an app shows, taken when it is not about to change."""
    while time.time() % STEP > STEP - 5:  # the browser needs a moment to send it
        time.sleep(0.2)
    return code_of(secret, step_at(datetime.now(UTC)))
