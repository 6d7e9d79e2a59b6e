from __future__ import annotations

import base64
import json

import pytest

from doorward.sample.identity import Shown, read_identity

EMAIL = "cf-access-authenticated-user-email"
TOKEN = "cf-access-jwt-assertion"


def token(payload: bytes) -> str:
    return f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.c2ln"


def test_without_the_headers_there_is_nobody() -> None:
    assert read_identity({}) == Shown()


def test_the_email_and_every_claim_are_shown_in_order() -> None:
    payload = {"sub": "ada", "exp": 1_700_000_000, "aud": ["a1"], "own": True, "name": "Ada"}
    shown = read_identity({EMAIL: "ada@example.com", TOKEN: token(json.dumps(payload).encode())})
    assert shown.email == "ada@example.com"
    assert [(claim.name, claim.value) for claim in shown.claims] == [
        ("sub", "ada"),
        ("exp", "2023-11-14 22:13:20 UTC"),
        ("aud", '["a1"]'),
        ("own", "true"),
        ("name", "Ada"),
    ]
    assert shown.claims[1].meaning == "valid until"
    assert shown.claims[3].meaning == ""


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a.b.c",
        "a.b",
        "....",
        "e30.é.x",
        token(b"[]"),
        token(b"\xff\xfe"),
        token(b"1" * 5000),
        token(b"[" * 100_000),
        token(b"{"),
    ],
)
def test_a_token_that_cannot_be_read_is_said_to_be_so(text: str) -> None:
    shown = read_identity({TOKEN: text})
    assert shown.claims == ()
    assert shown.problem


@pytest.mark.parametrize("value", [-1, 10**30, "soon", None, 1.5])
def test_an_instant_that_is_none_is_shown_as_it_is(value: object) -> None:
    shown = read_identity({TOKEN: token(json.dumps({"exp": value}).encode())})
    assert "UTC" not in shown.claims[0].value
