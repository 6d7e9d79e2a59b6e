"""``certificate``: whoever proves to hold a client certificate that counts; of one authority, where the value
names it.

The three kinds that look at certificates are the control plane's alone: what Envoy found about a certificate
at the handshake would be true for as long as the connection lasts, whatever was revoked meanwhile.
"""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.ids import slug
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING, Bounds
from doorward.policy.match import Match
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """An authority's id, or nothing; raises Invalid where it cannot be one."""
    return slug(value, field=field) if value else ""


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the authority issued it; UNKNOWN where none was shown that counts."""
    if request.certificate is None:
        return Match.UNKNOWN
    return Match.of(not selector.value or selector.value in request.certificate.authorities)


def bounds(_selector: Selector) -> Bounds:
    """Of certificates the data plane knows nothing."""
    return ANYTHING
