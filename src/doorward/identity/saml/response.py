"""From the text that came to the callback to the one assertion in it that a configured key vouches for.

Rule: trust has a type. Only ``read_response`` makes a ``TrustedAssertion``.
Rule: exactly one assertion, where Core puts it, and nothing that looks like one anywhere else.
Rule: the response's own signature, the assertion's, or both; each that is there must hold.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import NewType

from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.encryption import UNREADABLE, opened
from doorward.identity.saml.idp import Idp
from doorward.identity.saml.request import Transaction
from doorward.identity.saml.signatures import Signed, is_signed, signed
from doorward.identity.saml.status import check_status
from doorward.identity.saml.xml import (
    LARGEST_MESSAGE,
    Element,
    Malformed,
    children,
    everywhere,
    read_message,
    text_of,
)
from doorward.model.errors import SignInRefused

TrustedAssertion = NewType("TrustedAssertion", Element)
"""Vouched for by a configured key; for whom, for what and when is unchecked."""

ISSUER = names.assertion("Issuer")
PLAIN = names.assertion("Assertion")
ENCRYPTED = names.assertion("EncryptedAssertion")
RESPONSE = names.protocol("Response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a response brought. ``issued`` is when it says that it was made."""

    assertion: TrustedAssertion
    issued: str


def read_response(text: str, *, idp: Idp, begun: Transaction) -> Answer:
    """The assertion in a SAMLResponse (Bindings section 3.5.4, Profiles section 4.1.4.3).

    Raises:
        SignInRefused: it does not hold, or says that nobody was signed in.
    """
    root = _parsed(text)
    if root.tag != RESPONSE or root.get("Version") != "2.0":
        raise broken("it is no SAML 2.0 response")
    check_status(root)
    _check_address(root, idp, begun)
    encrypted = _one_assertion(root)
    response = signed(root, idp.certificates) if is_signed(root) else None
    if response is not None and not response.get("Destination"):
        raise broken("it does not say where it was sent")  # Bindings section 3.5.5.2
    assertion = _encrypted(root, response, idp) if encrypted else _plain(root, response, idp)
    return Answer(assertion=assertion, issued=root.get("IssueInstant") or "")


def _parsed(text: str) -> Element:
    if len(text) > 2 * LARGEST_MESSAGE:
        raise broken(f"it is larger than {LARGEST_MESSAGE} bytes")
    try:
        return read_message(base64.b64decode("".join(text.split()), validate=True))
    except Malformed as problem:
        raise broken(str(problem)) from None
    except ValueError:
        raise broken("it is not base64") from None


def _check_address(root: Element, idp: Idp, begun: Transaction) -> None:
    """What the response says of itself. It may be unsigned: the assertion repeats what counts."""
    if root.get("InResponseTo") != begun.request:
        raise broken("it answers another request, or none")
    if root.get("Destination", begun.callback) != begun.callback:
        raise broken("it was sent to another address")
    issuers = children(root, ISSUER)
    if len(issuers) > 1 or any(text_of(issuer) != idp.entity_id for issuer in issuers):
        raise broken("another identity provider answered than the one that was asked")


def _one_assertion(root: Element) -> bool:
    """Whether the one assertion is encrypted."""
    found = list(everywhere(root, PLAIN, ENCRYPTED))
    others = list(everywhere(root, RESPONSE))
    if len(found) != 1 or found[0].getparent() is not root or len(others) != 1:
        raise broken("it does not hold exactly one assertion, in its place")
    signatures = list(everywhere(root, names.signature("Signature")))
    if any(signature.getparent() not in (root, found[0]) for signature in signatures):
        raise broken("it holds a signature where none belongs")
    return found[0].tag == ENCRYPTED


def _plain(root: Element, response: Signed | None, idp: Idp) -> TrustedAssertion:
    inner = children(root, PLAIN)[0]
    if is_signed(inner):
        # From the answer as it came: inside the signed response, namespaces that only values use
        # may be lost. Both are signed; the assertion's own signature covers what is read.
        return TrustedAssertion(signed(inner, idp.certificates))
    if response is None:
        raise broken("it is not signed", administrator="Have the provider sign assertions or responses.")
    return TrustedAssertion(children(response, PLAIN)[0])


def _encrypted(root: Element, response: Signed | None, idp: Idp) -> TrustedAssertion:
    # Where the response is signed, what is opened is what was signed, and nothing else.
    found = children(root, ENCRYPTED)[0]
    covered = found if response is None else children(response, ENCRYPTED)[0]
    document = opened(covered, idp.key, found=found)
    inner = children(document, PLAIN)[0]
    nested = [*everywhere(document, PLAIN), *everywhere(document, ENCRYPTED)]
    if len(nested) != 1 or (response is None and not is_signed(inner)):
        raise broken(UNREADABLE)
    if not is_signed(inner):
        return TrustedAssertion(inner)
    try:
        return TrustedAssertion(signed(inner, idp.certificates))
    except SignInRefused:
        raise broken(UNREADABLE) from None
