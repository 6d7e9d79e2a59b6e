from __future__ import annotations

import pytest

from doorward.identity.oidc.refusals import ADMINISTRATOR, ADVICE, not_accepted, said_no


@pytest.mark.parametrize("error", [*ADVICE, *ADMINISTRATOR])
def test_a_known_error_says_what_to_do(error: str) -> None:
    refused = said_no({"error": error, "error_description": "because"})
    assert refused.sentence == f"The identity provider did not sign you in: because ({error})"
    assert refused.code == error
    assert refused.advice


def test_an_unknown_error_is_shown_as_plain_text_of_a_bounded_length() -> None:
    refused = said_no({"error": "a" * 500, "error_description": "\u202e<b>\r\n" + "x" * 5000})
    assert len(refused.sentence) < 400
    assert "\n" not in refused.sentence
    assert "\u202e" not in refused.sentence
    assert len(refused.code) == 64
    assert said_no({"error": ""}).code == "unknown"


def test_a_code_that_is_not_taken_keeps_the_providers_words_for_the_administrator() -> None:
    refused = not_accepted("Again.", {"error": "invalid_grant", "error_description": "code\nexpired"})
    assert (refused.sentence, refused.code, refused.administrator) == (
        "Again.",
        "invalid_grant",
        "code expired",
    )
    assert not_accepted("Again.", {"error": ["x"]}).code == ""
