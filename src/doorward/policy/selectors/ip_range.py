"""``ip_range``: where the request comes from, as the edge sees it."""

from __future__ import annotations

from ipaddress import ip_network

from doorward.model.access import AccessRequest
from doorward.model.rule import Selector
from doorward.policy.expression import Expression
from doorward.policy.networks import canonical_network, plain, source_in
from doorward.policy.selectors.kind import EVERY_ACTION, Narrowing

actions = EVERY_ACTION
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """CIDR notation; a single address stands for itself. Raises Invalid as ``canonical_network``."""
    return canonical_network(value, field)


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the source is in the range."""
    return plain(request.source) in ip_network(selector.value)


def expression(selector: Selector) -> Expression:
    """The source is in the range, whichever way an IPv4 address is spelt."""
    return source_in(selector.value)
