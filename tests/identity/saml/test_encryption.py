from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree
from xmlsec import constants

from doorward.identity.saml import names
from doorward.identity.saml.certificates import read_private_key
from doorward.identity.saml.encryption import CIPHERS, OAEP, UNREADABLE, opened
from doorward.identity.saml.xml import Element, children, everywhere
from doorward.model.errors import SignInRefused
from tests.fakes.saml_keys import key_pair
from tests.fakes.saml_signing import Algorithms, Transform, encrypt

OWN = key_pair("own")
KEY = read_private_key(OWN.key)
PREFIXES = dict(names.PREFIXES)
USUAL = Algorithms()


def encrypted(how: Algorithms = USUAL, *, content: str = "") -> Element:
    """An EncryptedAssertion in its response."""
    text = f'<samlp:Response xmlns:samlp="{names.PROTOCOL}" xmlns:saml="{names.ASSERTION}" xmlns:x="urn:x">'
    text += f'<saml:Assertion ID="_a">{content}</saml:Assertion></samlp:Response>'
    root = etree.fromstring(text)
    encrypt(root[0], OWN, how)
    return root[0]


def opening(element: Element) -> Element:
    return opened(element, KEY, found=element)


def refusal(element: Element) -> str:
    with pytest.raises(SignInRefused) as caught:
        opening(element)
    return caught.value.sentence


@pytest.mark.parametrize(
    "cipher",
    [
        constants.TransformAes128Cbc,
        constants.TransformAes256Cbc,
        constants.TransformAes128Gcm,
        constants.TransformAes256Gcm,
    ],
)
def test_what_is_encrypted_to_our_key_is_opened(cipher: Transform) -> None:
    assert cipher.href in CIPHERS
    root = opening(encrypted(Algorithms(cipher=cipher), content="<x:a/>"))
    assert [child.get("ID") for child in root] == ["_a"]


def test_the_newer_name_of_oaep_may_choose_its_hashes() -> None:
    element = encrypted()
    (carrier,) = everywhere(element, names.encryption("EncryptedKey"))
    (method,) = children(carrier, names.encryption("EncryptionMethod"))
    method.set("Algorithm", OAEP)  # without more said, the same as the older one
    assert len(opening(element)) == 1
    etree.SubElement(method, names.signature("DigestMethod"), Algorithm=f"{names.ENCRYPTION}sha256")
    assert UNREADABLE in refusal(element)
    method[-1].set("Algorithm", "urn:unheard")
    assert "not allowed" in refusal(element)


def test_without_a_key_the_administrator_learns_what_to_do() -> None:
    element = encrypted()
    with pytest.raises(SignInRefused, match="no key to open it") as caught:
        opened(element, None, found=element)
    assert "private_key" in caught.value.administrator


def test_rsa_without_oaep_and_other_ciphers_are_refused() -> None:
    assert "not allowed" in refusal(encrypted(Algorithms(key_transport=constants.TransformRsaPkcs1)))
    element = encrypted()
    for data in everywhere(element, names.encryption("EncryptedData")):
        children(data, names.encryption("EncryptionMethod"))[0].set(
            "Algorithm", f"{names.ENCRYPTION}tripledes-cbc"
        )
    assert "not allowed" in refusal(element)


def _values(element: Element) -> list[Element]:
    """The text's and the key's, in whichever order."""
    return list(everywhere(element, names.encryption("CipherValue")))


def _flipped(text: str, index: int) -> str:
    octets = bytearray(base64.b64decode(text))
    octets[index] ^= 1
    return base64.b64encode(octets).decode()


BROKEN: list[Callable[[str], str]] = [
    lambda text: _flipped(text, 0),
    lambda text: _flipped(text, -1),
    lambda text: base64.b64encode(base64.b64decode(text)[:-16]).decode(),
    lambda _: base64.b64encode(b"x" * 32).decode(),
    lambda _: "",
    lambda _: "%",
]


@pytest.mark.parametrize("change", BROKEN, ids=range(len(BROKEN)))
@pytest.mark.parametrize("cipher", [constants.TransformAes128Cbc, constants.TransformAes256Gcm])
def test_whatever_goes_wrong_inside_is_the_same_refusal(
    change: Callable[[str], str], cipher: Transform
) -> None:
    for index in (0, 1):
        element = encrypted(Algorithms(cipher=cipher))
        value = _values(element)[index]
        value.text = change("".join((value.text or "").split()))
        assert refusal(element) == f"The identity provider's answer does not hold: {UNREADABLE}."


@pytest.mark.parametrize(
    "text",
    [
        f'<saml:Assertion xmlns:saml="{names.ASSERTION}"/>x',
        f'<saml:Assertion xmlns:saml="{names.ASSERTION}"/><a/>',
        "<a/>",
        "",
        "</opened><opened>",
        f'</opened><saml:Assertion xmlns:saml="{names.ASSERTION}"/><opened>',
        f'<!DOCTYPE a><saml:Assertion xmlns:saml="{names.ASSERTION}"/>',
        f'<saml:Assertion xmlns:saml="{names.ASSERTION}"><!-- --></saml:Assertion>',
    ],
)
def test_what_is_inside_is_one_assertion_and_nothing_else(text: str) -> None:
    element = encrypted()
    carried, (data,) = _carrier(element), everywhere(element, names.encryption("EncryptedData"))
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    key = AESGCM(KEY.decrypt(base64.b64decode(carried), oaep))
    (value,) = data.findall("xenc:CipherData/xenc:CipherValue", PREFIXES)
    value.text = base64.b64encode(b"\0" * 12 + key.encrypt(b"\0" * 12, text.encode(), None)).decode()
    assert UNREADABLE in refusal(element)


def _carrier(element: Element) -> str:
    return element.findtext(".//xenc:EncryptedKey/xenc:CipherData/xenc:CipherValue", "", PREFIXES)


def test_a_prefix_that_is_not_signed_may_not_say_what_an_element_is() -> None:
    """The answer's outer namespaces can be changed where a signature over the response leaves them out."""
    signed = etree.fromstring(etree.tostring(encrypted(content="<x:a/>")))
    bare = etree.fromstring(etree.tostring(signed).replace(b' xmlns:x="urn:x"', b""))
    assert len(opened(signed, KEY, found=signed)) == 1
    with pytest.raises(SignInRefused):
        opened(bare, KEY, found=signed)


def test_several_texts_or_keys_are_refused() -> None:
    element = encrypted()
    element.append(etree.fromstring(etree.tostring(element[0])))
    assert "not one text under one key" in refusal(element)
