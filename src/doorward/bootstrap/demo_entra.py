"""The demonstration with Microsoft Entra ID: a stand-in for a tenant, and Doorward set up with it.

What the access file says here is what an administrator writes for a real tenant, but for the two URLs
that lead to the stand-in.
"""

from __future__ import annotations

from typing import Any

from doorward.sample.entra import operations, seed
from doorward.sample.entra.directory import Outcome
from doorward.sample.entra.entra import Entra

IDENTITY_PROVIDER = "entra"
STRONG = "strong"
"""The id of the application that asks for an authentication context."""
CONTEXT = "c1"
POLL = "5s"


def base_url(port: int) -> str:
    """Where the stand-in is."""
    return f"http://127.0.0.1:{port}"


def provider(port: int) -> dict[str, Any]:
    """The identity provider in the access file."""
    return {
        "id": IDENTITY_PROVIDER,
        "name": "Microsoft Entra ID (stand-in)",
        "type": "entra",
        "tenant": seed.TENANT_ID,
        "client_id": seed.CLIENT_ID,
        "client_secret": seed.CLIENT_SECRET,
        "conditional_access": True,
        "poll_every": POLL,
        "authority_url": base_url(port),
        "graph_url": base_url(port),
    }


def engineers() -> dict[str, str]:
    """The group that may open the samples, by its object id."""
    return {"group": seed.ENGINEERING, "identity_provider": IDENTITY_PROVIDER}


def strong_policy() -> dict[str, Any]:
    """Engineers who satisfied the authentication context lately."""
    context = {"auth_context": CONTEXT, "identity_provider": IDENTITY_PROVIDER}
    return {
        "id": "engineers-with-mfa",
        "name": "Engineers, with a stronger sign-in",
        "action": "allow",
        "include": [engineers()],
        "require": [context],
    }


def ask_for_more(entra: Entra) -> None:
    """Have everybody asked for a second factor where the authentication context is wanted."""
    for user in entra.directory.tenants[seed.TENANT_ID].users:
        operations.set_outcome(entra, user, CONTEXT, Outcome.MFA)
