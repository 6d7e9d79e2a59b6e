"""Which applications the launcher shows a person."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from doorward.model.access import AccessRequest, Identity
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.step_up import missing_contexts


def visible(compiled: CompiledApplication, identity: Identity, source: IPv4Address | IPv6Address) -> bool:
    """Whether this person could open the application now, from where they are, if need be after
    proving more."""
    request = AccessRequest(application=compiled.application, source=source, identity=identity)
    return evaluate(compiled, request).allowed or bool(missing_contexts(compiled, request))
