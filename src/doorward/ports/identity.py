"""What sign-in needs of identity providers. Each kind implements one of the two protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from doorward.model.access import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Sending a person away to sign in.

    ``url`` is where the browser goes; ``state`` comes back with it; ``transaction`` is what
    ``arrive`` needs again. The caller keeps ``transaction`` bound to the browser, encrypted, for ten
    minutes and for one use.
    """

    url: str
    state: str
    transaction: Mapping[str, str]


@runtime_checkable
class RedirectProvider(Protocol):
    """A provider that people are sent to and come back from."""

    async def depart(self, *, callback: str, login_hint: str = "") -> Departure:
        """Begin a sign-in that returns to the URL ``callback``.

        Raises Unavailable when the provider cannot be reached or is wrongly set up.
        """
        ...

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Identity:
        """Finish it: ``answer`` holds the query parameters that came to ``callback``.

        Raises Refused when the answer or its tokens do not hold; Unavailable when the provider
        cannot be reached.
        """
        ...


@runtime_checkable
class PasswordProvider(Protocol):
    """A provider whose people give a password to Doorward itself."""

    async def check(self, *, email: str, password: str) -> Identity:
        """Return who this is.

        Raises Refused, with the same words and after the same work, for an unknown person, a
        wrong password and a disabled account.
        """
        ...
