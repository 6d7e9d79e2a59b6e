"""Cookies that Doorward sets: all ``__Host-`` (RFC 6265bis section 4.1.3), so that no other host,
not even a neighbour under the same domain, can set or read them."""

from __future__ import annotations

from datetime import timedelta


def set_cookie(name: str, value: str, *, lifetime: timedelta) -> str:
    """A ``Set-Cookie`` value. ``SameSite=Lax``: links from elsewhere work, foreign forms do not."""
    age = max(0, int(lifetime.total_seconds()))
    return f"{name}={value}; Max-Age={age}; Path=/; Secure; HttpOnly; SameSite=Lax"


def clear_cookie(name: str) -> str:
    """A ``Set-Cookie`` value that makes the browser forget it."""
    return f"{name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"
