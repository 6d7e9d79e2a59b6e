"""Lists: many addresses under one name, used from rules by the selector kinds ``email_list`` and
``ip_list``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from doorward.model.ids import ListId


class ListKind(StrEnum):
    """What a list holds."""

    EMAIL = "email"
    IP = "ip"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedList:
    """``items`` are canonical: e-mail addresses as ``canonical_email`` spells them, or networks in CIDR
    notation. Order means nothing."""

    id: ListId
    kind: ListKind
    items: tuple[str, ...] = ()
    name: str = ""
