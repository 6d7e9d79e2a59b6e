"""``san``: a subject alternative name of a client certificate: a DNS name, an e-mail address or a URI."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.alternative_names import written
from doorward.policy.bounds import ANYTHING, Bounds
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """With its type, as OpenSSL writes it: ``DNS:…``, ``email:…`` or ``URI:…``. Raises Invalid for what is
    none of them."""
    found = written(value)
    if not found:
        raise Invalid(
            field,
            f"{value[:256]!r} is not a subject alternative name: write a DNS name, an e-mail address or a "
            "URI, such as spiffe://example.com/build",
        )
    return found


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the certificate has exactly this name; a ``*`` in it is a star and nothing more. UNKNOWN where
    no certificate was shown that counts."""
    if request.certificate is None:
        return Match.UNKNOWN
    return Match.of(selector.value in request.certificate.sans)


def bounds(_selector: Selector) -> Bounds:
    """Of certificates the data plane knows nothing."""
    return ANYTHING
