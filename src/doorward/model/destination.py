"""Where people find an application: a hostname, and perhaps a path there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Destination:
    """``hostname`` is in lower case and without a port; ``*.example.com`` stands for every name below
    ``example.com``, however deep, and not for that name itself.

    ``path`` is empty for the whole host. ``/admin`` is that very path and everything below it, in whole
    segments, whatever their case. A segment may hold one ``*``: alone it stands for any one segment, beside
    other characters for any number of characters within it.
    """

    hostname: str
    path: str = ""

    @property
    def is_one_place(self) -> bool:
        """Whether a link can lead there: it holds no ``*``."""
        return "*" not in self.hostname and "*" not in self.path

    @property
    def key(self) -> tuple[str, str]:
        """What no two applications may share: the case of a path makes no difference."""
        return self.hostname, self.path.lower()

    def __str__(self) -> str:
        return f"{self.hostname}{self.path}"
