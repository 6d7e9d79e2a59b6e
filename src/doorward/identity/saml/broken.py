"""The one kind of error for an answer that does not hold."""

from __future__ import annotations

from doorward.model.errors import SignInRefused


def broken(what: str, *, administrator: str = "") -> SignInRefused:
    """``what`` never quotes the answer. ``administrator`` says what can be changed, if anything can."""
    return SignInRefused(
        f"The identity provider's answer does not hold: {what}.",
        advice="Start again. If that does not help, tell an administrator what stands here.",
        administrator=administrator,
    )
