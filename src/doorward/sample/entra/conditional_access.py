"""What Conditional Access decides about a sign-in: which contexts a token may name, and what is missing.

A context that no enabled policy refers to is given to whoever asks: as in Entra, it guards nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.sample.entra.directory import SIGN_IN, Outcome, PolicyState, Tenant, User


@dataclass(frozen=True, slots=True)
class Verdict:
    """Contexts a token may name, and those that are still to be proven or cannot be had."""

    satisfied: tuple[str, ...]
    to_prove: tuple[str, ...]
    blocked: tuple[str, ...]


def judge(tenant: Tenant, user: User, wanted: Iterable[str], passed: Iterable[str]) -> Verdict:
    """``wanted`` contexts for somebody who proved ``passed`` in this session."""
    proven = set(passed)
    outcomes = {context: outcome_of(tenant, user, context) for context in dict.fromkeys(wanted)}
    return Verdict(
        satisfied=tuple(
            context
            for context, outcome in outcomes.items()
            if outcome is Outcome.SATISFIED or (outcome is Outcome.MFA and context in proven)
        ),
        to_prove=tuple(
            context
            for context, outcome in outcomes.items()
            if outcome is Outcome.MFA and context not in proven
        ),
        blocked=tuple(context for context, outcome in outcomes.items() if outcome is Outcome.BLOCK),
    )


def outcome_of(tenant: Tenant, user: User, context: str) -> Outcome:
    """What holds for somebody and a context."""
    if context != SIGN_IN and not is_guarded(tenant, context):
        return Outcome.SATISFIED
    return tenant.outcomes.get((user.id, context), Outcome.SATISFIED)


def is_guarded(tenant: Tenant, context: str) -> bool:
    """Whether an enabled policy refers to the context; report-only ones enforce nothing."""
    return any(
        policy.state is PolicyState.ENABLED and context in policy.contexts for policy in tenant.policies
    )


def is_too_old(tenant: Tenant, auth_time: datetime, now: datetime) -> bool:
    """Whether a policy's sign-in frequency wants a new sign-in by now."""
    hours = [
        policy.sign_in_frequency_hours
        for policy in tenant.policies
        if policy.state is PolicyState.ENABLED and policy.sign_in_frequency_hours
    ]
    return bool(hours) and now >= auth_time + timedelta(hours=min(hours))
