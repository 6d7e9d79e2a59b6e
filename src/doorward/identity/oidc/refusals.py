"""A provider's "no" (RFC 6749 sections 4.1.2.1 and 5.2, Core section 3.1.2.6) as something people can act on.

Rule: the provider's own words are shown as plain text of a bounded length, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.identity.oidc.plain import plain
from doorward.model.errors import SignInRefused

NOT_ANY_MORE = "The identity provider does not accept this sign-in any more. Start again."
ENDED = "The identity provider ended your sign-in. Sign in again."

AGAIN = "Sign in again."
LATER = "Try again in a few minutes."

ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "access_denied": "Sign in again and agree, or ask who runs the identity provider to let you in.",
        "login_required": AGAIN,
        "consent_required": AGAIN,
        "interaction_required": AGAIN,
        "account_selection_required": AGAIN,
        "server_error": LATER,
        "temporarily_unavailable": LATER,
    }
)
"""What the person can do. For what is not here, they can only tell an administrator."""

ADMINISTRATOR: Mapping[str, str] = MappingProxyType(
    {
        "access_denied": "See at the identity provider whether this person is assigned to the application.",
        "invalid_scope": "The provider does not know one of the scopes: compare them with what it offers.",
        "invalid_request": "Compare redirect URI, scopes and prompt with what is registered at the provider.",
        "unauthorized_client": "Allow the authorization code flow for this client at the provider.",
        "unsupported_response_type": "Allow the authorization code flow for this client at the provider.",
    }
)


def said_no(answer: Mapping[str, str]) -> SignInRefused:
    """The error for parameters that came to the callback with ``error`` among them."""
    error = plain(answer["error"], longest=64) or "unknown"
    description = plain(answer.get("error_description"))
    said = f"{description} ({error})" if description else error
    return SignInRefused(
        f"The identity provider did not sign you in: {said}",
        advice=ADVICE.get(error, "If this happens again, tell your administrator."),
        administrator=ADMINISTRATOR.get(error, ""),
        code=error,
    )


def not_accepted(sentence: str, document: Mapping[str, object]) -> SignInRefused:
    """The error for a code or refresh token that the token endpoint does not take."""
    return SignInRefused(
        sentence,
        advice=AGAIN,
        administrator=plain(document.get("error_description")),
        code=plain(document.get("error"), longest=64),
    )
