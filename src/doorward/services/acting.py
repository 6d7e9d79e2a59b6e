"""By whom something is done: through which door it came, for the audit log.

The rims say it once for everything that they lead to; what nobody said it of is Doorward's own doing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from doorward.audit.acts import DOORWARD

ADMINISTRATOR: Final = "administrator"
DIRECTORY: Final = "directory"
PAGES: Final = "pages"

_ACTING: ContextVar[str] = ContextVar("acting", default=DOORWARD)


def acting() -> str:
    """The door through which what is done at this moment came."""
    return _ACTING.get()


@contextmanager
def acting_as(door: str) -> Iterator[None]:
    """Within, and in every task begun within, acts are by ``door``."""
    before = _ACTING.set(door)
    try:
        yield
    finally:
        _ACTING.reset(before)
