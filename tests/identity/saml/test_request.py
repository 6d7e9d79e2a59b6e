from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from doorward.identity.saml.idp import Idp, read_settings
from doorward.identity.saml.request import RSA_SHA256, depart, read_transaction
from doorward.model.errors import Refused
from doorward.ports.identity import Departure
from tests.fakes.clock import START, FakeRandomness
from tests.fakes.saml import CALLBACK, ENTITY_ID, FakeSamlProvider, read_request, with_own_key
from tests.fakes.saml_keys import key_pair

OWN = key_pair("own")
IDP = read_settings(with_own_key(FakeSamlProvider().settings(), OWN))


def leave(idp: Idp = IDP, *, sign: bool = False, force: bool = False) -> Departure:
    return depart(idp, callback=CALLBACK, now=START, sign=sign, force=force, randomness=FakeRandomness())


def test_a_request_says_who_asks_and_where_answers_go() -> None:
    departure = leave()
    asked = read_request(departure.url)
    assert departure.url.startswith("https://idp.example.com/sso?SAMLRequest=")
    assert (asked.callback, asked.issuer, asked.destination) == (CALLBACK, CALLBACK, IDP.sign_in_url)
    assert asked.issued == "2026-03-01T12:00:00Z"
    assert not asked.force
    assert departure.posted
    assert departure.transaction["request"] == asked.id
    assert departure.state == asked.relay_state == departure.transaction["state"]
    assert len(departure.state) == 43  # 256 bits; RelayState may have 80 bytes


def test_a_request_may_demand_a_fresh_sign_in() -> None:
    assert read_request(leave(force=True).url).force


def test_a_sign_in_url_may_have_a_query_of_its_own() -> None:
    url = leave(replace(IDP, sign_in_url="https://idp.example.com/sso?idpid=C1")).url
    assert parse_qs(urlsplit(url).query)["idpid"] == ["C1"]
    assert read_request(url).destination == "https://idp.example.com/sso?idpid=C1"


def test_a_signed_request_is_signed_over_the_very_characters_that_are_sent() -> None:
    query = urlsplit(leave(sign=True).url).query
    signed, _, signature = query.partition("&Signature=")
    assert parse_qs(query)["SigAlg"] == [RSA_SHA256]
    key = OWN.parsed.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    value = base64.b64decode(parse_qs(f"s={signature}")["s"][0])
    key.verify(value, signed.encode(), padding.PKCS1v15(), SHA256())


def test_nothing_is_used_twice() -> None:
    randomness = FakeRandomness()
    first, second = (
        depart(IDP, callback=CALLBACK, now=START, sign=False, force=False, randomness=randomness)
        for _ in "12"
    )
    assert first.state != second.state
    assert first.transaction["request"] != second.transaction["request"]


def test_an_answer_finds_its_transaction() -> None:
    departure = leave()
    answer = {"RelayState": departure.state}
    begun = read_transaction(departure.transaction, answer, issuer=ENTITY_ID, callback=CALLBACK)
    assert begun.departed == START
    assert begun.request == departure.transaction["request"]
    assert begun.state not in repr(begun)


@pytest.mark.parametrize(
    ("changed", "relay_state", "callback"),
    [
        ({}, "another", CALLBACK),
        ({}, "", CALLBACK),
        ({}, None, "https://other.example.com/callback"),
        ({"issuer": "https://other.example.com"}, None, CALLBACK),
        ({"state": ""}, "", CALLBACK),
        ({"request": "_"}, None, CALLBACK),
        ({"departed": "yesterday"}, None, CALLBACK),
    ],
)
def test_an_answer_to_something_else_is_refused(
    changed: dict[str, str], relay_state: str | None, callback: str
) -> None:
    departure = leave()
    answer = {"RelayState": departure.state if relay_state is None else relay_state}
    kept = {**departure.transaction, **changed}
    with pytest.raises(Refused, match="not begun here"):
        read_transaction(kept, answer, issuer=ENTITY_ID, callback=callback)
    for missing in departure.transaction:
        lacking = {name: value for name, value in departure.transaction.items() if name != missing}
        with pytest.raises(Refused, match="not begun here"):
            read_transaction(lacking, {"RelayState": departure.state}, issuer=ENTITY_ID, callback=CALLBACK)


def test_a_departure_keeps_when_it_was() -> None:
    later = START + timedelta(seconds=5)
    departure = depart(
        IDP, callback=CALLBACK, now=later, sign=False, force=False, randomness=FakeRandomness()
    )
    assert departure.transaction["departed"] == "2026-03-01T12:00:05Z"
