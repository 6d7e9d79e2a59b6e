"""Reading Entra's "no": at the callback, at the token endpoint, in place of a document.

Rule: the OAuth ``error`` decides what happens; the AADSTS code chooses the words (``aadsts``).
Rule: of Entra's own text only ids and instants are kept, each only in its proper form. The rest may hold
whatever somebody put into a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from doorward.identity.entra.aadsts import OWN_FAULT, meaning_of
from doorward.identity.oidc.fetching import Answer, Unanswered
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.model.errors import SignInRefused, Unavailable

_CODE = re.compile(r"\s*AADSTS([0-9]{4,9})\b")
_GUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_CORRELATION = re.compile(rf"Correlation ID: ({_GUID})")
_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9:.]{8,16}Z"
_TIMESTAMP = re.compile(rf"Timestamp: ({_INSTANT})")
_ERROR = re.compile(r"[a-z_]{1,64}")

LONGEST = 8192

# RFC 6749 section 5.2: who is at fault. Whoever is not the person is Doorward, or its registration.
ABOUT_DOORWARD = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "invalid_request",
        "invalid_scope",
        "invalid_resource",
        "invalid_tenant",
        "unsupported_grant_type",
        "unsupported_response_type",
    }
)
ABOUT_THE_PERSON = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What Entra said. ``code`` is the number behind AADSTS, None where there was none."""

    error: str
    code: int | None = None
    correlation: str = ""
    occurred: str = ""

    @property
    def is_about_doorward(self) -> bool:
        """Whether nobody can sign in, whoever it is: the registration or a secret is wrong."""
        return self.error in ABOUT_DOORWARD

    @property
    def is_about_the_person(self) -> bool:
        """Whether Entra took its word about this person back, or wants to see them."""
        return self.error in ABOUT_THE_PERSON

    @property
    def name(self) -> str:
        """How people look it up."""
        return f"AADSTS{self.code}" if self.code is not None else self.error


class NotAccepted(Unavailable):
    """Entra does not accept Doorward itself. The sentence has the code and the fix in it."""

    def __init__(self, said: Said) -> None:
        fix = meaning_of(said.error, said.code).administrator
        super().__init__(f"{OWN_FAULT} ({said.name}) {fix}".rstrip())
        self.said = said


def refused(said: Said) -> SignInRefused:
    """The error for people."""
    meaning = meaning_of(said.error, said.code)
    return SignInRefused(
        meaning.sentence,
        advice=meaning.advice,
        administrator=meaning.administrator,
        code=said.name,
        correlation=said.correlation,
        occurred=said.occurred,
    )


def said_at_callback(answer: Mapping[str, str]) -> Said:
    """What the parameters at the callback say, ``error`` among them."""
    return _read(answer.get("error"), answer.get("error_description"), {})


def said_in_answer(answer: Answer) -> Said:
    """What an answer says that holds no tokens and no document.

    Raises:
        Unanswered: it is a fault of the moment, or cannot be read.
    """
    try:
        document = parse_object(answer.body)
    except Malformed:
        document = {}
    said = _read(document.get("error"), document.get("error_description"), document)
    of_the_moment = answer.status == 429 or answer.status >= 500
    if of_the_moment or not (said.is_about_doorward or said.is_about_the_person):
        raise Unanswered(f"Microsoft Entra ID did not answer as it should (status {answer.status}).")
    return said


def _read(error: object, description: object, document: Mapping[str, object]) -> Said:
    text = description[:LONGEST] if isinstance(description, str) else ""
    return Said(
        error=error if isinstance(error, str) and _ERROR.fullmatch(error) else "unknown",
        code=_code(text, document.get("error_codes")),
        correlation=_first(_CORRELATION, text) or _whole(_GUID, document.get("correlation_id")),
        occurred=_first(_TIMESTAMP, text) or _whole(_INSTANT, document.get("timestamp")),
    )


def _code(text: str, codes: object) -> int | None:
    found = _CODE.match(text)
    if found:
        return int(found[1])
    first = codes[0] if isinstance(codes, list) and codes else None
    return first if isinstance(first, int) and not isinstance(first, bool) and 0 < first < 10**9 else None


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _whole(pattern: str, value: object) -> str:
    return plain(value) if isinstance(value, str) and re.fullmatch(pattern, value) else ""
