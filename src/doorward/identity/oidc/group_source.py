"""Where groups come from that a provider's tokens do not hold: an API of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from doorward.model.errors import SignInRefused, Unavailable

FAILED = "Failed to fetch group information from the identity provider."


class GroupSource(Protocol):
    """Knows the groups of each person, to the last one."""

    async def groups(self, *, subject: str, email: str) -> Mapping[str, str]:
        """Display names by group, all of the person's groups.

        Raises:
            Unavailable: they cannot be had. The words are for an administrator.
        """
        ...

    async def check(self) -> str:
        """Ask for as little as shows that asking works; return what was found.

        Raises:
            Unavailable: it does not work, with the fix.
        """
        ...


def without_groups(problem: Unavailable) -> SignInRefused:
    """The error for a sign-in whose groups could not be had: who is in no group would be let past
    every rule that excludes one."""
    return SignInRefused(
        FAILED,
        advice="Try again in a minute. If it happens again, tell your administrator.",
        administrator=str(problem),
    )
