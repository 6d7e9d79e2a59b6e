"""Reasons: every named cause of a decision. The log, the denied page and the tests share them."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a request was allowed or denied. Values are stable: they appear in logs."""

    ALLOWED_BY_POLICY = "allowed-by-policy"
    """An allow policy matched the person."""
    BYPASSED = "bypassed"
    """A bypass policy matched; nobody was asked who they are."""
    SERVICE_TOKEN_ACCEPTED = "service-token-accepted"
    """A service_auth policy matched the machine."""

    DENIED_BY_POLICY = "denied-by-policy"
    """A deny policy matched, before any that would have allowed."""
    NO_POLICIES = "no-policies"
    """The application has no policy at all, so nobody may open it."""
    NO_POLICY_MATCHED = "no-policy-matched"
    """There are policies, and none of them matched."""
    NO_IDENTITY = "no-identity"
    """Policies that look at people exist, and nobody is signed in."""
    SERVICE_TOKEN_REQUIRED = "service-token-required"
    """Policies that look at service tokens exist, and none was shown."""
    OTHER_APPLICATION = "other-application"
    """The request is for another application than these policies are of."""

    NOT_INCLUDED = "not-included"
    """No include rule of a policy that was looked at matched."""
    NOT_REQUIRED = "not-required"
    """A require rule of a policy that was looked at did not match."""
    EXCLUDED = "excluded"
    """An exclude rule of a policy that was looked at matched."""
    WRONG_NETWORK = "wrong-network"
    """What stood in the way was an IP range: another network might do."""
    OTHER_IDENTITY_PROVIDER = "other-identity-provider"
    """The person signed in by an identity provider that this application does not take."""
    CONTEXT_REQUIRED = "context-required"
    """All that is missing is an authentication context, which another sign-in would bring."""
    SESSION_ENDED = "session-ended"
    """The person is signed in, and was in this application for as long as its session may be."""
    PURPOSE_REQUIRED = "purpose-required"
    """All that is missing is a reason for coming, which the person can give."""
    APPROVAL_REQUIRED = "approval-required"
    """All that is missing is somebody else's approval."""
    UNKNOWN_SELECTOR = "unknown-selector"
    """A rule uses a selector that this version does not know, and that decided it."""
    UNKNOWN_FACT = "unknown-fact"
    """A rule looks at a fact that nobody knows now, such as a device's posture, and that decided it."""
