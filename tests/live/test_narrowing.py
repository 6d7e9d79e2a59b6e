"""A policy is narrowed while people are inside: who is out of it loses what is open, who is still in it
notices nothing. In Chromium."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.live.browser import person
from tests.live.system import ADA, BOB, System

CUT_WITHIN = 1.0

DOWNLOAD = """() => {
  window.received = 0; window.ended = null;
  fetch("/download?bytes=4000000000").then(async (answer) => {
    window.status = answer.status;
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      window.received += value.length;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    window.ended = "whole";
  }).catch((error) => { window.ended = String(error); });
}"""
"""A download that is read slowly, as a person with a slow disk does."""

AGAIN = (
    """async () => { const answer = await fetch("/headers", {redirect: "manual"}); return answer.status; }"""
)


def wait_for(so: Callable[[], bool], *, seconds: float) -> None:
    """Wait until it is so; the pages' own policy forbids Playwright to wait inside them."""
    until = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < until
        time.sleep(0.02)


@dataclass
class Inside:
    """Somebody with an open WebSocket and a running download. ``left`` are the pages that the browser
    went to by itself since then."""

    page: Page
    left: list[str]

    @property
    def socket_is_open(self) -> bool:
        return self.page.get_by_role("status").get_attribute("data-state") == "open"

    @property
    def received(self) -> int:
        return int(self.page.evaluate("window.received"))

    @property
    def download_ended(self) -> str | None:
        return self.page.evaluate("window.ended")  # type: ignore[no-any-return] # the script says what it is


@contextmanager
def inside(chromium: Browser, system: System, email: str) -> Iterator[Inside]:
    """Sign in and open both."""
    with person(chromium) as (page, _):
        page.goto(f"{system.app_url}/websocket")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(system.password(email))
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("status")).to_have_attribute("data-state", "open")
        page.evaluate(DOWNLOAD)
        found = Inside(page, [])
        wait_for(lambda: found.received > 0, seconds=10)
        page.on("framenavigated", lambda frame: found.left.append(frame.url))
        yield found


@contextmanager
def allowing(system: System, *emails: str) -> Iterator[None]:
    """The sample lets these in; afterwards it is as it was."""
    before = system.cli("export").out
    narrow(system, *emails)
    try:
        yield
    finally:
        assert system.cli("apply", "-f", "-", stdin=before).code == 0


def narrow(system: System, *emails: str) -> None:
    applied = system.apply(
        {
            "applications": [
                {
                    "id": "hello",
                    "hostname": "hello.localhost",
                    "url": f"http://127.0.0.1:{system.ports['sample']}",
                    "tunnel": "sample",
                    "policies": [
                        {"id": "some", "action": "allow", "include": [{"email": e} for e in emails]}
                    ],
                }
            ]
        }
    )
    assert applied.code == 0, applied


def test_who_is_narrowed_out_loses_socket_and_download_and_who_is_not_notices_nothing(
    system: System, chromium: Browser, pictures: Path
) -> None:
    with ExitStack() as stack:
        stack.enter_context(allowing(system, ADA, BOB))
        ada = stack.enter_context(inside(chromium, system, ADA))
        bob = stack.enter_context(inside(chromium, system, BOB))
        narrow(system, BOB)
        returned = time.monotonic()
        expect(ada.page.get_by_role("status")).not_to_have_attribute("data-state", "open", timeout=1000)
        wait_for(lambda: ada.download_ended is not None, seconds=CUT_WITHIN)
        took = time.monotonic() - returned
        ada.page.screenshot(path=pictures / "narrowed-out.png", full_page=True)
        print(f"both had ended {took:.2f} s after the command returned")
        assert took < CUT_WITHIN
        assert ada.download_ended != "whole"
        assert ada.page.evaluate(AGAIN) == 403

        before = bob.received
        wait_for(lambda: bob.received > before + 500_000, seconds=10)
        bob.page.get_by_role("textbox", name="Message").fill("still here")
        bob.page.get_by_role("button", name="Send").click()
        expect(bob.page.get_by_role("log").get_by_text("still here")).to_have_count(2)
        assert bob.socket_is_open
        assert bob.download_ended is None
        assert bob.page.evaluate(AGAIN) == 200
        assert bob.left == []
        ada.page.goto(f"{system.app_url}/")
        expect(ada.page.get_by_role("heading", level=1)).to_have_text("You may not open hello")
