"""Cookies that Doorward sets: all ``__Host-`` (RFC 6265bis section 4.1.3), so that no other host,
not even a neighbour under the same domain, can set or read them."""

from __future__ import annotations

from datetime import timedelta

from doorward.model.application_options import SameSite


def set_cookie(name: str, value: str, *, lifetime: timedelta, same_site: SameSite = SameSite.LAX) -> str:
    """A ``Set-Cookie`` value. ``SameSite=Lax``: links from elsewhere work, foreign forms do not.

    ``SameSite=None`` lets it come with foreign forms too: for answers that are posted, and then only for
    cookies that are worth nothing without such an answer; and where an administrator wants an application
    to be called by other sites.
    """
    age = max(0, int(lifetime.total_seconds()))
    site = same_site.value.capitalize()
    return f"{name}={value}; Max-Age={age}; Path=/; Secure; HttpOnly; SameSite={site}"


def clear_cookie(name: str) -> str:
    """A ``Set-Cookie`` value that makes the browser forget it."""
    return f"{name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"
