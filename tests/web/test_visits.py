from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pytest
from starlette.requests import Request

from doorward.envoy import names
from doorward.model.errors import Invalid, Refused
from doorward.web.visits import (
    CSRF_COOKIE,
    CSRF_FIELD,
    LARGEST_FORM,
    cookie_of,
    csrf_token,
    host_of,
    posted_form,
    question_of,
    source_of,
    text,
    visit_of,
    wants_html,
)
from tests.fakes.clock import FakeRandomness
from tests.services.sample import TEAM

CSRF = "c" * 43
FORM = {
    "origin": TEAM,
    "sec-fetch-site": "same-origin",
    "content-type": "application/x-www-form-urlencoded",
    "cookie": f"{CSRF_COOKIE}={CSRF}",
}


def request(*headers: tuple[str, str], method: str = "GET", body: bytes = b"") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "scheme": "https",
        "path": "/page",
        "query_string": b"secret=1",
        "server": ("hello.example.com", 443),
        "headers": [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers],
    }
    return Request(scope, receive)


OUR_BODY = f"{CSRF_FIELD}={CSRF}&email=ada".encode()


def posted(body: bytes = OUR_BODY, changed: Mapping[str, str | None] = MappingProxyType({})) -> Request:
    """The form as our page sends it, but for these headers; None leaves one out."""
    headers: Mapping[str, str | None] = {"content-length": str(len(body)), **FORM, **changed}
    given = [(key, value) for key, value in headers.items() if value is not None]
    return request(*given, method="POST", body=body)


def read(form: Request, field: str = "email") -> str:
    async def found() -> str:
        return text(await posted_form(form, origin=TEAM), field)

    return asyncio.run(found())


def test_the_address_is_the_one_that_the_edge_saw_and_no_other() -> None:
    seen = request((names.SOURCE_HEADER, "192.0.2.7"), ("x-forwarded-for", "203.0.113.9"))
    assert str(source_of(seen)) == "192.0.2.7"


@pytest.mark.parametrize("header", [(), ((names.SOURCE_HEADER, "somewhere"),)])
def test_without_an_address_from_the_edge_nothing_goes_on(header: Sequence[tuple[str, str]]) -> None:
    with pytest.raises(Invalid, match="source"):
        source_of(request(*header))


def test_a_visit_tells_address_and_browser() -> None:
    visit = visit_of(request((names.SOURCE_HEADER, "2001:db8::1"), ("user-agent", "Browser/1")))
    assert (str(visit.source), visit.user_agent) == ("2001:db8::1", "Browser/1")


def test_a_host_is_told_without_port_and_in_lower_case() -> None:
    assert host_of(request(("host", "Hello.Example.com:8443"))) == "hello.example.com"


def test_a_cookie_that_was_sent_twice_is_refused() -> None:
    with pytest.raises(Refused, match="2 times"):
        cookie_of(request(("cookie", "a=1; b=2"), ("cookie", "a=3")), "a")
    assert cookie_of(request(("cookie", "a=1; b=2")), "b") == "2"


def test_a_question_keeps_repeated_headers_and_asks_of_the_path() -> None:
    seen = request(
        ("host", "hello.example.com"),
        (names.SOURCE_HEADER, "192.0.2.7"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("x-request-id", "r-1"),
    )
    question = question_of(seen)
    assert question.headers["cookie"] == ["a=1", "b=2"]
    assert (question.host, question.target, question.request_id) == ("hello.example.com", "/page", "r-1")


@pytest.mark.parametrize(
    ("accept", "page"), [("text/html,*/*", True), ("application/json", False), ("*/*", False)]
)
def test_only_a_browser_gets_pages(accept: str, page: bool) -> None:  # noqa: FBT001 - a table's column
    assert wants_html(request(("accept", accept))) is page


def test_a_form_shown_again_keeps_the_secret_that_the_browser_has() -> None:
    assert csrf_token(request(("cookie", f"{CSRF_COOKIE}={CSRF}")), FakeRandomness()) == CSRF


@pytest.mark.parametrize("present", ["", "short", "é" * 43])
def test_what_cannot_be_our_secret_is_replaced(present: str) -> None:
    made = csrf_token(request(("cookie", f"{CSRF_COOKIE}={present}")), FakeRandomness())
    assert made == FakeRandomness().token()


def test_a_form_of_ours_is_read() -> None:
    assert read(posted()) == "ada"
    assert read(posted(), "nothing") == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://hello.example.com"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused(changed: Mapping[str, str]) -> None:
    with pytest.raises(Refused, match="another site"):
        read(posted(changed=changed))


def test_an_old_browser_that_tells_neither_origin_nor_site_needs_the_secret_all_the_same() -> None:
    untold: dict[str, str | None] = {"origin": None, "sec-fetch-site": None}
    assert read(posted(changed=untold)) == "ada"
    with pytest.raises(Refused, match="reload"):
        read(posted(changed={**untold, "cookie": None}))


@pytest.mark.parametrize(
    "body", [b"email=ada", b"csrf=&email=ada", b"csrf=" + b"d" * 43, b"csrf=%C3%A9", b"csrf=-"]
)
def test_a_form_with_another_secret_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="reload"):
        read(posted(body))


def test_no_secret_at_all_is_not_the_same_secret() -> None:
    for body in (b"csrf=", b"csrf=-"):
        with pytest.raises(Refused, match="reload"):
            read(posted(body, {"cookie": None}))


@pytest.mark.parametrize("length", [None, "", "many", str(LARGEST_FORM + 1), "-1"])
def test_a_form_of_unknown_or_excessive_length_is_not_read(length: str | None) -> None:
    with pytest.raises(Invalid, match="at most 16384 bytes"):
        read(posted(changed={"content-length": length}))


@pytest.mark.parametrize("kind", [None, "multipart/form-data; boundary=x", "application/json"])
def test_another_kind_of_body_is_not_read(kind: str | None) -> None:
    with pytest.raises(Invalid, match="content-type"):
        read(posted(changed={"content-type": kind}))
