from __future__ import annotations

import re

import pytest

from doorward.sample.entra.answers import describe, description, with_query
from doorward.sample.entra.errors import KINDS, Refused
from tests.fakes.entra import FakeEntra

FIELDS = dict.fromkeys(["client_id", "name", "redirect_uri", "tenant", "user", "what"], "X")


@pytest.mark.parametrize("code", KINDS)
def test_every_refusal_is_a_sentence_with_its_code(code: int) -> None:
    refused = Refused(code, **FIELDS)
    assert refused.sentence.startswith(f"AADSTS{code}: ")
    assert refused.sentence.endswith(".")
    assert "{" not in refused.sentence
    assert refused.kind.status in {400, 401}
    assert (refused.kind.status == 401) is (refused.kind.error == "invalid_client")


def test_a_silent_application_is_told_that_a_person_is_needed() -> None:
    assert Refused(50058).silent_error() == "login_required"
    assert Refused(65001, **FIELDS).silent_error() == "consent_required"
    assert Refused(53003).silent_error() == "interaction_required"
    assert Refused(65004).silent_error() == "access_denied"


def test_a_description_has_what_support_asks_for() -> None:
    parts = describe(FakeEntra().entra, Refused(50058), "mine")
    assert re.fullmatch(
        r"AADSTS50058: [^\r]+\r\nTrace ID: [0-9a-f-]{36}\r\nCorrelation ID: mine\r\n"
        r"Timestamp: 2026-03-01 12:00:00Z",
        description(parts),
    )


def test_query_members_are_added_to_those_that_are_there() -> None:
    assert with_query("https://a.example/", {}) == "https://a.example/"
    assert with_query("https://a.example/", {"b": "c d"}) == "https://a.example/?b=c+d"
    assert with_query("https://a.example/?a=1", {"b": "2"}) == "https://a.example/?a=1&b=2"
