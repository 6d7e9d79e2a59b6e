"""``upn``: one person, by the user principal name of their directory."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimEquals, Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER

_LONGEST = 320
_ODD = ' "\\,;:<>()[]'


def parse(value: str, field: str) -> str:
    """Lower case. Raises Invalid unless it is name@suffix in printable ASCII, without blanks."""
    upn = value.strip().lower()
    name, _, suffix = upn.partition("@")
    plain = upn.isascii() and upn.isprintable() and not any(sign in upn for sign in _ODD)
    if not (name and suffix and plain) or "@" in suffix or len(upn) > _LONGEST:
        raise Invalid(
            field,
            f"{value[:_LONGEST]!r} is not a user principal name: write it as the directory shows it, "
            "such as ada@example.com",
        )
    return upn


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether it is the person's, whole."""
    person = request.identity
    return person is not None and bool(person.upn) and person.upn == selector.value


def expression(selector: Selector) -> Expression:
    """The ``upn`` claim is it."""
    return ClaimEquals("upn", selector.value)
