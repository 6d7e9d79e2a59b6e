"""Whether a rule holds, in three values.

Rule: a selector of a kind that this version does not know is ``UNKNOWN``, never ``YES`` and never
``NO``. What is unknown stays unknown through a negation, so an unknown selector can neither make a
policy allow (not as an include, not as a require, not as an exclude that "did not match") nor make
a deny policy step aside. This is Kleene's strong logic of indeterminacy (S. C. Kleene,
"Introduction to Metamathematics", 1952, section 64).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Match(IntEnum):
    """Ordered, so that "and" is the least of several, and "or" the greatest."""

    NO = 0
    UNKNOWN = 1
    YES = 2

    @classmethod
    def of(cls, known: bool) -> Match:  # noqa: FBT001 - it turns one truth value into another
        """YES or NO, for a test whose facts are all known."""
        return cls.YES if known else cls.NO

    def negated(self) -> Match:
        """YES becomes NO, NO becomes YES, UNKNOWN stays what it is."""
        return Match(Match.YES - self)


def any_of(matches: Iterable[Match]) -> Match:
    """The logical "or"; NO for none at all."""
    return max(matches, default=Match.NO)


def all_of(matches: Iterable[Match]) -> Match:
    """The logical "and"; YES for none at all."""
    return min(matches, default=Match.YES)
