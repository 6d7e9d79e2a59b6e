"""``common_name``: the common name in the subject of a client certificate."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING, Bounds
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER

_LONGEST = 256


def parse(value: str, field: str) -> str:
    """Letter for letter; case matters. Raises Invalid for an empty, very long or unprintable one."""
    if not value or value != value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise Invalid(
            field,
            f"{value[:_LONGEST]!r} is not a common name: write it as the certificate has it, "
            f"1-{_LONGEST} printable characters, such as build-7",
        )
    return value


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the subject has exactly one common name, and it is this; UNKNOWN where no certificate was shown
    that counts. Which of several a reader takes for the name is up to the reader, so none of them is."""
    if request.certificate is None:
        return Match.UNKNOWN
    names = request.certificate.common_names
    return Match.of(names == (selector.value,)) if len(names) < 2 else Match.UNKNOWN


def bounds(_selector: Selector) -> Bounds:
    """Of certificates the data plane knows nothing."""
    return ANYTHING
