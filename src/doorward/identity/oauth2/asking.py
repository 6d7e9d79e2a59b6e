"""Asking a service's API in a person's name: its "no" is told from silence."""

from __future__ import annotations

from collections.abc import Mapping

from doorward.identity.groups.paging import Unwilling
from doorward.identity.oidc.fetching import Fetcher, read
from doorward.model.access import canonical_email
from doorward.model.errors import Invalid, Refused, SignInRefused

LONGEST_SUBJECT = 255


async def document(fetcher: Fetcher, url: str, *, headers: Mapping[str, str]) -> Mapping[str, object]:
    """The JSON object at ``url``.

    Raises:
        Unwilling: the service answered with another status than 200.
        Unavailable: it cannot be asked.
    """
    answer = await fetcher.get(url, headers=headers)
    if answer.status != 200:
        raise Unwilling(answer, url=url)
    return read(answer, url=url)


def subject(value: object, service: str) -> str:
    """A person's id, which some services write as a number.

    Raises:
        Refused: it is none.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text.isprintable() or not 0 < len(text) <= LONGEST_SUBJECT:
        raise Refused(f"{service} did not say who you are: it gave no usable id.")
    return text


def email(value: object, service: str) -> str:
    """An address in its canonical spelling.

    Raises:
        Refused: it is none.
    """
    try:
        return canonical_email(value if isinstance(value, str) else "")
    except Invalid:
        raise Refused(f"What {service} gave as your email address is none.") from None


def no_email(service: str, *, advice: str, administrator: str = "") -> SignInRefused:
    """The error for an account without an address."""
    return SignInRefused(
        f"{service} did not say your email address.",
        advice=advice,
        administrator=administrator,
        code="no_email",
    )
