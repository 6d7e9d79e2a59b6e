"""Facts that sources report."""

from __future__ import annotations

from doorward.model.report import Report, Whom, WhomKind
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(report: Report) -> Row:
    """A row of ``facts``."""
    return {
        "kind": report.whom.kind.value,
        "identity_provider": report.whom.identity_provider,
        "whom": report.whom.id,
        "name": report.name,
        "source": report.source,
        "value": report.value,
        "email": report.email,
        "reported": report.reported,
        "expires": report.expires,
    }


def from_row(row: ReadRow) -> Report:
    """The report of one row."""
    return Report(
        whom=Whom(WhomKind(row["kind"]), row["identity_provider"], row["whom"]),
        name=row["name"],
        source=row["source"],
        value=row["value"],
        email=row["email"],
        reported=row["reported"],
        expires=row["expires"],
    )
