"""Conditional Access: authentication contexts, and the policies that refer to them."""

from __future__ import annotations

from starlette.responses import Response

from doorward.sample.entra.consent import is_administrator
from doorward.sample.entra.directory import ConditionalAccessPolicy
from doorward.sample.entra.graph.answers import denied, page
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.graph.odata import chosen
from doorward.sample.entra.graph.users import require


def contexts(call: Call) -> Response:
    """``c1`` and its like, those that were unpublished, too."""
    _require(call)
    items = [
        {
            "id": context.id,
            "displayName": context.display_name,
            "description": context.description,
            "isAvailable": context.is_available,
        }
        for context in call.tenant.contexts.values()
    ]
    where = "identity/conditionalAccess/authenticationContextClassReferences"
    return page(call, where, [chosen(item, call.select(), item) for item in items])


def policies(call: Call) -> Response:
    """The policies."""
    _require(call)
    items = [_item(policy) for policy in call.tenant.policies]
    shown = [chosen(item, call.select(), item) for item in items]
    return page(call, "identity/conditionalAccess/policies", shown)


def _require(call: Call) -> None:
    """The permission, and for people a directory role beside it."""
    require(call, "policies")
    person = call.tenant.users.get(call.access.user_id)
    if person and not is_administrator(person):
        raise denied()


def _item(policy: ConditionalAccessPolicy) -> dict[str, object]:
    hours = policy.sign_in_frequency_hours
    frequency = {"isEnabled": True, "type": "hours", "value": hours} if hours else None
    return {
        "id": policy.id,
        "displayName": policy.display_name,
        "state": str(policy.state),
        "conditions": {
            "applications": {
                "includeApplications": [] if policy.contexts else ["All"],
                "includeAuthenticationContextClassReferences": list(policy.contexts),
            },
            "users": {"includeUsers": ["All"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": list(policy.controls)},
        "sessionControls": {"signInFrequency": frequency} if frequency else None,
    }
