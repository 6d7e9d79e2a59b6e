"""Shared policies."""

from __future__ import annotations

from doorward.model.ids import PolicyId
from doorward.model.policy import Action, Policy
from doorward.stores.mapping.rows import ReadRow, Row
from doorward.stores.mapping.rules import rules_from_json, rules_to_json


def to_row(policy: Policy, *, position: int) -> Row:
    """A row of ``policies``, or of ``application_policies`` without its application."""
    return {
        "id": policy.id,
        "position": position,
        "name": policy.name,
        "action": policy.action.value,
        "rules": rules_to_json(policy.rules),
        "session_duration": policy.session_duration,
    }


def from_row(row: ReadRow) -> Policy:
    """The policy of one row."""
    return Policy(
        id=PolicyId(row["id"]),
        name=row["name"],
        action=Action(row["action"]),
        rules=rules_from_json(row["rules"]),
        session_duration=row["session_duration"],
    )
