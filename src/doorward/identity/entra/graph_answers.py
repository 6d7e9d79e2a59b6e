"""Reading Microsoft Graph's answers: errors as sentences, lists, and links to the next page.

Rule: a link in an answer is followed only to Graph itself, below the version that is used. It is text from
outside, and an access token would go along.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from doorward.identity.oidc.fetching import Answer, Unanswered
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.model.errors import Unavailable

THROTTLED = frozenset({429, 503, 504})
LONGEST_LINK = 8192
LONGEST_WAIT = timedelta(hours=1)

SENTENCES: Mapping[int, str] = {
    400: "Microsoft Graph does not understand what Doorward asked",
    401: "Microsoft Graph does not take the access token that Microsoft Entra ID gave",
    403: "Microsoft Graph does not let Doorward read this: a permission, or consent to it, is missing",
    404: "Microsoft Graph does not know what Doorward asked for",
    410: "Microsoft Graph has forgotten where Doorward was",
}


class Throttled(Unanswered):
    """Graph has too much to do. ``after`` is what it asks to wait, None where it does not say."""

    def __init__(self, after: timedelta | None = None) -> None:
        super().__init__("Microsoft Graph has too much to do at this moment. Try again in a minute.")
        self.after = after


class GraphRefused(Unavailable):
    """Graph says no. ``code`` is its own name for the fault, ``request`` what its support asks for."""

    def __init__(self, status: int, code: str = "", request: str = "") -> None:
        what = SENTENCES.get(status, f"Microsoft Graph answered with status {status}")
        more = ", ".join(part for part in (code, f"request {request}" if request else "") if part)
        super().__init__(f"{what} ({more})." if more else f"{what}.")
        self.status = status
        self.code = code
        self.request = request


def check_status(answer: Answer) -> None:
    """Return for an answer that is one.

    Raises:
        Throttled: Graph has too much to do.
        GraphRefused: it says no.
    """
    if answer.status in THROTTLED:
        raise Throttled(retry_after(answer.headers))
    if not 200 <= answer.status < 300:
        try:
            document = parse_object(answer.body)
        except Malformed:
            document = {}
        raise refusal(answer.status, document)


def refusal(status: int, document: object) -> GraphRefused:
    """The error that a body with ``error`` in it means."""
    error = document.get("error") if isinstance(document, Mapping) else None
    if not isinstance(error, Mapping):
        return GraphRefused(status)
    inner = error.get("innerError")
    request = inner.get("request-id") if isinstance(inner, Mapping) else ""
    return GraphRefused(status, plain(error.get("code"), longest=64), plain(request, longest=64))


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """What ``Retry-After`` says, in seconds (RFC 9110 section 10.2.3); a date is not used by Graph."""
    text = headers.get("retry-after", "").strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        return None
    return min(timedelta(seconds=int(text)), LONGEST_WAIT)


def items_of(document: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The objects of a list. What is no object is left out.

    Raises:
        Unanswered: there is no list.
    """
    value = document.get("value")
    if not isinstance(value, list):
        raise Unanswered("Microsoft Graph gave something else than a list.")
    return [item for item in value if isinstance(item, Mapping)]


def texts_of(document: Mapping[str, object]) -> list[str]:
    """The texts of a list.

    Raises:
        Unanswered: there is none, or something else is in it.
    """
    value = document.get("value")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unanswered("Microsoft Graph gave something else than a list of ids.")
    return value


def next_link(document: Mapping[str, object], *, root: str) -> str:
    """Where the next page is; empty after the last one. ``root`` is Graph's address with the version.

    Raises:
        Unanswered: it is elsewhere.
    """
    link = document.get("@odata.nextLink")
    if link is None:
        return ""
    if not isinstance(link, str) or not _is_below(link, root):
        raise Unanswered("Microsoft Graph's list goes on at another place than Graph: that is not followed.")
    return link


def _is_below(link: str, root: str) -> bool:
    # Parsers disagree about backslashes, blanks and user names: such a link is none of Graph's.
    if len(link) > LONGEST_LINK or not link.isascii() or not link.isprintable():
        return False
    if any(c in link for c in ' \\"<>') or not link.startswith(f"{root}/"):
        return False
    try:
        parts, ours = urlsplit(link), urlsplit(root)
    except ValueError:
        return False
    steps = parts.path.lower().replace("%2e", ".").split("/")
    return (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc) and ".." not in steps
