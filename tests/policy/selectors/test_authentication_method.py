from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.access import AccessRequest
from doorward.model.claims import Mentioned
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimContains
from doorward.policy.selectors import authentication_method
from tests.policy.said import compiled, machine, person, policy

HARDWARE = Selector("authentication_method", "hwk")


def having(*methods: str) -> AccessRequest:
    request = person()
    assert request.identity is not None
    return replace(request, identity=replace(request.identity, methods=frozenset(methods)))


def test_registered_words_are_written_in_lower_case_and_others_as_they_are() -> None:
    assert authentication_method.parse(" MFA ", "f") == "mfa"
    assert authentication_method.parse("ngcmfa", "f") == "ngcmfa"
    assert authentication_method.parse("urn:example:Fido", "f") == "urn:example:Fido"


@pytest.mark.parametrize("value", ["", "two words", "*", "pwd,otp", "a" * 65, "\u00e9"])
def test_what_is_no_word_is_told(value: str) -> None:
    with pytest.raises(Invalid, match="is not an authentication method"):
        authentication_method.parse(value, "f")


def test_who_proved_themselves_so_matches() -> None:
    assert authentication_method.matches(HARDWARE, having("pwd", "hwk"))
    assert not authentication_method.matches(HARDWARE, having("pwd", "HWK"))
    assert not authentication_method.matches(HARDWARE, having())
    assert not authentication_method.matches(HARDWARE, machine())


def test_the_token_says_it_where_a_policy_mentions_it() -> None:
    assert authentication_method.expression(HARDWARE) == ClaimContains("amr", "hwk")
    mentioned = compiled(policy("allow", "everyone", require=["authentication_method:hwk"])).mentioned
    assert mentioned == Mentioned(methods=frozenset({"hwk"}))


def test_tokens_from_before_a_policy_mentioned_it_are_stale() -> None:
    plain = compiled(policy("allow", "everyone"))
    strict = compiled(policy("allow", "everyone", require=["authentication_method:hwk"]))
    assert plain.fingerprint != strict.fingerprint
