"""The pages that people see on their way in: what each shows, as values, and how they become HTML.

Rule: a page is a frozen value in, a document out; no request, no clock, no database.
Rule: text from outside is escaped by the templates; an address from outside must be http(s) or a
path on this host, or the page is not made at all.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from doorward.model.errors import Invalid
from doorward.web.factor_views import (
    NewApp,
    NewPasskey,
    PasskeyForm,
    RecoveryCodes,
    SecondFactor,
    Security,
)
from doorward.web.forms import Form, Link
from doorward.web.grant_views import Approvals, AskReason, Waiting
from doorward.web.pass_views import PassList, ShownPass
from doorward.web.pin_views import PinAddress, PinCode
from doorward.web.qr import qr
from doorward.web.static_files import StaticFile

TONES = 8
"""How many colours the stylesheet has for an application's letter (classes tone-0 to tone-7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Email and password for local accounts.

    ``form`` sends ``email`` and ``password`` besides its own fields. ``problem`` is one sentence
    about the attempt before this one. ``application`` is the name of what they are heading to, and
    empty when that is the launcher. ``chooser_url`` leads back to the other providers, if any.
    ``passkey`` signs in without either.
    """

    form: Form
    provider: str = ""
    email: str = ""
    problem: str = ""
    application: str = ""
    chooser_url: str = ""
    passkey: PasskeyForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Several identity providers, one button each."""

    providers: tuple[Link, ...]
    application: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One application on the launcher. ``url`` opens it, and is empty where a browser cannot; ``place`` is
    what is shown."""

    name: str
    url: str
    place: str

    @property
    def letter(self) -> str:
        """The first letter or digit of the name, upper case: the tile's picture."""
        return next((sign.upper() for sign in self.name if sign.isalnum()), "#")

    @property
    def tone(self) -> int:
        """Which colour the letter has: any, but always the same for the same place."""
        return zlib.crc32(self.place.encode()) % TONES


@dataclass(frozen=True, slots=True, kw_only=True)
class Launcher:
    """The applications this person may open. ``links`` are further places, such as the dashboard."""

    email: str
    name: str = ""
    tiles: tuple[Tile, ...] = ()
    sign_out: Form
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Signed in, and still not allowed.

    ``reasons`` are sentences; ``failed_rule`` names the rule type that failed ("email domain").
    ``switch`` ends this sign-in and begins another. ``text`` is what the application has to say instead of
    the reasons, in paragraphs, and ``link`` leads on from there.
    """

    application: str
    email: str
    reasons: tuple[str, ...]
    failed_rule: str
    request_id: str
    switch: Form
    launcher_url: str
    text: tuple[str, ...] = ()
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """Signed out everywhere. ``sign_in_url`` begins again; ``why`` is a sentence where it was somebody
    else who did it."""

    sign_in_url: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something did not work. ``links`` are ways on from here, the first the most useful; ``details``
    are names and values for whoever is asked for help."""

    status: int
    title: str
    sentences: tuple[str, ...]
    request_id: str
    links: tuple[Link, ...] = ()
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One item of a checklist. ``state`` is ``passed``, ``warning``, ``failed`` or ``not-checked``."""

    what: str
    state: str
    found: str = ""
    fix: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What a trial sign-in showed. ``facts`` are the identity that would result, ``raw`` what the
    provider said, as JSON text."""

    provider: str
    works: bool
    checks: tuple[CheckRow, ...]
    facts: tuple[tuple[str, str], ...]
    raw: str


Page = (
    SignIn
    | Chooser
    | Launcher
    | Denied
    | SignedOut
    | Problem
    | TrialResult
    | PinAddress
    | PinCode
    | SecondFactor
    | NewApp
    | NewPasskey
    | RecoveryCodes
    | Security
    | PassList
    | ShownPass
    | AskReason
    | Waiting
    | Approvals
)

TEMPLATES: Mapping[type[Page], str] = MappingProxyType(
    {
        SignIn: "sign_in.html",
        Chooser: "chooser.html",
        Launcher: "launcher.html",
        Denied: "denied.html",
        SignedOut: "signed_out.html",
        Problem: "problem.html",
        TrialResult: "trial_result.html",
        PinAddress: "pin_address.html",
        PinCode: "pin_code.html",
        SecondFactor: "second_factor.html",
        NewApp: "new_app.html",
        NewPasskey: "new_passkey.html",
        RecoveryCodes: "recovery_codes.html",
        Security: "security.html",
        PassList: "passes.html",
        ShownPass: "pass_shown.html",
        AskReason: "ask_reason.html",
        Waiting: "waiting.html",
        Approvals: "approvals.html",
    }
)


class Pages:
    """Turns pages into HTML documents, with the addresses of the given static files."""

    def __init__(self, static_files: Mapping[str, StaticFile]) -> None:
        self._environment = Environment(
            loader=PackageLoader("doorward.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = lambda name: static_files[name].url
        self._environment.filters["address"] = safe_address
        self._environment.filters["qr"] = qr

    def render(self, page: Page) -> str:
        """The HTML document of ``page``.

        Raises:
            Invalid: an address in it is neither http(s) nor a path on this host.
        """
        return self._environment.get_template(TEMPLATES[type(page)]).render(page=page)


def has_script(page: Page) -> bool:
    """Whether the page has a script of ours, for passkeys; no other page has any."""
    return getattr(page, "passkey", None) is not None


def safe_address(url: str) -> str:
    """Return ``url`` if a link or form may go there: http(s), or an absolute path on this host.

    Raises:
        Invalid: it is something else, such as ``javascript:`` or ``//elsewhere``. Backslashes and
            control characters are refused too: browsers read them as slashes, or not at all.
    """
    if "\\" in url or not url.isprintable():
        raise Invalid("url", f"{url!r} holds a character that an address may not have")
    if url.startswith("/") and not url.startswith("//"):
        return url
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return url
    raise Invalid("url", f"{url!r} is neither http(s)://host/... nor a path beginning with one /")
