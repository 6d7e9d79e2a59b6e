"""What the pages of passkeys, codes from an app and recovery codes show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from doorward.web.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyForm:
    """A form that a script of ours fills in with the browser's answer; without the script it does not
    show. ``kind`` is what to ask for: a passkey that is there, or a new one. ``options`` are JSON."""

    form: Form
    kind: Literal["get", "create"]
    options: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """After the password: a code, a passkey, or either. ``form`` sends ``code``."""

    form: Form
    email: str
    has_app: bool
    passkey: PasskeyForm | None
    again_url: str
    problem: str = ""
    application: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApp:
    """Setting up an app that shows codes: the QR code of ``address``, or ``secret`` to type in.

    ``form`` sends ``code``. ``back_url`` leads away from here. For somebody who may not go on
    without, ``required`` is set, and ``passkey`` is the other way.
    """

    form: Form
    email: str
    address: str = field(repr=False)
    secret: str = field(repr=False)
    back_url: str
    required: bool = False
    passkey: PasskeyForm | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """Adding a passkey. The form sends ``name`` as well."""

    passkey: PasskeyForm
    back_url: str
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodes:
    """Recovery codes, shown this once. ``onward_url`` goes on."""

    codes: tuple[str, ...] = field(repr=False)
    onward_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """One passkey in the list. ``rename`` sends ``name``; the forms know which passkey it is."""

    key: str
    name: str
    facts: str
    rename: Form
    remove: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """Somebody's own sign-in. ``confirm`` is where to sign in again before anything can be changed,
    empty when that was lately; then the other addresses and forms are there."""

    email: str
    passkeys: tuple[PasskeyRow, ...]
    app: str
    recovery_codes: int
    required: bool
    home_url: str
    confirm_url: str
    add_passkey_url: str
    add_app_url: str
    remove_app: Form
    new_codes: Form
    done: str = ""
