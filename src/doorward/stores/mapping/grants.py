"""Grants."""

from __future__ import annotations

from doorward.model.grant import Grant
from doorward.model.ids import ApplicationId, GrantId, PolicyId, SessionId
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(grant: Grant) -> Row:
    """A row of ``access_grants``."""
    return {
        "id": grant.id,
        "session": grant.session,
        "application": grant.application,
        "policy": grant.policy,
        "person": grant.person,
        "reason": grant.reason,
        "wanted": grant.wanted,
        "asked": grant.asked,
        "approved_by": list(grant.approved_by),
        "until": grant.until,
        "closed": grant.closed,
        "closed_by": grant.closed_by,
        "version": grant.version,
    }


def from_row(row: ReadRow) -> Grant:
    """The grant of one row."""
    return Grant(
        id=GrantId(row["id"]),
        session=SessionId(row["session"]),
        application=ApplicationId(row["application"]),
        policy=PolicyId(row["policy"]),
        person=row["person"],
        reason=row["reason"],
        wanted=row["wanted"],
        asked=row["asked"],
        approved_by=tuple(row["approved_by"]),
        until=row["until"],
        closed=row["closed"],
        closed_by=row["closed_by"],
        version=row["version"],
    )
