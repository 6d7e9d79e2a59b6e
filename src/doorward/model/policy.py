"""A policy: an ordered entry on an application, an action and the rules that trigger it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from doorward.model.ids import ListId, PolicyId
from doorward.model.rule import Rules


class Action(StrEnum):
    """What a policy does with a request that its rules match.

    ``SERVICE_AUTH`` admits machines by service token and never a person; ``BYPASS`` admits without
    asking who it is. Both are looked at before ``ALLOW`` and ``DENY``, each kind in its order.
    """

    ALLOW = "allow"
    DENY = "deny"
    BYPASS = "bypass"
    SERVICE_AUTH = "service_auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """People say why they come before they are let in. ``prompt`` is the question; empty: the usual one."""

    prompt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody else says yes before they are let in, for a time.

    ``approvers`` are canonical addresses, ``approver_lists`` lists of them; nobody approves for
    themselves. ``needed`` is how many must say yes, ``longest`` the longest time that they may give.
    """

    approvers: tuple[str, ...] = ()
    approver_lists: tuple[ListId, ...] = ()
    needed: int = 1
    longest: timedelta = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One entry. ``id`` is unique among the policies of one application.

    ``purpose`` and ``approval`` go with ``ALLOW`` only. Whoever is asked for an approval is asked for the
    purpose too.
    ``session_duration`` is for how long those stay in whom it admits, instead of what the application says;
    it goes with ``ALLOW`` only.
    """

    id: PolicyId
    action: Action
    rules: Rules
    name: str = ""
    purpose: Purpose | None = None
    approval: Approval | None = None
    session_duration: timedelta | None = None

    @property
    def needs_grant(self) -> bool:
        """Whether matching its rules is not enough: it wants a reason, or somebody's approval."""
        return self.purpose is not None or self.approval is not None
