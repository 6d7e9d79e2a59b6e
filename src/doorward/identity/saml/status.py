"""What a provider's "no" means (Core section 3.2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.identity.oidc.plain import plain
from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.xml import Element, children, text_of
from doorward.model.errors import SignInRefused

_PREFIX = "urn:oasis:names:tc:SAML:2.0:status:"

MEANINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AuthnFailed": ("The identity provider could not sign you in.", ""),
        "RequestDenied": (
            "The identity provider does not let you sign in here.",
            "The person may not be assigned to this application at the provider.",
        ),
        "UnknownPrincipal": (
            "The identity provider does not know you.",
            "The person may not be assigned to this application at the provider.",
        ),
        "NoAuthnContext": (
            "The identity provider cannot sign you in as securely as was asked.",
            "Look at the provider's sign-in policy for this application.",
        ),
        "InvalidNameIDPolicy": (
            "The identity provider cannot name you as was asked.",
            "Have the provider send a persistent NameID or an email address.",
        ),
        "NoPassive": ("The identity provider would have to ask you something, and was not let.", ""),
        "Requester": (
            "The identity provider does not understand Doorward's request.",
            (
                "Compare entity ID and callback with Doorward's metadata; where the provider wants signed "
                "requests, turn sign_requests on."
            ),
        ),
        "Responder": (
            "The identity provider could not answer.",
            "Its log says why; a wrong certificate or NameID setting is common.",
        ),
        "VersionMismatch": ("The identity provider speaks another version of SAML.", "Doorward speaks 2.0."),
    }
)
"""For the person, and for the administrator, by the innermost code that is known."""


def check_status(response: Element) -> None:
    """Return if the provider says that it signed somebody in.

    Raises:
        SignInRefused: it says something else, told in words.
    """
    found = children(response, names.protocol("Status"))
    if len(found) != 1:
        raise broken("it does not say whether the sign-in succeeded")
    codes = list(_codes(found[0]))
    if codes == [names.SUCCESS]:
        return
    known = [code.removeprefix(_PREFIX) for code in codes]
    sentence, administrator = next(
        (MEANINGS[code] for code in reversed(known) if code in MEANINGS),
        ("The identity provider did not sign you in.", ""),
    )
    said = plain(text_of(next(iter(children(found[0], names.protocol("StatusMessage"))), None)))
    raise SignInRefused(
        f"{sentence} It says: {said}" if said else sentence,
        advice="Try again, or use another account.",
        administrator=administrator,
        code=plain(known[-1], longest=64) if known else "",
    )


def _codes(status: Element) -> list[str]:
    """The code and the codes inside it, from the outermost."""
    codes: list[str] = []
    inner = children(status, names.protocol("StatusCode"))
    while len(inner) == 1 and len(codes) < 4:
        codes.append(inner[0].get("Value") or "")
        inner = children(inner[0], names.protocol("StatusCode"))
    return codes
