"""What a page needs to know of a request: who came from where, with what."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address

from starlette.datastructures import FormData
from starlette.requests import Request

from doorward.envoy import names
from doorward.model.errors import Invalid, Refused
from doorward.ports.clock import Randomness
from doorward.services.arrivals import Visit
from doorward.services.questions import Question, cookie_in, hostname_of, source_in

CSRF_COOKIE = names.COOKIE_PREFIX + "csrf"
CSRF_FIELD = "csrf"
SWITCH_COOKIE = names.COOKIE_PREFIX + "switch"
"""Says that the person wants to sign in as somebody else, so that a provider asks who."""
LARGEST_FORM = 16 * 1024
LARGEST_ANSWER = 512 * 1024
"""Bytes of the largest form that a provider's page may send here: a SAML response."""


def source_of(request: Request) -> IPv4Address | IPv6Address:
    """The person's address as the edge saw it. Raises Invalid when the edge did not say."""
    return source_in(request.headers.get(names.SOURCE_HEADER, ""))


def visit_of(request: Request) -> Visit:
    """Who is at the door."""
    return Visit(
        source=source_of(request),
        user_agent=request.headers.get("user-agent", ""),
        session_secret=cookie_of(request, names.SESSION_COOKIE),
    )


def host_of(request: Request) -> str:
    """The canonical hostname that was asked for."""
    return hostname_of(request.headers.get("host", ""))


def request_id_of(request: Request) -> str:
    """The id that the edge gave the request, as it stands in its log."""
    return request.headers.get("x-request-id", "")


def cookie_of(request: Request, name: str) -> str:
    """The value of a cookie, empty when absent. Raises Refused when it was sent twice."""
    return cookie_in(request.headers.getlist("cookie"), name)


def question_of(request: Request) -> Question:
    """The request as the edge's question would put it."""
    headers: dict[str, list[str]] = {}
    for key, value in request.headers.items():
        headers.setdefault(key, []).append(value)
    return Question(
        method=request.method,
        host=host_of(request),
        target=request.url.path,
        source=source_of(request),
        headers=headers,
        request_id=request_id_of(request),
    )


def wants_html(request: Request) -> bool:
    """Whether a person's browser waits for a page."""
    return "text/html" in request.headers.get("accept", "")


def csrf_token(request: Request, randomness: Randomness) -> str:
    """The secret that a form of ours carries and its cookie too: the one there is, or a new one.

    A ``__Host-`` cookie cannot be planted by another host, so that equality of the two is proof.
    """
    present = cookie_of(request, CSRF_COOKIE)
    return present if len(present) == 43 and present.isascii() else randomness.token()


async def posted_form(request: Request, *, origin: str) -> FormData:
    """The fields of a form that was sent from a page of ours.

    Raises:
        Refused: it came from elsewhere (CSRF).
        Invalid: it is too large or not a form.
    """
    stated = request.headers.get("origin", "null")
    site = request.headers.get("sec-fetch-site", "same-origin")
    if stated not in ("null", origin) or site not in ("same-origin", "none"):
        raise Refused("this form was sent from another site")
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST_FORM:
        raise Invalid("form", f"a form of at most {LARGEST_FORM} bytes is expected")
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Invalid("content-type", "application/x-www-form-urlencoded is expected")
    form = await request.form(max_files=0, max_fields=20)
    given, expected = text(form, CSRF_FIELD), cookie_of(request, CSRF_COOKIE)
    # As bytes: compare_digest takes no text beyond ASCII, and the field holds what anybody typed.
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refused("this form is too old or was sent from another page; go back and reload it")
    return form


async def provider_answer(request: Request) -> Mapping[str, str]:
    """What an identity provider sent to the callback: query parameters, or the fields of a form.

    Raises:
        Refused: something is said twice.
        Invalid: it is too large or not a form.
    """
    if request.method == "GET":
        given = list(request.query_params.multi_items())
    else:
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LARGEST_ANSWER:
            raise Invalid("form", f"a form of at most {LARGEST_ANSWER} bytes is expected")
        form = await request.form(max_files=0, max_fields=20, max_part_size=LARGEST_ANSWER)
        given = [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
    answer = dict(given)
    if len(answer) != len(given):
        raise Refused("the identity provider's answer says something twice; start again")
    return answer


def text(form: FormData, name: str) -> str:
    """The one value of a text field, empty when absent."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
