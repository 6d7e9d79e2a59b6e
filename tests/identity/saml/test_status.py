from __future__ import annotations

import pytest
from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.status import MEANINGS, check_status
from doorward.identity.saml.xml import Element
from doorward.model.errors import SignInRefused

PREFIX = "urn:oasis:names:tc:SAML:2.0:status:"


def response(*codes: str, message: str = "") -> Element:
    root = etree.Element(names.protocol("Response"))
    inner = status = etree.SubElement(root, names.protocol("Status"))
    for code in codes:
        inner = etree.SubElement(inner, names.protocol("StatusCode"), Value=PREFIX + code)
    if message:
        etree.SubElement(status, names.protocol("StatusMessage")).text = message
    return root


def refusal(root: Element) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        check_status(root)
    return caught.value


def test_success_is_one_code_and_nothing_inside_it() -> None:
    check_status(response("Success"))
    refusal(response("Success", "AuthnFailed"))


@pytest.mark.parametrize("code", MEANINGS)
def test_a_no_is_told_in_words_by_the_innermost_code_that_is_known(code: str) -> None:
    for codes in ([code], ["Responder", code], ["Responder", code, "Unheard"]):
        said = refusal(response(*codes))
        assert said.sentence == MEANINGS[code][0]
        assert said.administrator == MEANINGS[code][1]
        assert said.code == codes[-1]


def test_what_the_provider_adds_is_plain_text_of_a_bounded_length() -> None:
    said = refusal(response("Responder", message="no\u202e <b>\n" + "x" * 1000))
    assert "no <b> xxx" in said.sentence
    assert len(said.sentence) < 300


def test_an_unknown_code_and_no_code_at_all_are_a_no() -> None:
    assert refusal(response("Unheard")).code == "Unheard"
    assert refusal(response()).sentence == "The identity provider did not sign you in."
    assert (
        refusal(etree.Element(names.protocol("Response"))).sentence
        == broken("it does not say whether the sign-in succeeded").sentence
    )
