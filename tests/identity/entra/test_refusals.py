from __future__ import annotations

import json

import pytest

from doorward.identity.entra.aadsts import BY_ERROR, MEANINGS, OWN_FAULT, UNKNOWN, meaning_of
from doorward.identity.entra.refusals import NotAccepted, Said, refused, said_at_callback, said_in_answer
from doorward.identity.oidc.fetching import Answer, Unanswered

CORRELATION = "a7a35df7-8397-4e81-8efb-b2fcc348dd81"
DESCRIPTION = (
    "AADSTS70008: The provided authorization code or refresh token has expired.\r\n"
    "Trace ID: 11111111-2222-4333-8444-555555555555\r\n"
    f"Correlation ID: {CORRELATION}\r\nTimestamp: 2026-11-23 10:11:12Z"
)


def answer(status: int = 400, **document: object) -> Answer:
    return Answer(status, json.dumps(document).encode())


def test_a_refusal_at_the_token_endpoint_is_read() -> None:
    said = said_in_answer(
        answer(
            error="invalid_grant", error_description=DESCRIPTION, error_codes=[70008], suberror="bad_token"
        )
    )
    assert said == Said(
        error="invalid_grant", code=70008, correlation=CORRELATION, occurred="2026-11-23 10:11:12Z"
    )
    assert said.is_about_the_person
    assert not said.is_about_doorward


def test_members_do_where_the_description_is_silent() -> None:
    said = said_in_answer(
        answer(
            error="invalid_client",
            error_codes=[7000215],
            correlation_id=CORRELATION,
            timestamp="2026-11-23 10:11:12Z",
        )
    )
    assert (said.code, said.correlation, said.occurred) == (7000215, CORRELATION, "2026-11-23 10:11:12Z")
    assert said.is_about_doorward


def test_a_refusal_at_the_callback_is_read_from_its_description() -> None:
    said = said_at_callback({"error": "access_denied", "error_description": f"AADSTS65004: x {DESCRIPTION}"})
    assert (said.code, said.correlation) == (65004, CORRELATION)
    problem = refused(said)
    assert problem.sentence == "You declined what the application asks for."
    assert (problem.code, problem.correlation) == ("AADSTS65004", CORRELATION)


@pytest.mark.parametrize(
    "description",
    [
        "<script>alert(1)</script>",
        "Call 555-0100 now. AADSTS65004: not at the beginning",
        f"Correlation ID: <b>{CORRELATION}",
        "Correlation ID: ../../x\r\nTimestamp: <img>",
        "AADSTS: nothing",
        "AADSTS99999999999999999999: too long",
        "",
        "A" * 100_000,
    ],
)
def test_nothing_of_a_made_up_text_reaches_a_page(description: str) -> None:
    problem = refused(said_at_callback({"error": "<b>x</b>", "error_description": description}))
    shown = f"{problem.sentence} {problem.advice} {problem.administrator} {problem.code}"
    assert problem.code == "unknown"
    assert problem.sentence == UNKNOWN.sentence
    assert problem.correlation == ""
    assert problem.occurred == ""
    assert "<" not in shown
    assert "555" not in shown


@pytest.mark.parametrize(
    "codes", [[], ["70008"], [True], [-1], [1.5], [10**12], "70008", {"a": 1}, None, [[70008]]]
)
def test_a_code_that_is_none_is_left_out(codes: object) -> None:
    said = said_in_answer(answer(error="invalid_grant", error_codes=codes))
    assert said.code is None
    assert said.name == "invalid_grant"


@pytest.mark.parametrize(
    "found",
    [
        answer(503, error="invalid_grant"),
        answer(429, error="invalid_client"),
        answer(400, error="temporarily_unavailable"),
        answer(400, error="server_error"),
        answer(400),
        Answer(400, b"<html>"),
        Answer(302, b""),
        Answer(404, b"not found"),
    ],
)
def test_a_fault_of_the_moment_is_no_refusal(found: Answer) -> None:
    with pytest.raises(Unanswered):
        said_in_answer(found)


def test_every_code_has_words_for_people_and_those_about_doorward_a_fix() -> None:
    for meaning in (*MEANINGS.values(), *BY_ERROR.values(), UNKNOWN):
        assert meaning.sentence.endswith(".")
        assert meaning.advice.endswith(".")
        assert meaning.administrator or meaning.sentence != OWN_FAULT


def test_the_four_faults_of_a_set_up_have_four_fixes() -> None:
    fixes = {meaning_of("invalid_client", code).administrator for code in (7000215, 7000222, 700016, 90002)}
    assert len(fixes) == 4


def test_a_code_that_the_table_lacks_is_told_by_its_error() -> None:
    assert meaning_of("consent_required", 123456) is BY_ERROR["consent_required"]
    assert meaning_of("something_new", 123456) is UNKNOWN
    assert refused(Said(error="something_new", code=123456)).code == "AADSTS123456"


def test_what_entra_holds_against_doorward_keeps_its_code_and_its_fix() -> None:
    problem = NotAccepted(Said(error="invalid_client", code=7000222))
    assert "AADSTS7000222" in str(problem)
    assert "has expired" in str(problem)
    assert problem.retryable
