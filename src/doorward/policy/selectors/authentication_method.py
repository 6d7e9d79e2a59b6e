"""``authentication_method``: a way in which the person proved themselves when they signed in, as RFC 8176
calls it: ``pwd``, ``otp``, ``hwk``, ``mfa``."""

from __future__ import annotations

import re

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimContains, Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER

REGISTERED = frozenset(
    (
        *("face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba"),
        *("retina", "sc", "sms", "swk", "tel", "user", "vbm", "wia"),
    )
)
"""Those of RFC 8176 section 2. Providers have others of their own."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")


def parse(value: str, field: str) -> str:
    """A registered one in lower case; of any other the case matters. Raises Invalid for what is no word."""
    word = value.strip()
    if word.lower() in REGISTERED:
        return word.lower()
    if not _WORD.fullmatch(word):
        raise Invalid(
            field,
            f"{value[:64]!r} is not an authentication method: use a word of RFC 8176, such as pwd, otp, hwk "
            "or mfa, or one that the identity provider sends as amr",
        )
    return word


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person proved themselves so."""
    return request.identity is not None and selector.value in request.identity.methods


def expression(selector: Selector) -> Expression:
    """The ``amr`` claim lists it."""
    return ClaimContains("amr", selector.value)
