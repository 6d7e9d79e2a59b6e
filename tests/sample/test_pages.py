from __future__ import annotations

import base64
import json

import pytest

from tests.sample.asgi import ask
from tests.web.documents import Document

HOSTILE = """"'><script>alert(1)</script>{{ 7*7 }}"""
PAGES = pytest.mark.parametrize("path", ["/", "/websocket", "/events"])


@PAGES
def test_a_page_is_a_whole_document_with_its_place_marked_and_a_way_out(path: str) -> None:
    document = Document(ask("GET", path).text)
    assert [link.get("href") for link in document.all("a") if link.get("aria-current") == "page"] == [path]
    assert "/cdn-cgi/access/logout" in document.addresses
    assert len(document.all("h1")) == 1


@PAGES
def test_a_page_holds_no_script_or_style_of_its_own_and_loads_from_here_only(path: str) -> None:
    answer = ask("GET", path)
    document = Document(answer.text)
    assert all(address.startswith(("/", "#")) for address in document.addresses)
    assert all(script.get("src").startswith("/static/") for script in document.all("script"))
    assert document.all("style") == []
    assert not [name for element in document.elements for name in element.attributes if name == "style"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@PAGES
def test_every_field_has_a_label(path: str) -> None:
    document = Document(ask("GET", path).text)
    labelled = {label.get("for") for label in document.all("label")}
    assert {field.get("id") for field in document.all("input")} == labelled


def test_the_first_page_shows_the_person_the_claims_and_every_header() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"email": "ada@example.com", "sid": "s-1"}).encode())
    document = Document(
        ask(
            "GET",
            "/",
            headers=[
                ("Cf-Access-Authenticated-User-Email", "ada@example.com"),
                ("Cf-Access-Jwt-Assertion", f"e30.{claims.decode().rstrip('=')}.sig"),
                ("X-Mine", "one"),
                ("X-Mine", "two"),
                ("Cookie", "theirs=1"),
            ],
        ).text
    )
    for words in ("Hello, ada@example.com", "s-1", "x-mine", "one", "two", "theirs=1"):
        assert words in document.text


def test_without_an_identity_or_cookie_it_says_so() -> None:
    text = Document(ask("GET", "/").text).text
    assert "whoever you are" in text
    assert "the edge keeps your sign-in to itself" in text


def test_a_token_that_cannot_be_read_is_mentioned() -> None:
    assert "cannot be read" in Document(ask("GET", "/", headers={"Cf-Access-Jwt-Assertion": "x"}).text).text


def test_text_from_outside_stays_text() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({HOSTILE: HOSTILE}).encode()).decode().rstrip("=")
    names = ("Cf-Access-Authenticated-User-Email", "Cookie", "X-Long")
    headers = {name: HOSTILE * (9 if name == "X-Long" else 1) for name in names}
    answer = ask("GET", "/", headers={**headers, "Cf-Access-Jwt-Assertion": f"e30.{claims}.x"})
    assert Document(answer.text).all("script") == []
    assert HOSTILE in Document(answer.text).text
