"""The form of a signature; what attackers do with it is in ``test_attacks.py``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree
from xmlsec import constants

from doorward.identity.saml import names
from doorward.identity.saml.signatures import is_signed, signed
from doorward.identity.saml.xml import Element, children, everywhere
from doorward.model.errors import SignInRefused
from tests.fakes.saml_keys import KeyPair, key_pair
from tests.fakes.saml_signing import Algorithms, sign

IDP = key_pair()
USUAL = Algorithms()


def document(how: Algorithms = USUAL, *, pair: KeyPair = IDP, at_root: bool = False) -> Element:
    """A signed element in a document."""
    text = f'<r xmlns="{names.PROTOCOL}"><a xmlns="{names.ASSERTION}" ID="_a"><Issuer>i</Issuer>x</a></r>'
    root = etree.fromstring(text)
    root.set("ID", "_r")
    sign(root if at_root else root[0], pair, how)
    return root if at_root else root[0]


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        (constants.TransformRsaSha256, "rsa"),
        (constants.TransformRsaSha512, "rsa"),
        (constants.TransformEcdsaSha256, "ec"),
    ],
)
@pytest.mark.parametrize("at_root", [True, False])
def test_a_signature_by_a_configured_key_holds_wherever_the_element_stands(
    method: object, kind: str, *, at_root: bool
) -> None:
    pair = key_pair(kind, kind=kind)
    element = document(Algorithms(method=method), pair=pair, at_root=at_root)
    assert is_signed(element)
    found = signed(element, [key_pair("old").parsed, pair.parsed])
    assert (found.tag, found.get("ID")) == (element.tag, element.get("ID"))
    assert not is_signed(found), "what is returned is what was signed: without the signature"


def test_what_is_returned_is_a_document_of_its_own() -> None:
    assert signed(document(), [IDP.parsed]).getparent() is None


def test_the_dates_of_a_configured_certificate_are_not_looked_at() -> None:
    expired = key_pair("expired", ends=IDP.parsed.not_valid_before_utc.replace(year=2025, month=6))
    assert signed(document(pair=expired), [expired.parsed]).get("ID") == "_a"


def refusal(element: Element, *, pair: KeyPair = IDP) -> str:
    with pytest.raises(SignInRefused) as caught:
        signed(element, [pair.parsed])
    return caught.value.sentence


def test_a_signature_over_the_words_of_others_does_not_hold() -> None:
    element = document()
    element[-1].tail = "changed"
    assert "wrong" in refusal(element)
    assert "wrong" in refusal(document(), pair=key_pair("other"))
    assert "not signed once" in refusal(etree.fromstring('<a ID="_a"/>'))


def _method(element: Element) -> None:
    next(everywhere(element, names.signature("SignatureMethod"))).set("Algorithm", "urn:unheard")


def _two_methods(element: Element) -> None:
    method = next(everywhere(element, names.signature("SignatureMethod")))
    method.addnext(etree.fromstring(etree.tostring(method)))


def _reference(element: Element) -> None:
    next(everywhere(element, names.signature("Reference"))).set("URI", "")


def _two_references(element: Element) -> None:
    reference = next(everywhere(element, names.signature("Reference")))
    reference.addnext(etree.fromstring(etree.tostring(reference)))


def _transform(element: Element) -> None:
    transforms = list(everywhere(element, names.signature("Transform")))
    transforms[-1].set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116")


def _canonical(element: Element) -> None:
    method = next(everywhere(element, names.signature("CanonicalizationMethod")))
    method.set("Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments")


def _object(element: Element) -> None:
    etree.SubElement(children(element, names.signature("Signature"))[0], names.signature("Object"))


def _no_value(element: Element) -> None:
    next(everywhere(element, names.signature("SignatureValue"))).text = None


def _no_digest(element: Element) -> None:
    next(everywhere(element, names.signature("DigestValue"))).text = ""


def _not_base64(element: Element) -> None:
    next(everywhere(element, names.signature("SignatureValue"))).text = "%"


def _id(element: Element) -> None:
    element.set("ID", "_other")


CHANGES: list[tuple[Callable[[Element], None], str]] = [
    (_method, "in a way that is not allowed"),
    (_two_methods, "how it was made"),
    (_reference, "covers something else"),
    (_two_references, "covers something else"),
    (_transform, "another form"),
    (_canonical, "another form"),
    (_object, "more than a signature"),
    (_no_value, "wrong"),
    (_no_digest, "wrong"),
    (_not_base64, "wrong"),
    (_id, "covers something else"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_signature_has_the_form_that_saml_allows(change: Callable[[Element], None], said: str) -> None:
    element = document()
    change(element)
    assert said in refusal(element)


def test_sha_1_is_told_apart_from_what_is_unknown() -> None:
    for how in (Algorithms.WEAK, Algorithms(digest=constants.TransformSha1)):
        assert "SHA-1" in refusal(document(how))
