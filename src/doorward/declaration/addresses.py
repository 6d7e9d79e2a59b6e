"""Hostnames and URLs in an access file: one spelling each; what is ambiguous is refused."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from doorward.declaration.reading import At
from doorward.model.destination import Destination

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_HOSTNAME = 253  # RFC 1035 section 2.3.4, without the closing dot
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ORIGIN = "use http://host:port or https://host:port, such as http://127.0.0.1:8080"
_LONGEST_PATH = 255
# Unreserved characters alone (RFC 3986 section 2.3): each has one spelling once a path is normalised.
_SEGMENT = re.compile(r"[A-Za-z0-9._~-]*\*?[A-Za-z0-9._~-]*(?<=.)")
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
        ("*" in text, "a * may only stand at the beginning, as in *.example.com, and in destinations"),
        (_is_address(text.strip("[]")), "use a name, not an IP address"),
        (":" in text, "leave out the port"),
        (not text.isascii(), "write international names in their xn-- spelling"),
        (_is_name(text.lower()) and text != text.lower(), f"write it in lower case, {text.lower()}"),
        (text.endswith("."), "leave out the closing dot"),
        (not _is_name(text), "use labels of 1-63 letters, digits and inner hyphens, joined by dots"),
    )
    return next((problem for wrong, problem in found if wrong), "")


def destination(at: At) -> Destination:
    """A hostname, perhaps ``*.`` before it and a path behind it, such as ``*.example.com/admin``."""
    text = at.text()
    host, slash, path = text.partition("/")
    name = host.removeprefix("*.")
    if problem := _hostname_problem(name):
        raise at.wrong(f"{host[:300]!r} is not a hostname: {problem}")
    return Destination(host, _path(at, path) if slash else "")


def _path(at: At, path: str) -> str:
    """The path with one slash before it. Raises Invalid."""
    if path.endswith("/") or not path:
        raise at.wrong("ends with a slash: leave it out, what is below a path belongs to it anyway")
    for segment in path.split("/"):
        if not _SEGMENT.fullmatch(segment) or segment in (".", ".."):
            raise at.wrong(
                f"{segment[:60]!r} is not a segment of a path: use letters, digits, '-', '.', '_', '~' and "
                "at most one *"
            )
    if len(path) > _LONGEST_PATH:
        raise at.wrong(f"has a path of {len(path)} characters: at most {_LONGEST_PATH} are allowed")
    if f"/{path}/".lower().startswith("/cdn-cgi/access/"):
        raise at.wrong("is below /cdn-cgi/access/, which is Doorward's own on every hostname")
    return f"/{path}"


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


def tcp_url(at: At) -> str:
    """``tcp://host:port``."""
    text = at.text()
    wanted = "use tcp://host:port, such as tcp://127.0.0.1:5432"
    if not text.startswith("tcp://"):
        raise at.wrong(f"{text[:300]!r} has no tcp:// at its beginning: {wanted}")
    parts = _parts(at, "http://" + text.removeprefix("tcp://"), wanted=wanted)
    if parts.path or parts.query or parts.fragment or parts.port is None or "?" in text or "#" in text:
        raise at.wrong(f"{text[:300]!r} is not a host and a port: {wanted}")
    return f"tcp://{parts.netloc.lower()}"


def page_url(at: At) -> str:
    """A page that people are sent to: ``https``, or ``http`` on loopback."""
    text = at.text()
    parts = _parts(at, text, wanted="use https://host/path")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise at.wrong(f"{text[:300]!r} is not safe: use https; http is for loopback only")
    return text


def web_origin(at: At) -> str:
    """An origin as browsers spell it in ``Origin`` (RFC 6454 section 6.2): no path, no default port."""
    text = at.text()
    wanted = "use https://host, or https://host:port where the port is another than 443"
    parts = _parts(at, text, wanted=wanted)
    default = {"http": 80, "https": 443}[parts.scheme]
    if parts.path or "?" in text or "#" in text or parts.port == default or text != text.lower():
        raise at.wrong(f"{text[:300]!r} is not an origin in lower case: {wanted}")
    return text


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


def _parts(at: At, text: str, *, wanted: str = _ORIGIN) -> SplitResult:
    """Split a URL that has a scheme, a usable host, perhaps a port, and no user."""
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
