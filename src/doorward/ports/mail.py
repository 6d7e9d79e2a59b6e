"""What services need of mail."""

from __future__ import annotations

from typing import Protocol


class Mail(Protocol):
    """Writes to people."""

    async def ask_approval(
        self, recipient: str, *, person: str, application: str, reason: str, minutes: int
    ) -> None:
        """Ask ``recipient`` to decide whether ``person`` may use ``application`` for ``minutes``.

        ``reason`` is what that person wrote. The mail leads to where it is decided, and decides nothing
        itself.

        Raises Unavailable when no mail server is set up, or it does not take the mail.
        """
        ...
