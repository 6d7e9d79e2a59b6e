"""The demonstration with the stand-in for Entra ID, in a real browser and at the command line.

Pictures are left in pytest's temporary folder, to be looked at (``--basetemp`` says where).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from doorward.sample.entra import seed
from tests.live.browser import person
from tests.live.system import ADA, BOB, Ended, System

POLL = 5.0
"""Seconds between two polls in the demonstration."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("demo"), options=("--idp", "entra")) as running:
        yield running


class Tenant:
    """The stand-in's administrator."""

    def __init__(self, system: System) -> None:
        self._api = f"http://127.0.0.1:{system.ports['entra']}/_admin/api"

    def do(self, action: str, **given: object) -> None:
        answer = httpx.post(f"{self._api}/actions/{action}", json=given)
        assert answer.is_success, answer.text

    def faults(self, **given: object) -> None:
        assert httpx.patch(f"{self._api}/faults", json=given).is_success

    def well(self) -> None:
        assert httpx.delete(f"{self._api}/faults").is_success


@pytest.fixture
def tenant(system: System) -> Iterator[Tenant]:
    found = Tenant(system)
    yield found
    found.well()


def sign_in(page: Page, system: System, email: str) -> None:
    """Fill in the stand-in's forms."""
    expect(page).to_have_url(re.compile("^http://127.0.0.1"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(system.password(email))
    page.get_by_role("button", name="Sign in").click()


def provider_with(system: System, **changed: object) -> Ended:
    """Apply the demonstration's provider with other settings."""
    exported = yaml.safe_load(system.cli("export", "--with-secrets").out)
    [provider] = exported["identity_providers"]
    secret: dict[str, Any] = provider.pop("client_secrets", [{}])[0]
    provider["client_secret"] = secret.get("value", seed.CLIENT_SECRET)
    return system.apply({"identity_providers": [{**provider, **changed}]})


def test_the_group_admits_ada_and_refuses_bob(system: System, chromium: Browser, pictures: Path) -> None:
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/")
        page.screenshot(path=pictures / "entra-1-sign-in.png", full_page=True)
        sign_in(page, system, ADA)
        expect(page).to_have_url(f"{system.app_url}/")
        expect(page.get_by_text(ADA).first).to_be_visible()
        page.screenshot(path=pictures / "entra-2-application.png", full_page=True)
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/")
        sign_in(page, system, BOB)
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not open Hello")
        page.screenshot(path=pictures / "entra-3-denied.png", full_page=True)


def test_a_context_is_asked_for_once_and_then_lets_her_in(
    system: System, chromium: Browser, tenant: Tenant, pictures: Path
) -> None:
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/")
        sign_in(page, system, ADA)
        expect(page).to_have_url(f"{system.app_url}/")
        page.goto(f"{system.described['step_up_url']}/")
        expect(page.get_by_role("button", name="Approve")).to_be_visible()
        page.screenshot(path=pictures / "entra-4-step-up.png", full_page=True)
        page.get_by_role("button", name="Approve").click()
        expect(page).to_have_url(f"{system.described['step_up_url']}/")
        page.goto(f"{system.app_url}/")
        page.goto(f"{system.described['step_up_url']}/")
        expect(page).to_have_url(f"{system.described['step_up_url']}/")


def test_removing_her_from_the_group_closes_her_open_websocket_at_the_next_poll(
    system: System, chromium: Browser, tenant: Tenant, pictures: Path
) -> None:
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/websocket")
        sign_in(page, system, ADA)
        status = page.get_by_role("status")
        expect(status).to_have_attribute("data-state", "open")
        tenant.do("remove-member", group=seed.ENGINEERING, member=seed.ADA)
        began = time.monotonic()
        try:
            expect(status).not_to_have_attribute("data-state", "open", timeout=(POLL + 5) * 1000)
            print(f"her WebSocket closed {time.monotonic() - began:.1f} s after she left the group")
            page.screenshot(path=pictures / "entra-5-closed.png", full_page=True)
            page.goto(f"{system.app_url}/")
            expect(page.get_by_role("heading", level=1)).to_have_text("You may not open Hello")
        finally:
            tenant.do("add-member", group=seed.ENGINEERING, member=seed.ADA)
        for _ in range(40):
            if page.goto(f"{system.app_url}/").status == 200:  # type: ignore[union-attr] # of a page that answered
                break
            time.sleep(0.5)
        expect(page.get_by_text(ADA).first).to_be_visible()


def test_disabling_her_signs_her_out_with_a_reason(
    system: System, chromium: Browser, tenant: Tenant, pictures: Path
) -> None:
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/websocket")
        sign_in(page, system, ADA)
        status = page.get_by_role("status")
        expect(status).to_have_attribute("data-state", "open")
        tenant.do("block-sign-in", user=seed.ADA)
        try:
            expect(status).not_to_have_attribute("data-state", "open", timeout=(POLL + 5) * 1000)
            page.goto(f"{system.app_url}/")
            expect(page.get_by_text("Your account was disabled")).to_be_visible()
            page.screenshot(path=pictures / "entra-6-disabled.png", full_page=True)
        finally:
            tenant.do("allow-sign-in", user=seed.ADA)


def test_a_trial_shows_the_identity_in_browser_and_terminal(
    system: System, chromium: Browser, pictures: Path
) -> None:
    socket = httpx.HTTPTransport(uds=str(system.data / "run" / "api.sock"))
    with httpx.Client(transport=socket, base_url="http://doorward") as api, person(chromium) as (page, _):
        begun = api.post("/identity-providers/entra/trials", json={}).json()
        page.goto(begun["url"])
        sign_in(page, system, ADA)
        expect(page.get_by_role("heading", level=1)).to_have_text("Your connection works")
        page.screenshot(path=pictures / "entra-7-trial.png", full_page=True)
        found = api.get(f"/identity-provider-trials/{begun['ticket']}").json()
    assert found["identity"]["email"] == ADA
    assert seed.ENGINEERING in found["identity"]["groups"]


# The last one: it leaves an expired secret and a wrong tenant behind.
def test_the_checklist_tells_three_mistakes_apart(system: System, tenant: Tenant) -> None:
    assert system.cli("idp", "test", "entra").code == 0

    permission = {
        "tenant": seed.TENANT_ID,
        "application": seed.CLIENT_ID,
        "kind": "application",
        "permission": "GroupMember.Read.All",
    }
    tenant.do("take-permission", **permission)
    missing = system.cli("idp", "test", "entra")
    tenant.do("grant-permission", **permission)
    assert missing.code == 1
    assert "GroupMember.Read.All" in missing.out
    assert "adminconsent" in missing.out

    tenant.do("expire-secret", application=seed.CLIENT_ID, secret=seed.SECRET_ID)
    expired = system.cli("idp", "test", "entra")
    assert expired.code == 1
    assert "7000222" in expired.out
    assert "expired" in expired.out

    assert provider_with(system, tenant="00000000-1111-2222-3333-444444444444").code == 0
    wrong = system.cli("idp", "test", "entra")
    assert wrong.code == 1
    assert "tenant" in wrong.out
    assert len({missing.out, expired.out, wrong.out}) == 3
