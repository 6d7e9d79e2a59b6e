from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from doorward.identity.entra.graph_answers import (
    GraphRefused,
    Throttled,
    check_status,
    items_of,
    next_link,
    refusal,
    retry_after,
    texts_of,
)
from doorward.identity.oidc.fetching import Answer, Unanswered

ROOT = "https://graph.microsoft.com/v1.0"
DENIED = {
    "error": {
        "code": "Authorization_RequestDenied",
        "message": "Insufficient privileges to complete the operation. <b>",
        "innerError": {"request-id": "b1d0a5e2-6f4b-4c3d-8e21-0b9c7d5f1a11"},
    }
}


@pytest.mark.parametrize("status", [429, 503, 504])
def test_too_much_to_do_is_something_else_than_a_refusal(status: int) -> None:
    with pytest.raises(Throttled) as caught:
        check_status(Answer(status, b"", httpx.Headers({"retry-after": "7"})))
    assert caught.value.after == timedelta(seconds=7)


def test_a_refusal_has_graphs_code_and_request_id_and_not_its_message() -> None:
    with pytest.raises(GraphRefused) as caught:
        check_status(Answer(403, json.dumps(DENIED).encode()))
    assert str(caught.value) == (
        "Microsoft Graph does not let Doorward read this: a permission, or consent to it, is missing "
        "(Authorization_RequestDenied, request b1d0a5e2-6f4b-4c3d-8e21-0b9c7d5f1a11)."
    )
    assert (caught.value.status, caught.value.code) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": 7, "innerError": 7}}']
)
def test_a_refusal_without_words_has_its_status(body: bytes) -> None:
    with pytest.raises(GraphRefused, match="status 418"):
        check_status(Answer(418, body))
    assert refusal(404, None).status == 404


def test_an_answer_is_let_pass() -> None:
    check_status(Answer(200, b""))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("120", 120), ("999999999", 3600), ("", None), ("-1", None), ("1.5", None), ("٣", None)],
)
def test_how_long_to_wait_is_read_as_whole_seconds_up_to_an_hour(text: str, seconds: int | None) -> None:
    assert retry_after({"retry-after": text}) == (None if seconds is None else timedelta(seconds=seconds))


def test_a_date_is_no_number_of_seconds() -> None:
    assert retry_after({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}) is None
    assert retry_after({}) is None


def test_the_next_page_is_below_graphs_version() -> None:
    link = f"{ROOT}/groups?$skiptoken=abc%20d"
    assert next_link({"@odata.nextLink": link}, root=ROOT) == link
    assert next_link({}, root=ROOT) == ""


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/groups",
        "https://graph.microsoft.com.evil.example/v1.0/groups",
        "https://graph.microsoft.com@evil.example/v1.0/groups",
        "https://graph.microsoft.com:444/v1.0/groups",
        "http://graph.microsoft.com/v1.0/groups",
        "https://graph.microsoft.com/beta/groups",
        "https://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com/v1.0.evil/groups",
        f"{ROOT}/../beta/groups",
        f"{ROOT}/%2e%2e/beta/groups",
        f"{ROOT}/%2E./beta/groups",
        f"{ROOT}\\@evil.example/",
        f"{ROOT}/groups x",
        f"{ROOT}/groups\r\nHost: evil.example",
        f"{ROOT}/grüppen",
        f"{ROOT}/{'a' * 9000}",
        "/v1.0/groups",
        "",
        7,
        [f"{ROOT}/groups"],
    ],
)
def test_a_next_page_elsewhere_is_not_asked_for(link: object) -> None:
    with pytest.raises(Unanswered, match="not followed"):
        next_link({"@odata.nextLink": link}, root=ROOT)


def test_lists_are_lists() -> None:
    assert items_of({"value": [{"id": "a"}, 7, None]}) == [{"id": "a"}]
    assert texts_of({"value": ["a", "b"]}) == ["a", "b"]
    strange: list[object] = [None, {}, "ab", 7]
    for value in strange:
        with pytest.raises(Unanswered):
            items_of({"value": value})
        with pytest.raises(Unanswered):
            texts_of({"value": value})
    with pytest.raises(Unanswered):
        texts_of({"value": ["a", 7]})
