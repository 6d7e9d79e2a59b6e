"""Debian's Chromium, driven by Playwright, and a witness of what goes wrong in it.

Chromium resolves ``*.localhost`` to this machine by itself. Certificates of a private CA are accepted
unless told otherwise. Doorward's pages need no JavaScript; ``javascript=False`` shows that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 10_000
"""How long a page may take for anything, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Look:
    """How wide and how bright."""

    name: str
    width: int
    height: int
    dark: bool = False


PHONE = Look("phone-light", 360, 740)
PHONE_DARK = Look("phone-dark", 360, 740, dark=True)
DESKTOP = Look("desktop-light", 1280, 800)
DESKTOP_DARK = Look("desktop-dark", 1280, 800, dark=True)
LOOKS = (PHONE, PHONE_DARK, DESKTOP, DESKTOP_DARK)


@dataclass
class Witness:
    """What a context's pages complained of (a CSP violation is a complaint) and whom they asked.

    Without slots: Playwright keeps something of its own in the object whose method it calls.
    """

    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def watch(self, context: BrowserContext) -> None:
        """Note what happens in ``context`` from now on."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if host := urlsplit(request.url).hostname:
            self.hosts.add(host)


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium without a window, closed at the end."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def person(
    chromium: Browser,
    *,
    look: Look = DESKTOP,
    javascript: bool = True,
    ignore_https_errors: bool = True,
) -> Iterator[tuple[Page, Witness]]:
    """A person with a fresh profile (no cookies) and one page open, and a witness beside them."""
    context = chromium.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme="dark" if look.dark else "light",
        reduced_motion="reduce",
        java_script_enabled=javascript,
        ignore_https_errors=ignore_https_errors,
    )
    try:
        context.set_default_timeout(PATIENCE)
        witness = Witness()
        witness.watch(context)
        yield context.new_page(), witness
    finally:
        context.close()
