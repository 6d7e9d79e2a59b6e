"""What the pages of one-time PINs show."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.web.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class PinAddress:
    """Where to send a code.

    ``form`` sends ``email`` besides its own fields. ``problem`` is one sentence about the attempt
    before this one. ``application`` is the name of what they are heading to, and empty when that is
    the launcher. ``chooser_url`` leads back to the other providers, if any.
    """

    form: Form
    email: str = ""
    problem: str = ""
    application: str = ""
    chooser_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinCode:
    """The code that may have been sent to ``email``.

    ``form`` sends ``code`` besides its own fields; ``again`` asks for another code; ``other_url``
    leads back to the form for another address.
    """

    form: Form
    again: Form
    email: str
    other_url: str
    problem: str = ""
