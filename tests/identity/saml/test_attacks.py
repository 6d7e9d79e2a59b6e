"""What others have broken SAML with. Every one of these must end in a refusal, and in no other error."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import pytest
from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.xml import LARGEST_MESSAGE, Element, children, everywhere
from doorward.model.errors import Refused, SignInRefused
from tests.fakes.saml import (
    CALLBACK,
    REMOVED,
    FakeSamlProvider,
    form,
    read_request,
    run_sign_in,
    with_own_key,
)
from tests.fakes.saml_keys import KeyPair, key_pair
from tests.fakes.saml_signing import Algorithms, sign
from tests.identity.saml.wrapping import EVIL, ON_ASSERTIONS, ON_RESPONSES, Attack

SIGNED_WAYS = [("assertion",), ("response",), ("assertion", "response")]
OWN = key_pair("own")


def refused(fake: FakeSamlProvider, match: str | None = None) -> SignInRefused:
    with pytest.raises(SignInRefused, match=match) as caught:
        run_sign_in(fake, with_own_key(fake.settings(), OWN))
    return caught.value


def answered(fake: FakeSamlProvider, change: Callable[[bytes], bytes]) -> None:
    """One sign-in whose answer is changed as bytes, as the browser of an attacker can."""

    async def run() -> None:
        provider = fake.provider()
        departure = await provider.depart(callback=CALLBACK)
        asked = read_request(departure.url)
        answer = form(change(fake.respond(asked)), asked.relay_state)
        await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    asyncio.run(run())


@pytest.mark.parametrize("signs", SIGNED_WAYS)
@pytest.mark.parametrize("encrypts_for", [None, OWN])
def test_a_good_answer_is_accepted_however_it_is_signed(
    signs: Sequence[str], encrypts_for: KeyPair | None
) -> None:
    fake = FakeSamlProvider(signs=signs, encrypts_for=encrypts_for)
    identity = run_sign_in(fake, with_own_key(fake.settings(), OWN)).identity
    assert identity.email == "ada@example.com"
    assert identity.groups == {"engineers"}


@pytest.mark.parametrize("new_id", ["", "_evil"], ids=["same-id", "new-id"])
@pytest.mark.parametrize("attack", ON_RESPONSES.values(), ids=ON_RESPONSES.keys())
def test_a_signed_response_cannot_be_wrapped(attack: Attack, new_id: str) -> None:
    refused(FakeSamlProvider(signs=("response",), after_signing=lambda root: attack(root, new_id)))


@pytest.mark.parametrize("new_id", ["", "_evil"], ids=["same-id", "new-id"])
@pytest.mark.parametrize("signs", [("assertion",), ("assertion", "response")])
@pytest.mark.parametrize("attack", ON_ASSERTIONS.values(), ids=ON_ASSERTIONS.keys())
def test_a_signed_assertion_cannot_be_wrapped(attack: Attack, signs: Sequence[str], new_id: str) -> None:
    refused(FakeSamlProvider(signs=signs, after_signing=lambda root: attack(root, new_id)))


def test_the_attacks_do_say_something_else_than_was_signed() -> None:
    """A corpus of attacks that change nothing would prove nothing."""
    for signs, attacks in ((("response",), ON_RESPONSES), (("assertion",), ON_ASSERTIONS)):
        for attack in attacks.values():
            seen: list[bytes] = []

            def keep(root: Element, attack: Attack = attack, seen: list[bytes] = seen) -> None:
                attack(root, "_evil")
                seen.append(etree.tostring(root))

            refused(FakeSamlProvider(signs=signs, after_signing=keep))
            assert EVIL.encode() in seen[0]


@pytest.mark.parametrize("signs", SIGNED_WAYS)
@pytest.mark.parametrize("comment", [b"<!-- -->", b"<?x y?>", b"<![CDATA[]]>"])
@pytest.mark.parametrize("value", [b"Ada@example.com", b"ada-1"])
def test_nothing_is_put_into_a_value_that_a_signature_does_not_see(
    signs: Sequence[str], comment: bytes, value: bytes
) -> None:
    split = value[:3] + comment + value[3:]
    with pytest.raises(SignInRefused, match=r"comment|processing"):
        answered(FakeSamlProvider(signs=signs), lambda xml: xml.replace(value, split))


def test_an_id_names_one_element() -> None:
    def twice(root: Element) -> None:
        children(root, names.protocol("Status"))[0].set("ID", root.get("ID") or "")

    refused(FakeSamlProvider(signs=("response",), after_signing=twice), "ID appears twice")


LAUGHS = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
FILE = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
FETCH = b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">'


@pytest.mark.parametrize("prologue", [LAUGHS, FILE, FETCH, b"<!DOCTYPE r>"])
def test_no_entity_is_expanded_and_no_file_is_fetched(prologue: bytes) -> None:
    with pytest.raises(SignInRefused, match="document type"):
        answered(FakeSamlProvider(), lambda xml: prologue + xml.replace(b"ada-1", b"&a;"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-7", "cp037"])
def test_a_document_type_cannot_hide_in_another_encoding(encoding: str) -> None:
    def other(xml: bytes) -> bytes:
        text = f'<?xml version="1.0" encoding="{encoding}"?>{LAUGHS.decode()}{xml.decode()}'
        return text.encode(encoding)

    with pytest.raises(SignInRefused, match=r"document type|UTF-8"):
        answered(FakeSamlProvider(), other)


def test_what_is_not_signed_is_refused() -> None:
    refused(FakeSamlProvider(signs=()), "not signed")
    refused(FakeSamlProvider(signs=(), encrypts_for=OWN), "cannot be opened and checked")


@pytest.mark.parametrize("signs", SIGNED_WAYS)
def test_a_key_that_the_answer_brings_along_counts_for_nothing(signs: Sequence[str]) -> None:
    fake = FakeSamlProvider(keys=key_pair("evil"), published=(key_pair(),), signs=signs)
    said = refused(fake, "by another key")
    assert "certificate" in said.administrator


def test_the_shared_secret_of_a_signature_is_not_the_public_key() -> None:
    """HMAC with the certificate as its key."""

    def swap(root: Element) -> None:
        for method in everywhere(root, names.signature("SignatureMethod")):
            method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")

    refused(FakeSamlProvider(after_signing=swap), "not allowed")


@pytest.mark.parametrize("signs", SIGNED_WAYS)
def test_sha_1_is_refused(signs: Sequence[str]) -> None:
    refused(FakeSamlProvider(signs=signs, how=Algorithms.WEAK), "SHA-1")


def test_a_second_signature_must_hold_as_well() -> None:
    def by_somebody(root: Element) -> None:
        sign(root, key_pair("evil"))

    refused(FakeSamlProvider(after_signing=by_somebody), "by another key")


def test_the_same_element_is_not_signed_twice() -> None:
    def again(root: Element) -> None:
        sign(root, key_pair("evil"))

    refused(FakeSamlProvider(signs=("response",), after_signing=again))


FACTS: Sequence[tuple[Mapping[str, object], str]] = [
    ({"audience": "https://other.example.com"}, "audience"),
    ({"audience": REMOVED}, "audience"),
    ({"recipient": "https://other.example.com"}, "recipient"),
    ({"recipient": REMOVED}, "recipient"),
    ({"destination": "https://other.example.com"}, "another address"),
    ({"issuer": "https://other.example.com"}, "issuer"),
    ({"response_issuer": "https://other.example.com"}, "another identity provider"),
    ({"ends": "2026-03-01T11:58:59Z"}, "expired"),
    ({"confirmed_until": "2026-03-01T11:58:59Z"}, "expired"),
    ({"confirmed_until": REMOVED}, "until when"),
    ({"begins": "2026-03-01T12:01:01Z"}, "not hold yet"),
    ({"issued": "2026-03-01T12:01:01Z"}, "future"),
    ({"authenticated": "2026-03-01T12:01:01Z"}, "future"),
    ({"session_ends": "2026-03-01T11:58:00Z"}, "ended already"),
    ({"response_to": "_another"}, "another request"),
    ({"response_to": REMOVED}, "another request, or none"),
    ({"subject_to": "_another"}, "another sign-in"),
    ({"subject_to": REMOVED}, "none that was begun here"),
    ({"response_to": REMOVED, "subject_to": REMOVED}, "or none"),
    ({"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}, "bearer"),
    ({"version": "1.1"}, "no SAML 2.0 response"),
    ({"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "could not answer"),
]


@pytest.mark.parametrize(("changes", "said"), FACTS)
def test_a_signed_answer_that_is_not_for_this_sign_in_is_refused(
    changes: Mapping[str, object], said: str
) -> None:
    refused(FakeSamlProvider(changes=dict(changes), signs=("response",)), said)


def test_a_signed_response_says_where_it_was_sent() -> None:
    refused(FakeSamlProvider(changes={"destination": REMOVED}, signs=("response",)), "where it was sent")
    run_sign_in(FakeSamlProvider(changes={"destination": REMOVED}))


def test_an_assertion_without_an_id_is_covered_by_no_signature() -> None:
    def lose(root: Element) -> None:
        del children(root, names.assertion("Assertion"))[0].attrib["ID"]

    refused(FakeSamlProvider(after_signing=lose), "something else")


def test_an_answer_serves_once_and_for_its_own_state_alone() -> None:
    async def run() -> None:
        fake = FakeSamlProvider()
        provider = fake.provider()
        hers = await provider.depart(callback=CALLBACK)
        his = await provider.depart(callback=CALLBACK)
        stolen = fake.answer(hers)["SAMLResponse"]
        for state in (his.state, hers.state, ""):
            answer = {"SAMLResponse": stolen, "RelayState": state}
            with pytest.raises(Refused):
                await provider.arrive(callback=CALLBACK, transaction=his.transaction, answer=answer)

    asyncio.run(run())


def test_two_assertions_are_one_too_many() -> None:
    def another(root: Element) -> None:
        second = etree.fromstring(etree.tostring(children(root, names.assertion("Assertion"))[0]))
        second.set("ID", "_second")
        root.append(second)

    refused(FakeSamlProvider(before_signing=another, signs=("response",)), "exactly one assertion")


def test_an_answer_of_another_provider_through_the_same_callback_is_refused() -> None:
    """Every provider answers to one address; whoever runs one of them must not speak for another."""

    async def run() -> None:
        evil = FakeSamlProvider(entity_id="https://evil.example.com", keys=key_pair("evil"))
        good = FakeSamlProvider()
        provider = good.provider()
        departure = await provider.depart(callback=CALLBACK)
        for fake in (evil, FakeSamlProvider(keys=key_pair("evil"))):
            with pytest.raises(SignInRefused):
                await provider.arrive(
                    callback=CALLBACK, transaction=departure.transaction, answer=fake.answer(departure)
                )
        other = evil.provider()
        with pytest.raises(Refused, match="not begun here"):
            await other.arrive(
                callback=CALLBACK, transaction=departure.transaction, answer=evil.answer(departure)
            )

    asyncio.run(run())


GARBAGE = [
    "",
    "%%%",
    "AAAA",
    "AAA",
    "\u00e9\u00e9\u00e9\u00e9",
    base64.b64encode(b"<").decode(),
    base64.b64encode(b"<a/>").decode(),
    base64.b64encode(b"\x00" * 100).decode(),
    base64.b64encode(b"<a>" * 100_000).decode(),
    base64.b64encode(b"<a>" * 1000 + b"</a>" * 1000).decode(),
    base64.b64encode(b"<a>" + b" " * LARGEST_MESSAGE + b"</a>").decode(),
    "A" * 10_000_000,
]


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_refused_in_a_sentence(text: str) -> None:
    async def run() -> None:
        provider = FakeSamlProvider().provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = {"SAMLResponse": text, "RelayState": departure.state}
        with pytest.raises(SignInRefused, match="does not hold"):
            await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    asyncio.run(run())


def come_back(*, late: int) -> None:
    """One sign-in whose answer holds for five minutes from now and is delivered so many seconds later."""
    fake = FakeSamlProvider(changes={"begins": "2026-03-01T12:00:00Z", "ends": "2026-03-01T12:05:00Z"})

    async def run() -> None:
        provider = fake.provider()
        departure = await provider.depart(callback=CALLBACK)
        answer = fake.answer(departure)
        fake.clock.advance(timedelta(seconds=late))
        await provider.arrive(callback=CALLBACK, transaction=departure.transaction, answer=answer)

    asyncio.run(run())


def test_times_are_judged_by_the_clock_that_was_given_with_a_minute_of_grace() -> None:
    for late in (-60, -59, 0, 299, 359):
        come_back(late=late)
    for late, said in ((-61, "future"), (360, "expired"), (100_000, "expired")):
        with pytest.raises(SignInRefused, match=said):
            come_back(late=late)
