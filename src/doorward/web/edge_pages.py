"""The pages that Envoy answers by itself, when there is nobody else to ask: whole documents, as text.

Rule: they need no further file, because the part that serves files may be the part that is away.
Rule: they are in Envoy's format language: ``%REQ(X-REQUEST-ID)%`` becomes the request id, and every
other per cent sign is doubled. The id is shown as it is, so the listener must make it itself and
never take a client's (``early_header_mutation`` removes it).
Rule: no page says where anything is inside the network.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined

from doorward.envoy.local_replies import STATUS, Page

REQUEST_ID = "%REQ(X-REQUEST-ID)%"
"""Envoy's operator for the request id."""

MAX_BYTES = 4096
"""How long a page may be: what Envoy takes as a direct response."""

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says: a title, what happened, and what a person can do."""

    title: str
    happened: str
    advice: str


WORDS: Mapping[Page, Words] = MappingProxyType(
    {
        Page.BAD_REQUEST: Words(
            "That request was not understood",
            "The address or something sent with it is not in a form that is let through.",
            "Check the address and try again.",
        ),
        Page.METHOD_NOT_ALLOWED: Words(
            "That is not possible here",
            "The request used a method that is not let through to any application.",
            "Open the application from its start page.",
        ),
        Page.NOT_HTTP: Words(
            "This is not for a browser",
            "This application speaks TCP and not HTTP, so a browser cannot open it.",
            "Use the program that it is meant for.",
        ),
        Page.NO_CONNECTOR: Words(
            "This application is not connected",
            "The connector for this application is not connected, so nobody can reach it just now.",
            "Try again in a minute. If it stays away, tell your administrator that a connector is missing.",
        ),
        Page.ORIGIN_DOWN: Words(
            "This application does not answer",
            "You are through to where it runs, but the application itself is not answering.",
            "Try again in a minute. If it stays away, tell the people who run the application.",
        ),
        Page.ORIGIN_SLOW: Words(
            "This application takes too long",
            "It was asked, and did not answer in time.",
            "Try again in a minute. What you did last may or may not have been done.",
        ),
        Page.SIGN_IN_AWAY: Words(
            "Sign-in is not available",
            "The service that signs people in does not answer. Whoever is signed in can go on working.",
            "Try again in a minute.",
        ),
        Page.UNKNOWN_SOURCE: Words(
            "It is not clear where you are",
            "The load balancer in front of this page did not say where your request comes from.",
            "Try again. If that does not help, tell your administrator that X-Forwarded-For cannot be read.",
        ),
        Page.TOO_LARGE: Words(
            "That is too large",
            "What was sent is larger than this application may receive.",
            "Send less at once.",
        ),
        Page.HEADERS_TOO_LARGE: Words(
            "The request is too large",
            "Its address or its cookies are longer than what is let through.",
            "Delete the cookies of this site in your browser and try again.",
        ),
        Page.UNKNOWN_HOST: Words(
            "There is no application here",
            "No application has this address. It may be misspelled, or the application was taken down.",
            "Check the address, or open your list of applications.",
        ),
    }
)


def edge_pages() -> Mapping[str, str]:
    """The page for each value of ``Page``, in Envoy's format language."""
    return {page.value: _for_envoy(document) for page, document in _documents().items()}


def edge_page_csp() -> str:
    """The Content-Security-Policy of these pages: their one inline style, by its hash, and no more.

    It is of the style as a browser sees it, after Envoy has made single per cent signs again.
    """
    styles = {style for document in _documents().values() for style in STYLE.findall(document)}
    hashes = " ".join(f"'sha256-{_digest(style)}'" for style in sorted(styles))
    return (
        f"default-src 'none'; style-src {hashes}; img-src data:; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


def _documents() -> Mapping[Page, str]:
    environment = Environment(
        loader=PackageLoader("doorward.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("edge.html")
    return {
        page: template.render(status=STATUS[page], words=words, request_id=REQUEST_ID)
        for page, words in WORDS.items()
    }


def _for_envoy(document: str) -> str:
    """``document`` with every per cent sign doubled, but for those of the request id's operator."""
    return REQUEST_ID.join(part.replace("%", "%%") for part in document.split(REQUEST_ID))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
