"""Hostnames and URLs in an access file: one spelling each; what is ambiguous is refused."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from doorward.declaration.reading import At

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_HOSTNAME = 253  # RFC 1035 section 2.3.4, without the closing dot
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST_HEADER = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def hostname(at: At) -> str:
    """A DNS name in lower-case ASCII, without port, wildcard or closing dot; no address."""
    text = at.text()
    if problem := _hostname_problem(text):
        raise at.wrong(f"{text[:300]!r} is not a hostname: {problem}")
    return text


def hostname_or_wildcard(at: At) -> str:
    """A hostname, or ``*.example.com`` for every name below one."""
    text = at.text()
    if problem := _hostname_problem(text.removeprefix("*.")):
        raise at.wrong(f"{text[:300]!r} is not a hostname: {problem}")
    return text


def _hostname_problem(text: str) -> str:
    """What keeps ``text`` from being a hostname, with the fix; empty if nothing does."""
    found = (
        ("/" in text, "write the name alone, such as wiki.example.com, without scheme and path"),
        ("*" in text, "wildcards are not supported, write each name"),
        (_is_address(text.strip("[]")), "use a name, not an IP address"),
        (":" in text, "leave out the port"),
        (not text.isascii(), "write international names in their xn-- spelling"),
        (_is_name(text.lower()) and text != text.lower(), f"write it in lower case, {text.lower()}"),
        (text.endswith("."), "leave out the closing dot"),
        (not _is_name(text), "use labels of 1-63 letters, digits and inner hyphens, joined by dots"),
    )
    return next((problem for wrong, problem in found if wrong), "")


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, by its spelling: nothing is looked up."""
    name = host.lower().strip("[]")
    return name == "localhost" or (_is_address(name) and ip_address(name).is_loopback)


def _is_name(text: str) -> bool:
    labels = text.split(".")
    return (
        len(text) <= _LONGEST_HOSTNAME
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()  # some resolvers read such a name as an IPv4 address
    )


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def origin_url(at: At) -> str:
    """``http://host:port`` or ``https://host:port``; the port may be left out, a bare closing
    slash is dropped."""
    text = at.text()
    parts = _parts(at, text)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in text or "#" in text:
        raise at.wrong(f"has a path or query: write {_without_path(parts)}, the request's own path is added")
    return _without_path(parts)


def issuer(at: At) -> str:
    """An OpenID Connect issuer, letter for letter as the provider spells it (OpenID Connect
    Discovery 1.0 section 3); ``http`` is for loopback only."""
    text = at.text()
    parts = _parts(at, text)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise at.wrong(f"{text[:300]!r} is not safe: use https; http is for loopback only")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise at.wrong(f"{text[:300]!r} is not an issuer: leave out what follows the ? or #")
    return text


def endpoint(at: At) -> str:
    """A URL of another service, path and query included; ``http`` is for loopback only."""
    text = at.text()
    parts = _parts(at, text)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise at.wrong(f"{text[:300]!r} is not safe: use https; http is for loopback only")
    if "#" in text:
        raise at.wrong(f"{text[:300]!r} is not an endpoint: leave out what follows the #")
    return text


def host_header(at: At) -> str:
    """What to send as the Host header: a name or address, with a port if need be."""
    text = at.text()
    if not _HOST_HEADER.fullmatch(text) or len(text) > _LONGEST_HOSTNAME + 6:
        raise at.wrong(f"{text[:300]!r} is not a host: use wiki.internal or wiki.internal:8080")
    return text


def _parts(at: At, text: str) -> SplitResult:
    """Split a URL that has a scheme, a usable host, perhaps a port, and no user."""
    wanted = "use http://host:port or https://host:port, such as http://127.0.0.1:8080"
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise at.wrong(f"is not a URL, it holds a character that a URL may not have: {wanted}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise at.wrong(f"is not a URL, its host or port cannot be read: {wanted}") from None
    if "@" in parts.netloc:
        raise at.wrong(f"holds a user or password, which is not sent: {wanted}")
    if parts.scheme not in ("http", "https") or not text.startswith(f"{parts.scheme}://"):
        raise at.wrong(f"{text[:300]!r} has no http:// or https:// at its beginning: {wanted}")
    if port == 0 or parts.netloc.endswith(":"):
        raise at.wrong(f"{text[:300]!r} has no usable port: use 1 to 65535, or leave out the colon")
    host = parts.hostname or ""
    if not (_is_name(host) or _is_address(host)) or "%" in host:
        raise at.wrong(f"{text[:300]!r} has no usable host: {wanted}")
    return parts


def _without_path(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc.lower()}"
