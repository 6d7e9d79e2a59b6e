"""What is accepted, and that no more than that is read; attacks are in ``test_attacks.py``."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from xmlsec import constants

from doorward.identity.saml import names
from doorward.identity.saml.idp import read_settings
from doorward.identity.saml.request import depart, read_transaction
from doorward.identity.saml.response import Answer, read_response
from doorward.identity.saml.xml import Element, children, everywhere, text_of
from doorward.model.errors import SignInRefused
from tests.fakes.clock import START, FakeRandomness
from tests.fakes.saml import CALLBACK, FakeSamlProvider, read_request, with_own_key
from tests.fakes.saml_keys import key_pair
from tests.fakes.saml_signing import Algorithms

OWN = key_pair("own")
WAYS = [("assertion",), ("response",), ("assertion", "response")]


def read(fake: FakeSamlProvider) -> Answer:
    """The answer to one request, as far as it is read without looking at the time."""
    idp = read_settings(with_own_key(replace(fake.settings()), OWN))
    departure = depart(
        idp, callback=CALLBACK, now=START, sign=False, force=False, randomness=FakeRandomness()
    )
    answer = {"RelayState": departure.state}
    begun = read_transaction(departure.transaction, answer, issuer=idp.entity_id, callback=CALLBACK)
    text = base64.encodebytes(fake.respond(read_request(departure.url))).decode()  # with line ends
    return read_response(text, idp=idp, begun=begun)


def name(answer: Answer) -> str:
    return text_of(next(everywhere(answer.assertion, names.assertion("NameID"))))


@pytest.mark.parametrize("signs", WAYS)
def test_the_assertion_is_the_one_that_was_signed(signs: tuple[str, ...]) -> None:
    answer = read(FakeSamlProvider(signs=signs))
    assert name(answer) == "ada-1"
    assert answer.issued == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize("signs", WAYS)
@pytest.mark.parametrize("cipher", [constants.TransformAes128Cbc, constants.TransformAes256Gcm])
def test_an_encrypted_assertion_is_opened(signs: tuple[str, ...], cipher: object) -> None:
    assert (
        name(read(FakeSamlProvider(signs=signs, encrypts_for=OWN, how=Algorithms(cipher=cipher)))) == "ada-1"
    )


@pytest.mark.parametrize("signs", WAYS)
def test_prefixes_that_only_values_use_do_not_break_a_signature(signs: tuple[str, ...]) -> None:
    how = Algorithms(inclusive_prefixes=("xs",))
    assert name(read(FakeSamlProvider(signs=signs, how=how))) == "ada-1"


def test_an_inner_signature_by_another_key_is_told_no_closer_than_any_fault_inside() -> None:
    fake = FakeSamlProvider(keys=key_pair("evil"), published=(key_pair(),), encrypts_for=OWN)
    with pytest.raises(SignInRefused, match="cannot be opened and checked"):
        read(fake)


def test_an_encrypted_assertion_in_an_assertion_is_refused() -> None:
    def nested(root: Element) -> None:
        assertion = children(root, names.assertion("Assertion"))[0]
        advice = assertion.makeelement(names.assertion("Advice"))
        advice.append(assertion.makeelement(names.assertion("EncryptedAssertion")))
        assertion.append(advice)

    with pytest.raises(SignInRefused, match="cannot be opened and checked"):
        read(FakeSamlProvider(before_signing=nested, encrypts_for=OWN))
    with pytest.raises(SignInRefused, match="exactly one assertion"):
        read(FakeSamlProvider(before_signing=nested))


def test_the_response_may_be_silent_about_its_issuer() -> None:
    def silent(root: Element) -> None:
        root.remove(children(root, names.assertion("Issuer"))[0])

    assert name(read(FakeSamlProvider(before_signing=silent))) == "ada-1"
    assert name(read(FakeSamlProvider(before_signing=silent, signs=("response",)))) == "ada-1"
