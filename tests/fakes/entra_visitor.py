"""A person with a browser without JavaScript, in front of the stand-in for Entra.

It fills in forms and presses buttons by what they say, and stops where Entra sends it to the application.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

from doorward.sample.entra.seed import CLIENT_ID, CLIENT_SECRET, PASSWORD, TENANT_ID
from tests.fakes.entra import CALLBACK, FakeEntra

SCOPES = "openid profile email offline_access User.Read Directory.Read.All GroupMember.Read.All"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-by-the-rfc"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
_INPUT = re.compile(r"<input\b([^>]*)>")
_BUTTON = re.compile(r"<button\b([^>]*)>(.*?)</button>", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Button:
    label: str
    name: str
    value: str


@dataclass(frozen=True)
class Form:
    action: str
    fields: Mapping[str, str]
    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Page:
    """What the browser shows; ``arrived`` is what the application was given, if it was sent there."""

    response: httpx.Response
    forms: tuple[Form, ...] = ()

    @property
    def text(self) -> str:
        return html.unescape(self.response.text)

    @property
    def arrived(self) -> dict[str, str]:
        """What reached the application, by redirect or by form."""
        if "location" in self.response.headers:
            return dict(parse_qsl(urlsplit(self.response.headers["location"]).query))
        form = self.forms[0]
        assert form.action == CALLBACK, self.text
        return dict(form.fields)


@dataclass
class Visitor:
    """One browser. ``fake`` is where it goes; ``client`` has the cookies."""

    fake: FakeEntra
    client: httpx.AsyncClient
    application: dict[str, str] = field(default_factory=dict)

    async def open(self, address: str) -> Page:
        return _page(await self.client.get(address))

    async def authorize(self, tenant: str = TENANT_ID, **changes: str) -> Page:
        """Come from the application, as ``changes`` to a usual request say; empty leaves out."""
        query = {
            "client_id": CLIENT_ID,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": SCOPES,
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes
        kept = {name: value for name, value in query.items() if value}
        return await self.open(f"{self.fake.base_url}/{tenant}/oauth2/v2.0/authorize?{urlencode(kept)}")

    async def press(self, page: Page, label: str, **fields: str) -> Page:
        """Fill in the form with this button, and press it."""
        for form in page.forms:
            for button in form.buttons:
                if label in button.label:
                    pressed = {button.name: button.value} if button.name else {}
                    address = urljoin(str(page.response.url), form.action)
                    return _page(await self.client.post(address, data={**form.fields, **fields, **pressed}))
        raise AssertionError(f"no button {label!r} in: {page.text}")

    async def sign_in(self, page: Page, username: str, password: str = PASSWORD) -> Page:
        return await self.press(page, "Sign in", username=username, password=password)

    async def redeem(
        self, arrived: Mapping[str, str], tenant: str = TENANT_ID, **changes: str
    ) -> httpx.Response:
        """What the application does with a code."""
        return await self.ask_token(
            tenant,
            **{
                "grant_type": "authorization_code",
                "code": arrived.get("code", ""),
                "redirect_uri": CALLBACK,
                "code_verifier": VERIFIER,
                "client_secret": CLIENT_SECRET,
            }
            | changes,
        )

    async def ask_token(self, tenant: str = TENANT_ID, **form: str) -> httpx.Response:
        kept = {name: value for name, value in ({"client_id": CLIENT_ID} | form).items() if value}
        return await self.client.post(f"{self.fake.base_url}/{tenant}/oauth2/v2.0/token", data=kept)

    async def tokens(self, username: str, **changes: str) -> dict[str, str]:
        """A whole sign-in by somebody."""
        page = await self.authorize(**changes)
        if page.forms:
            page = await self.sign_in(page, username)
        answer = await self.redeem(page.arrived)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens

    async def application_token(self) -> str:
        """A token for the application by itself."""
        answer = await self.ask_token(
            grant_type="client_credentials",
            scope="https://graph.microsoft.com/.default",
            client_secret=CLIENT_SECRET,
        )
        return str(answer.json()["access_token"])


def _page(response: httpx.Response) -> Page:
    forms = tuple(_form(attributes, body) for attributes, body in _FORM.findall(response.text))
    return Page(response, forms)


def _form(attributes: str, body: str) -> Form:
    inputs = [_attributes(text) for text in _INPUT.findall(body)]
    fields = {
        one["name"]: one.get("value", "") for one in inputs if "name" in one and one.get("type") != "checkbox"
    }
    buttons = tuple(_button(_attributes(text), label) for text, label in _BUTTON.findall(body))
    return Form(_attributes(attributes).get("action", ""), fields, buttons)


def _button(attributes: Mapping[str, str], label: str) -> Button:
    words = " ".join(html.unescape(_TAG.sub(" ", label)).split())
    return Button(words, attributes.get("name", ""), attributes.get("value", ""))


def _attributes(text: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}
