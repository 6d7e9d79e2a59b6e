"""A decision: allowed or not, by which policy, and why. It has no default."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Policy
from doorward.policy.reasons import Reason

_WHY_ALLOWED = {
    Action.ALLOW: Reason.ALLOWED_BY_POLICY,
    Action.BYPASS: Reason.BYPASSED,
    Action.SERVICE_AUTH: Reason.SERVICE_TOKEN_ACCEPTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``policy`` and ``action`` are those of the policy that decided; None where none did.

    Raises ValueError when made without a reason, or allowed without a policy that allows.
    """

    allowed: bool
    policy: PolicyId | None
    action: Action | None
    reasons: tuple[Reason, ...]

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("a decision gives its reasons")
        if (self.policy is None) != (self.action is None):
            raise ValueError("policy and action come together")
        if self.allowed != (self.action in _WHY_ALLOWED):
            raise ValueError("only a policy with an action that allows can allow")

    @classmethod
    def allow(cls, policy: Policy, reason: Reason | None = None) -> Decision:
        """Allowed by ``policy``, for the usual ``reason`` of its action unless it is another. Raises KeyError
        for a deny policy."""
        return cls(
            allowed=True,
            policy=policy.id,
            action=policy.action,
            reasons=(reason or _WHY_ALLOWED[policy.action],),
        )

    @classmethod
    def deny_by(cls, policy: Policy, *reasons: Reason) -> Decision:
        """Denied because the deny policy ``policy`` matched."""
        return cls(
            allowed=False,
            policy=policy.id,
            action=policy.action,
            reasons=(Reason.DENIED_BY_POLICY, *reasons),
        )

    @classmethod
    def deny(cls, *reasons: Reason) -> Decision:
        """Denied because no policy matched; ``reasons`` say what is known of why."""
        return cls(
            allowed=False,
            policy=None,
            action=None,
            reasons=reasons or (Reason.NO_POLICY_MATCHED,),
        )
