"""The words of the error pages, by HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from doorward.model.errors import SignInRefused
from doorward.web.forms import Link
from doorward.web.pages import Problem

WORDS: Mapping[int, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        400: (
            "That request was not understood",
            ("Something in it was missing, too old, or used before.", "Go back and try again."),
        ),
        401: (
            "You are not signed in",
            ("Your sign-in has ended or was never finished.", "Sign in to go on."),
        ),
        403: (
            "This is not open to you",
            ("You are signed in, but your account may not see this page.",),
        ),
        404: (
            "There is nothing here",
            ("The address may be misspelled, or the page has moved.",),
        ),
        429: (
            "Too many attempts",
            ("To protect accounts, sign-in pauses after several attempts.", "Wait a minute and try again."),
        ),
        500: (
            "Something went wrong here",
            ("This is a fault on our side, and it was written to the log.", "Try again in a moment."),
        ),
        502: (
            "Your identity provider did not answer properly",
            ("You could not be signed in, because its answer did not make sense.", "Try again in a moment."),
        ),
        503: (
            "A part that is needed does not answer",
            ("It may be restarting.", "Try again in a moment."),
        ),
    }
)


def refused_sign_in(refused: SignInRefused, *, request_id: str, again: str, status: int = 403) -> Problem:
    """The page for a sign-in at an identity provider that failed; ``again`` is where to try again."""
    sentence = refused.sentence[:1].upper() + refused.sentence[1:].removesuffix(".") + "."
    sentences = (sentence, refused.advice, refused.administrator)
    details = (("Error", refused.code), ("Correlation ID", refused.correlation), ("Time", refused.occurred))
    return Problem(
        status=status,
        title="You could not be signed in",
        sentences=tuple(sentence for sentence in sentences if sentence),
        request_id=request_id,
        details=tuple((name, value) for name, value in details if value),
        links=(
            Link(name="Try again", url=again),
            Link(name="Use another account", url=f"{again}{'&' if '?' in again else '?'}switch=1"),
        ),
    )


def standard_problem(
    status: int, *, request_id: str, sentences: tuple[str, ...] = (), links: tuple[Link, ...] = ()
) -> Problem:
    """The page for ``status``, with ``sentences`` of one's own where there is more to say.

    A status without words of its own gets those of its class: 400 or 500.
    """
    title, words = WORDS.get(status) or WORDS[400 if status < 500 else 500]
    return Problem(
        status=status, title=title, sentences=sentences or words, request_id=request_id, links=links
    )
