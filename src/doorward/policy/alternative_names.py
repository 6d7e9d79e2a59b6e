"""How the names of certificates are written here: with their type, so that none is taken for one of
another."""

from __future__ import annotations

import re
from typing import Final

DNS, EMAIL, URI = "DNS:", "email:", "URI:"
"""The types, as OpenSSL writes them."""
LONGEST: Final = 1024
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_DNS_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")


def dns(name: str) -> str:
    """A DNS name. Case makes no difference (RFC 4343)."""
    return DNS + name.lower()


def email(address: str) -> str:
    """An e-mail address, in lower case as everywhere here."""
    return EMAIL + address.lower()


def uri(text: str) -> str:
    """A URI, letter for letter."""
    return URI + text


def written(value: str) -> str:
    """A name as a person writes it, with or without its type; empty for what is none."""
    text = value.strip()
    if len(text) > LONGEST or not (text.isascii() and text.isprintable()) or " " in text:
        return ""
    for prefix, make, fits in ((DNS, dns, _is_dns), (EMAIL, email, _is_email), (URI, uri, _is_uri)):
        if text.startswith(prefix):
            return make(text.removeprefix(prefix)) if fits(text.removeprefix(prefix)) else ""
    for make, fits in ((uri, _is_uri), (email, _is_email), (dns, _is_dns)):
        if fits(text):
            return make(text)
    return ""


def _is_uri(text: str) -> bool:
    return _SCHEME.fullmatch(text) is not None


def _is_email(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(local and at) and _is_dns(domain)


def _is_dns(text: str) -> bool:
    return _DNS_NAME.fullmatch(text) is not None and ".." not in text
