"""Faults of storage, to order."""

from __future__ import annotations

from doorward.model.errors import AccessError


class Faults:
    """While ``error`` is set, every method of the store raises it, as when a disk is full."""

    def __init__(self) -> None:
        self.error: AccessError | None = None

    def check(self) -> None:
        if self.error is not None:
            raise self.error
