from __future__ import annotations

import json
from dataclasses import replace

import pytest

from doorward.model.application_options import DenyPage
from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable
from doorward.services.questions import Deny, Facts, Kind
from doorward.services.rate_limits import TooMany
from doorward.web.answers import Answers
from doorward.web.pages import Pages, SignedOut
from tests.services.sample import NAVIGATION, TEAM, ask
from tests.web.site import STATIC_FILES

ANSWERS = Answers(Pages(STATIC_FILES), team_origin=TEAM)
BOB_DENIED = Deny(
    facts=Facts(decision=Kind.DENY, person="bob@example.com", reason="not-included"),
    status=403,
    sentences=["You are in none of the groups."],
    application="Hello",
    application_id="hello",
    failed_rule="include",
)


def test_a_page_may_not_be_framed_kept_or_guessed_at() -> None:
    headers = ANSWERS.page(SignedOut(sign_in_url="/"), cookies=["a=1", "b=2"]).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers.getlist("set-cookie") == ["a=1", "b=2"]


def test_a_redirect_tells_nobody_where_it_came_from() -> None:
    answer = ANSWERS.redirect("https://hello.example.com/?code=1", cookies=["a=1"])
    assert answer.status_code == 303
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["set-cookie"] == "a=1"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Invalid("code", "wrong"), 400),
        (Refused("no"), 403),
        (NotFound("none"), 404),
        (Conflict("twice"), 409),
        (TooMany(5), 429),
        (Unavailable("later"), 503),
        (AccessError("odd"), 500),
    ],
)
def test_each_error_has_its_status_as_page_and_as_json(error: AccessError, status: int) -> None:
    for html in (True, False):
        assert ANSWERS.problem(error, request_id="r-1", html=html).status_code == status


@pytest.mark.parametrize("html", [True, False])
def test_who_must_wait_is_told_how_long_for_pages_and_programs_alike(html: bool) -> None:  # noqa: FBT001 - a column
    assert ANSWERS.problem(TooMany(17), request_id="", html=html).headers["retry-after"] == "17"


def test_a_sentence_is_a_sentence() -> None:
    answer = ANSWERS.problem(Refused("this is over."), request_id="r-1", html=False)
    assert json.loads(bytes(answer.body)) == {"error": "This is over.", "request_id": "r-1"}


def test_a_person_is_refused_by_a_page_with_reasons_and_another_try() -> None:
    body, headers = ANSWERS.refusal(BOB_DENIED, ask(headers=NAVIGATION))
    assert "You are in none of the groups." in body
    assert f'action="{TEAM}/cdn-cgi/access/logout"' in body
    assert headers["content-type"].startswith("text/html")
    assert TEAM in headers["content-security-policy"]
    assert "content-length" not in headers


def test_a_program_is_refused_in_json_with_the_reason() -> None:
    body, headers = ANSWERS.refusal(BOB_DENIED, ask(headers={"accept": ["application/json"]}))
    assert json.loads(body) == {
        "error": "You are in none of the groups.",
        "reason": "not-included",
        "request_id": "",
    }
    assert headers["content-type"] == "application/json"


def test_a_request_that_could_not_be_read_is_refused_in_json() -> None:
    body, _ = ANSWERS.refusal(BOB_DENIED, None)
    assert json.loads(body)["reason"] == "not-included"


def test_an_address_without_an_application_is_a_problem_page() -> None:
    lost = Deny(facts=Facts(decision=Kind.DENY), status=404, sentences=["There is no application here."])
    body, _ = ANSWERS.refusal(lost, ask())
    assert "There is no application here." in body
    assert "<form" not in body


OWN = DenyPage(text="Ask <b>Grace</b>.\n\n Or wait. ", link_text="How", link_url="https://help.example.com/")


@pytest.mark.parametrize("person", ["bob@example.com", ""])
def test_the_applications_own_words_take_the_place_of_the_reasons_signed_in_or_not(person: str) -> None:
    denied = replace(BOB_DENIED, page=OWN, facts=replace(BOB_DENIED.facts, person=person))
    page, _ = ANSWERS.refusal(denied, ask(headers=NAVIGATION))
    assert "Ask &lt;b&gt;Grace&lt;/b&gt;." in page
    assert "Or wait." in page
    assert 'href="https://help.example.com/"' in page
    assert "You are in none of the groups" not in page


def test_programs_are_told_the_reasons_as_ever() -> None:
    text, headers = ANSWERS.refusal(replace(BOB_DENIED, page=OWN), ask(headers={"accept": ["*/*"]}))
    assert json.loads(text)["error"] == "You are in none of the groups."
    assert headers["content-type"] == "application/json"


def test_a_page_that_goes_on_by_itself_is_kept_nowhere_and_tells_nobody() -> None:
    answer = ANSWERS.refresh("/deep?x=1", cookies=["a=1"])
    assert (answer.status_code, answer.body) == (200, b"")
    assert answer.headers["refresh"] == "0; url=/deep?x=1"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["set-cookie"] == "a=1"
