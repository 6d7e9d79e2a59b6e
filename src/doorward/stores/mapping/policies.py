"""Shared policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from doorward.model.ids import ListId, PolicyId
from doorward.model.policy import Action, Approval, Policy, Purpose
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
        "purpose": None if policy.purpose is None else {"prompt": policy.purpose.prompt},
        "approval": None if policy.approval is None else _approval_to_json(policy.approval),
        "session_duration": policy.session_duration,
    }


def from_row(row: ReadRow) -> Policy:
    """The policy of one row."""
    return Policy(
        id=PolicyId(row["id"]),
        name=row["name"],
        action=Action(row["action"]),
        rules=rules_from_json(row["rules"]),
        purpose=None if row["purpose"] is None else Purpose(prompt=row["purpose"]["prompt"]),
        approval=None if row["approval"] is None else _approval_from_json(row["approval"]),
        session_duration=row["session_duration"],
    )


def _approval_to_json(approval: Approval) -> dict[str, object]:
    return {
        "approvers": list(approval.approvers),
        "approver_lists": list(approval.approver_lists),
        "needed": approval.needed,
        "longest": approval.longest // timedelta(seconds=1),
    }


def _approval_from_json(value: Mapping[str, Any]) -> Approval:
    return Approval(
        approvers=tuple(value["approvers"]),
        approver_lists=tuple(ListId(name) for name in value["approver_lists"]),
        needed=value["needed"],
        longest=timedelta(seconds=value["longest"]),
    )
