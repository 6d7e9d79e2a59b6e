"""Rule groups."""

from __future__ import annotations

from doorward.model.ids import RuleGroupId
from doorward.model.rule import RuleGroup
from doorward.stores.mapping.rows import ReadRow, Row
from doorward.stores.mapping.rules import rules_from_json, rules_to_json


def to_row(group: RuleGroup, *, position: int) -> Row:
    """A row of ``rule_groups``."""
    return {
        "id": group.id,
        "position": position,
        "name": group.name,
        "rules": rules_to_json(group.rules),
    }


def from_row(row: ReadRow) -> RuleGroup:
    """The rule group of one row."""
    return RuleGroup(id=RuleGroupId(row["id"]), name=row["name"], rules=rules_from_json(row["rules"]))
