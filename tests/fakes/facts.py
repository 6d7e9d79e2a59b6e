"""Remembers what facts changed, and does nothing about it."""

from __future__ import annotations

from collections.abc import Sequence

from doorward.model.access import Identity
from doorward.model.errors import AccessError
from doorward.model.session import Session


class FakeFactsChanged:
    """``told`` are the changes so far. While ``error`` is set, it is raised instead."""

    def __init__(self) -> None:
        self.told: list[tuple[Session, Identity]] = []
        self.error: AccessError | None = None

    async def facts_changed(self, changes: Sequence[tuple[Session, Identity]]) -> None:
        if self.error is not None:
            raise self.error
        self.told += changes
