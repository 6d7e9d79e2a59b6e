"""How somebody signed in, by the classes of authentication context that an assertion names.

Rule: only what says plainly which of RFC 8176's methods it was is taken for it; "unspecified" and "previous
session" say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.identity.saml import names
from doorward.identity.saml.response import TrustedAssertion
from doorward.identity.saml.xml import children, text_of

_CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

METHODS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        f"{_CLASS}Password": frozenset({"pwd"}),
        f"{_CLASS}PasswordProtectedTransport": frozenset({"pwd"}),
        f"{_CLASS}TimeSyncToken": frozenset({"otp"}),
        f"{_CLASS}Smartcard": frozenset({"sc"}),
        f"{_CLASS}SmartcardPKI": frozenset({"sc", "pin", "mfa"}),
        f"{_CLASS}SoftwarePKI": frozenset({"swk"}),
        f"{_CLASS}MobileTwoFactorContract": frozenset({"mfa"}),
        f"{_CLASS}MobileTwoFactorUnregistered": frozenset({"mfa"}),
        "urn:federation:authentication:windows": frozenset({"wia"}),
        "http://schemas.microsoft.com/claims/multipleauthn": frozenset({"mfa"}),
        "https://refeds.org/profile/mfa": frozenset({"mfa"}),
    }
)
"""By the classes of "Authentication Context for SAML V2.0", section 3.4, and those of ADFS, Entra ID and
REFEDS. A smart card with a PIN is two factors by that text."""


def read_methods(assertion: TrustedAssertion) -> frozenset[str]:
    """The methods of all its statements."""
    found = frozenset[str]()
    for statement in children(assertion, names.assertion("AuthnStatement")):
        for context in children(statement, names.assertion("AuthnContext")):
            for reference in children(context, names.assertion("AuthnContextClassRef")):
                found |= METHODS.get(text_of(reference), frozenset())
    return found
