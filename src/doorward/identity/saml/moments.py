"""Instants as SAML writes them: in UTC, with a Z (Core section 1.3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z")


class NotAMoment(ValueError):
    """The text is not an instant in UTC."""


def moment(text: str) -> datetime:
    """The instant that ``text`` means; what is finer than a microsecond is dropped.

    Raises:
        NotAMoment: it has another form or another zone, or there is no such day.
    """
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise NotAMoment
    try:
        whole = datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise NotAMoment from None
    fraction = (found[2] or ".0")[1:7].ljust(6, "0")
    return whole.replace(microsecond=int(fraction))


def written(instant: datetime) -> str:
    """How Doorward writes an instant."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
