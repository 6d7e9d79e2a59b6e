"""A decision in words: for the person it concerns, and for the log.

Rule: a sentence for a person names the rule type that failed, and nothing of its content: not who
else is on a list, nor which group or network would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.policy.decision import Decision
from doorward.policy.reasons import Reason

SENTENCES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.ALLOWED_BY_POLICY: "You may open this application.",
        Reason.BYPASSED: "This application is open without signing in.",
        Reason.SERVICE_TOKEN_ACCEPTED: "The service token may use this application.",
        Reason.CERTIFICATE_ACCEPTED: "The client certificate opens this application.",
        Reason.DENIED_BY_POLICY: "A rule of this application keeps your account out.",
        Reason.NO_POLICIES: "Nobody has been given access to this application yet.",
        Reason.NO_POLICY_MATCHED: "None of this application's rules lets you in.",
        Reason.NO_IDENTITY: "You are not signed in.",
        Reason.SERVICE_TOKEN_REQUIRED: "This application admits programs by a service token.",
        Reason.OTHER_APPLICATION: "This sign-in belongs to another application.",
        Reason.NOT_INCLUDED: "You are not on the list of those who may open this application.",
        Reason.NOT_REQUIRED: "Something that everyone needs for this application is missing.",
        Reason.EXCLUDED: "You are among those who are kept out of this application.",
        Reason.WRONG_NETWORK: "It cannot be opened from the network you are on now.",
        Reason.OTHER_IDENTITY_PROVIDER: "This application wants you to sign in another way.",
        Reason.CONTEXT_REQUIRED: (
            "It asks for a stronger sign-in than yours, and the identity provider did not confirm one."
        ),
        Reason.CERTIFICATE_REQUIRED: (
            "It asks for a client certificate, and none was shown that counts: none at all, or one that has "
            "expired, was revoked or is another authority's."
        ),
        Reason.SESSION_ENDED: "Your time in this application is over. Open it again.",
        Reason.PURPOSE_REQUIRED: "It wants to know why you come before it lets you in.",
        Reason.APPROVAL_REQUIRED: "Somebody has to approve it before you may come in.",
        Reason.UNKNOWN_FACT: (
            "Something that it must know of you or your device is not known at the moment, so it stays shut."
        ),
        Reason.UNKNOWN_SELECTOR: (
            "A rule of this application needs a newer version of Doorward, so it lets nobody in."
        ),
    }
)

_GENERAL = frozenset({Reason.NO_POLICY_MATCHED})
"""Reasons that say nothing once a more particular one is there."""


def sentences(decision: Decision) -> tuple[str, ...]:
    """What to tell the person, the most telling first. Never empty."""
    particular = [reason for reason in decision.reasons if reason not in _GENERAL]
    return tuple(SENTENCES[reason] for reason in particular or decision.reasons)


def summary(decision: Decision) -> str:
    """One line for the log and the administrator, such as ``denied: no-policy-matched,
    not-included`` or ``allowed by staff (allow): allowed-by-policy``."""
    verdict = "allowed" if decision.allowed else "denied"
    by = f" by {decision.policy} ({decision.action})" if decision.policy is not None else ""
    return f"{verdict}{by}: {', '.join(decision.reasons)}"
