"""What may be set about an application beside where it is and who may: how browsers and people are
answered, and what its origin is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SameSite(StrEnum):
    """With which requests of other sites a browser sends the application's cookies (RFC 6265bis section
    4.1.2.7): links, none, or all."""

    LAX = "lax"
    STRICT = "strict"
    NONE = "none"


class WithoutSignIn(StrEnum):
    """What somebody gets who is not signed in and opens a page: the way to the sign-in, or a 401."""

    REDIRECT = "redirect"
    UNAUTHORIZED = "unauthorized"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """Which pages of other origins may call the application (Fetch standard, section 3.2), answered by the
    edge before anybody is asked who they are; browsers ask without cookies.

    Origins are ``https://host`` with a port if need be, or the one item ``*``; methods and headers likewise.
    With ``pass_preflight`` the application's own server answers preflights instead, and nothing else is
    set.
    """

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: timedelta | None = None
    allow_credentials: bool = False
    pass_preflight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyPage:
    """What people see who may not in, instead of Doorward's reasons: a text, perhaps with a link below it;
    or, with ``redirect``, another page altogether. Programs are told as ever."""

    text: str = ""
    link_text: str = ""
    link_url: str = ""
    redirect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginHeaders:
    """Request headers on their way to the origin. Names are in lower case; what is ``removed`` goes before
    what is ``added``, as pairs of name and value, is written."""

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginTimeouts:
    """``connect`` is how long a connection may take, ``request`` a request from its end to the end of the
    answer (none: as long as it likes), ``idle`` how long neither side may send. None: the usual."""

    connect: timedelta | None = None
    request: timedelta | None = None
    idle: timedelta | None = None
