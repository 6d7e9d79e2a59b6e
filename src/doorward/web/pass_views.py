"""What the pages of passes show."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.web.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRow:
    """One pass in the list. ``facts`` say where it leads, until when, and when it was last used."""

    name: str
    facts: str
    remove: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry to choose from: what is sent, and what is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassList:
    """Somebody's passes, and the form that makes another: it sends ``application``, ``name``, ``days``
    and ``paths``. Without ``applications`` there is none to make one for."""

    email: str
    passes: tuple[PassRow, ...]
    form: Form
    applications: tuple[Choice, ...]
    days: tuple[Choice, ...]
    home_url: str
    name: str = ""
    paths: str = ""
    problem: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPass:
    """A new pass, shown this once. ``ways`` say how to use it, each with an example; ``scan`` is what the
    QR code holds."""

    name: str
    application: str
    secret: str = field(repr=False)
    scan: str = field(repr=False)
    ways: tuple[tuple[str, str], ...] = field(repr=False)
    back_url: str
