"""``email_domain``: everything after the @ of a person's address. Subdomains are other domains."""

from __future__ import annotations

import re

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimMatches, Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST = 253  # RFC 1035 section 2.3.4, without the closing dot


def parse(value: str, field: str) -> str:
    """Lower case. Raises Invalid unless it is a DNS name in ASCII, without @ and closing dot."""
    domain = value.strip().lower()
    if domain.startswith("@"):
        raise Invalid(field, f"leave out the @: write {domain.lstrip('@')!r}")
    if len(domain) > _LONGEST or not _DOMAIN.fullmatch(domain):
        raise Invalid(
            field,
            f"{value!r} is not a domain: use what follows the @, such as example.com "
            "(a name with other letters in its xn-- spelling)",
        )
    return domain


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether exactly one @ stands between a non-empty part and this domain.

    An address with two never matches: parsers disagree about whose it is.
    """
    if request.identity is None:
        return False
    local, _, domain = request.identity.email.partition("@")
    return bool(local) and domain == selector.value


def expression(selector: Selector) -> Expression:
    """The ``email`` claim, whole, is letters without @, then @, then this domain."""
    return ClaimMatches("email", "[^@]+@" + selector.value.replace(".", r"\."))
