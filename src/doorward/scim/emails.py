"""The one address of a person that is kept, out of however many are sent.

The standard's ``emails`` are addresses of several types. The primary one counts, or else that for
work, or else any. What is an address is the directory's business: it is compared with what the same
provider vouches for at sign-in, and sent nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from doorward.scim.problems import invalid_value

_KEPT_PATH = re.compile(r'emails(?:\[\s*(?:type\s+eq\s+"work"|primary\s+eq\s+true)\s*\])?(?:\.value)?')


@dataclass(frozen=True, slots=True)
class EmailChange:
    """``kind`` is as an operation's. ``sure`` says that the address is the primary one or for work."""

    kind: str
    address: str
    sure: bool

    def applied(self, present: str) -> str:
        """The address after it."""
        if self.kind == "remove":
            return ""
        return present if self.kind == "add" and present and not self.sure else self.address


def address_in(value: object) -> str:
    """The address that counts in a value of ``emails``, empty where there is none. Raises Problem."""
    return _ranked(value)[1]


def email_change(kind: str, path: str, value: object) -> EmailChange | None:
    """The change of the address that one operation makes; None where it is about another. ``path`` is
    in lower case and begins with ``emails``. Raises Problem."""
    if not _KEPT_PATH.fullmatch(path):
        return None
    if kind == "remove":
        return EmailChange(kind, "", sure=True)
    rank, address = _ranked(value)
    return EmailChange(kind, address, sure=rank > 0 or "[" in path)


def _ranked(value: object) -> tuple[int, str]:
    """The address that counts, of several the last one, with how much it counts."""
    return max(_entries(value), key=lambda entry: entry[0], default=(0, ""))


def _entries(value: object) -> Iterator[tuple[int, str]]:
    for entry in reversed(value if isinstance(value, list) else [value]):
        fields = (
            {str(k).lower(): v for k, v in entry.items()} if isinstance(entry, dict) else {"value": entry}
        )
        address = fields.get("value") or ""
        if not isinstance(address, str):
            raise invalid_value('emails: must be a list of {"value": address}')
        primary = str(fields.get("primary", "")).lower() == "true"
        work = str(fields.get("type", "")).lower() == "work"
        yield 2 * primary + work, address.strip()
