"""Which URLs of a provider Doorward calls or sends people to.

Rule: https only. Plain http is for development: an issuer on this very machine, and then its
endpoints on this machine.
"""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from doorward.model.errors import Invalid

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
WELL_KNOWN = "/.well-known/openid-configuration"
LONGEST = 2048


def check_issuer(issuer: str, *, field: str = "issuer") -> str:
    """Return ``issuer`` unchanged: it is compared letter by letter from here on.

    Raises:
        Invalid: not an https URL (http for a loopback host) without query and fragment
            (Discovery section 3, Core section 2).
    """
    parts = _split(issuer, field=field)
    if "?" in issuer or "#" in issuer:
        raise Invalid(field, "an issuer has no query and no fragment")
    if parts.scheme != "https" and not _is_plain_loopback(parts):
        raise Invalid(field, "use an https:// URL (http:// only for 127.0.0.1, ::1 and localhost)")
    return issuer


def discovery_url(issuer: str) -> str:
    """Where the issuer's metadata is: one slash at its end is dropped (Discovery section 4.1)."""
    return issuer.removesuffix("/") + WELL_KNOWN


def check_endpoint(url: str, *, issuer: str, field: str) -> str:
    """Return ``url`` unchanged.

    Raises:
        Invalid: not an https URL without fragment (RFC 6749 sections 3.1 and 3.2). Plain http is
            allowed on this machine, to an issuer that is plain http on this machine itself.
    """
    parts = _split(url, field=field)
    if "#" in url:
        raise Invalid(field, "an endpoint has no fragment")
    development = _is_plain_loopback(parts) and _is_plain_loopback(urlsplit(issuer))
    if parts.scheme != "https" and not development:
        raise Invalid(field, "is not an https:// URL")
    return url


def _split(url: str, *, field: str) -> SplitResult:
    # urlsplit drops tabs and line ends, and browsers read a backslash as a slash: a URL that
    # parsers may disagree about is refused before it is read.
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or any(c in url for c in ' \\"<>'):
        raise Invalid(field, f"is not a plain URL of at most {LONGEST} characters")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Invalid(field, "is not a URL") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Invalid(field, "is not an https:// URL with a host")
    if "@" in parts.netloc:
        raise Invalid(field, "has a user name in it")
    return parts


def _is_plain_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOOPBACK
