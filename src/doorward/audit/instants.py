"""Instants as the audit log writes them, which is how the edge writes them: UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime


def written_instant(moment: datetime) -> str:
    """Such as ``2026-11-24T19:30:45.123Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: object) -> datetime:
    """Raises ValueError for what is no instant with a zone."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no instant")  # noqa: TRY004 - one error for every wrong instant
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment
