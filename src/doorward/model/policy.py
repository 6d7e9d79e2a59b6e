"""A policy: an ordered entry on an application, an action and the rules that trigger it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorward.model.ids import PolicyId
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
class Policy:
    """One entry. ``id`` is unique among the policies of one application."""

    id: PolicyId
    action: Action
    rules: Rules
    name: str = ""
