"""One request to Graph, by somebody whose token was accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorward.sample.entra.directory import Tenant
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.grants import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """``body`` is the JSON that was sent, or nothing. ``names`` are the variable parts of the path."""

    entra: Entra
    tenant: Tenant
    access: Access
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object = None

    def option(self, name: str) -> str:
        """A query option, spelled with or without ``$``."""
        return self.query.get(f"${name}", "") or self.query.get(name, "")

    def select(self) -> tuple[str, ...]:
        """The properties that were asked for; none means the usual ones."""
        return tuple(name.strip() for name in self.option("select").split(",") if name.strip())

    @property
    def is_eventual(self) -> bool:
        """Whether the client is content with what may be a little old: advanced queries want that said."""
        return self.headers.get("consistencylevel", "").casefold() == "eventual"

    @property
    def is_advanced(self) -> bool:
        """Whether the client asks for advanced queries as they want to be asked for."""
        return self.is_eventual and self.option("count") == "true"

    def list_in_body(self, name: str, largest: int) -> list[str]:
        """A list of texts in the JSON body; empty if it is not one, or too long."""
        value = self.body.get(name) if isinstance(self.body, dict) else None
        if not isinstance(value, list) or len(value) > largest:
            return []
        return [str(one) for one in value]
