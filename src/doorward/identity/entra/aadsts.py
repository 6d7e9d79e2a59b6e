"""What Entra's error codes mean, and what to do about each: one table.

Rule: codes choose words and nothing else. Microsoft may change them; what happens is decided by the
OAuth error. Rows marked [K] were not found in Microsoft's list of codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Meaning:
    """``sentence`` and ``advice`` are for the person, ``administrator`` for who set Doorward up."""

    sentence: str
    advice: str
    administrator: str = ""


AGAIN = "Sign in again."
LATER = "Try again in a few minutes."
ASK = "Ask your administrator; the details below tell them what to look for."
OTHER_ACCOUNT = "Sign out of Microsoft and use your work account, or ask to be invited as a guest."
LOGS = "In Entra, open Sign-in logs and find the Correlation ID: the tab Conditional Access names the policy."

OWN_FAULT = "Microsoft Entra ID does not accept Doorward itself, so nobody can sign in this way."
NOT_SIGNED_IN = "Microsoft Entra ID did not sign you in."
AS_BEFORE = "Your sign-in at Microsoft Entra ID does not hold any more."

_CONSENT = Meaning(
    "Your organisation has not approved this application yet.",
    "Your administrator must approve it.",
    "Grant admin consent under App registrations → API permissions, or by the admin-consent link.",
)
_PERMISSIONS = Meaning(
    OWN_FAULT,
    ASK,
    "Under App registrations → API permissions, add the Microsoft Graph permissions that the guide lists, "
    "and grant admin consent.",
)
_APPLICATION = Meaning(
    OWN_FAULT,
    ASK,
    "The directory does not have this application, or it is disabled: compare client_id with the "
    "Application (client) ID, and tenant with the Directory (tenant) ID, on the registration's overview.",
)
_TENANT = Meaning(
    OWN_FAULT,
    ASK,
    "There is no such directory: compare tenant with the Directory (tenant) ID on the registration's "
    "overview, and cloud with the cloud that it is in.",
)
_SECRET = Meaning(
    OWN_FAULT,
    ASK,
    "The client secret is wrong. Under Certificates & secrets copy the column Value, not Secret ID; the "
    "value is shown only once, so make a new secret if it was not kept.",
)
_CERTIFICATE = Meaning(
    OWN_FAULT,
    ASK,
    "The client assertion is not accepted: upload the public certificate that belongs to private_key under "
    "Certificates & secrets → Certificates, and check this machine's clock.",
)
_RESTART = Meaning("This sign-in cannot be finished.", "Start again.")
_FAULT = Meaning(
    "Microsoft Entra ID does not understand what Doorward asked.",
    "Start again. If it happens again, tell your administrator.",
    "If the redirect URI and the permissions are as the guide says, this is a fault of Doorward: report it.",
)
_EXPIRED = Meaning("Your sign-in at Microsoft Entra ID has expired.", AGAIN)
_REVOKED = Meaning(
    "Your sign-in was ended: the password was changed, or an administrator signed you out.", AGAIN
)
_MFA = Meaning(
    "Your organisation asks for a further proof of who you are.",
    "Sign in again, and confirm with your second factor or set one up.",
    LOGS,
)
_ELSEWHERE = Meaning("This account does not belong to the organisation.", OTHER_ACCOUNT)
_RESTRICTED = Meaning(
    "Your organisation, or the one you want to visit, does not allow sign-ins between the two.",
    ASK,
    "Look at External Identities → Cross-tenant access settings, and at tenant restrictions of the network.",
)
_PASSWORD = Meaning("Your password has expired.", "Change it at Microsoft, then sign in again.")
_DEVICE = Meaning(
    "Your organisation wants to know the device that you sign in with.",
    "Use a device registered with your organisation, with Edge, or Chrome with the Microsoft Single Sign On "
    "extension.",
    LOGS,
)
_RISK = Meaning("Microsoft Entra ID sees a risk in this sign-in.", ASK, LOGS)
_INTERACTIVE = Meaning("Microsoft Entra ID wants to ask you something first.", AGAIN)

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        16000: _ELSEWHERE,
        28002: _PERMISSIONS,
        50005: _DEVICE,
        50011: Meaning(
            OWN_FAULT,
            ASK,
            "Doorward's callback is not registered: add it, letter by letter, under App registrations → "
            "Authentication → Web → Redirect URIs.",
        ),
        50012: _CERTIFICATE,
        50020: _ELSEWHERE,
        50034: _ELSEWHERE,
        50053: Meaning(
            "Your account is locked for a while, or your network address has a bad name.",
            "Wait some minutes, or try from another network.",
        ),
        50055: _PASSWORD,
        50057: Meaning("Your account is disabled.", "Ask your administrator."),
        50058: _INTERACTIVE,
        50059: _TENANT,
        50072: _MFA,
        50074: _MFA,
        50076: _MFA,
        50078: _MFA,
        50079: _MFA,
        50097: _DEVICE,
        50105: Meaning(
            "You are not assigned to this application.",
            "Ask your administrator to assign you to it in Microsoft Entra ID.",
            "Under Enterprise applications → Users and groups assign the person or a group of theirs, or "
            "turn Assignment required off.",
        ),
        50126: Meaning("The user name or the password is wrong.", AGAIN),
        50129: _DEVICE,
        50131: _DEVICE,
        50132: _REVOKED,
        50133: _REVOKED,
        50144: _PASSWORD,
        50147: _RESTART,
        50155: _DEVICE,
        50158: _MFA,
        50161: _MFA,
        50173: _REVOKED,
        50187: _DEVICE,
        50194: Meaning(
            OWN_FAULT,
            ASK,
            "The application is registered for one directory: give its Directory (tenant) ID as tenant, or "
            "allow accounts in any organizational directory.",
        ),
        50196: Meaning(
            "Microsoft Entra ID saw the same sign-in too often in a row.",
            "Wait some minutes, then start again.",
            "This can be a redirect loop: report it with the Correlation ID.",
        ),
        51004: _ELSEWHERE,
        53000: Meaning(
            "Your device does not meet your organisation's rules.",
            "Open the Company Portal on it and see what is missing.",
            LOGS,
        ),
        53001: Meaning(
            "Your device is not joined to your organisation.",
            "Use a device that your organisation manages.",
            LOGS,
        ),
        53002: Meaning("Your organisation does not allow this program.", "Use another browser.", LOGS),
        53003: Meaning("Your organisation's access rules do not allow this sign-in.", ASK, LOGS),
        53004: _RISK,
        53010: _RISK,
        53011: _RISK,
        54005: _RESTART,
        65001: _CONSENT,
        65004: Meaning(
            "You declined what the application asks for.",
            "Sign in again and accept it, or ask your administrator.",
        ),
        65005: _PERMISSIONS,
        70001: _APPLICATION,
        70002: _SECRET,
        70008: _EXPIRED,
        70011: _PERMISSIONS,
        70043: Meaning(
            "Your organisation asks you to sign in again from time to time.",
            AGAIN,
            "A Conditional Access policy sets a sign-in frequency: no session in Doorward should be longer.",
        ),
        90002: _TENANT,  # [K]
        90008: _CONSENT,
        90014: _FAULT,
        90019: _TENANT,
        90094: _CONSENT,
        90100: _FAULT,
        500021: _RESTRICTED,
        500022: _RESTRICTED,
        500208: Meaning("This kind of account cannot be used here.", "Use your work or school account."),
        500212: _RESTRICTED,
        500213: _RESTRICTED,
        501481: _RESTART,
        501491: _RESTART,
        530034: _RISK,
        530035: Meaning("Your organisation's security defaults block this sign-in.", ASK, LOGS),
        650052: _PERMISSIONS,
        650056: _PERMISSIONS,
        650057: _PERMISSIONS,
        700011: _APPLICATION,
        700016: _APPLICATION,  # [K]
        700027: _CERTIFICATE,
        700082: _EXPIRED,
        700084: _EXPIRED,
        900144: _FAULT,
        7000112: _APPLICATION,  # [K]
        7000215: _SECRET,  # [K]
        7000222: Meaning(  # [K]
            OWN_FAULT,
            ASK,
            "The client secret has expired: make a new one under Certificates & secrets, and give Doorward "
            "its Value. Two may be held at once while one is exchanged for the other.",
        ),
    }
)
"""By the number behind ``AADSTS``."""

BY_ERROR: Mapping[str, Meaning] = MappingProxyType(
    {
        "access_denied": Meaning(
            NOT_SIGNED_IN, "Sign in again and accept what is asked, or ask your administrator."
        ),
        "consent_required": _CONSENT,
        "interaction_required": _INTERACTIVE,
        "login_required": _INTERACTIVE,
        "invalid_grant": Meaning(AS_BEFORE, AGAIN),
        "invalid_client": Meaning(OWN_FAULT, ASK, "Check client_id and the client secret or certificate."),
        "unauthorized_client": _APPLICATION,
        "invalid_tenant": _TENANT,
        "invalid_scope": _PERMISSIONS,
        "invalid_resource": _PERMISSIONS,
        "server_error": Meaning("Microsoft Entra ID has a fault at this moment.", LATER),
        "temporarily_unavailable": Meaning("Microsoft Entra ID is too busy.", LATER),
    }
)
"""For codes that the table does not have, by the OAuth error."""

UNKNOWN = Meaning(NOT_SIGNED_IN, "Start again. If it happens again, tell your administrator.")


def meaning_of(error: str, code: int | None) -> Meaning:
    """The row for a refusal."""
    found = MEANINGS.get(code) if code is not None else None
    return found or BY_ERROR.get(error, UNKNOWN)
