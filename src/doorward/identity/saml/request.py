"""Sending a person to the provider, and knowing the answer again.

Rule: an answer belongs to one request. The request's id is 256 random bits that the caller keeps bound
to the browser, for one use; an answer must name it inside what is signed. So nothing is left to be
replayed: an assertion that was seen once names a request that is used up, and one that nobody
asked for (IdP-initiated) names none. A store of seen assertions would add nothing to that.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote_plus

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from doorward.identity.oidc.authorization import START_AGAIN, same
from doorward.identity.saml import names
from doorward.identity.saml.idp import Idp
from doorward.identity.saml.moments import NotAMoment, moment, written
from doorward.model.errors import Refused
from doorward.ports.clock import Randomness
from doorward.ports.identity import Departure

RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_PREFIXES = {"samlp": names.PROTOCOL, "saml": names.ASSERTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What must be remembered between leaving and coming back."""

    issuer: str
    callback: str
    departed: datetime
    state: str = field(repr=False)
    request: str = field(repr=False)

    def as_mapping(self) -> Mapping[str, str]:
        """For ``Departure.transaction``."""
        return {
            "issuer": self.issuer,
            "callback": self.callback,
            "departed": written(self.departed),
            "state": self.state,
            "request": self.request,
        }


def depart(
    idp: Idp, *, callback: str, now: datetime, sign: bool, force: bool, randomness: Randomness
) -> Departure:
    """The AuthnRequest, in the redirect binding (Bindings section 3.4.4.1)."""
    transaction = Transaction(
        issuer=idp.entity_id,
        callback=callback,
        departed=now,
        state=randomness.token(),  # 43 characters: RelayState has at most 80 bytes (Bindings section 3.4.3)
        request=f"_{randomness.token()}",  # an XML name must not begin with a digit or hyphen
    )
    request = _request(transaction, sign_in_url=idp.sign_in_url, force=force)
    query = {"SAMLRequest": _deflated(request), "RelayState": transaction.state}
    if sign and idp.key is not None:
        query["SigAlg"] = RSA_SHA256
        query["Signature"] = _signature(idp.key, _encoded(query))
    join = "&" if "?" in idp.sign_in_url else "?"
    return Departure(
        url=f"{idp.sign_in_url}{join}{_encoded(query)}",
        state=transaction.state,
        transaction=transaction.as_mapping(),
        posted=True,
    )


def read_transaction(
    kept: Mapping[str, str], answer: Mapping[str, str], *, issuer: str, callback: str
) -> Transaction:
    """The transaction that ``answer`` belongs to.

    Raises:
        Refused: it belongs to none of this provider's, or came back to another address.
    """
    try:
        transaction = Transaction(
            issuer=kept["issuer"],
            callback=kept["callback"],
            departed=moment(kept["departed"]),
            state=kept["state"],
            request=kept["request"],
        )
    except (KeyError, NotAMoment):
        raise Refused(START_AGAIN) from None
    ours = transaction.issuer == issuer and transaction.callback == callback
    whole = transaction.state and len(transaction.request) > 1
    if not (ours and whole and same(transaction.state, answer.get("RelayState", ""))):
        raise Refused(START_AGAIN)
    return transaction


def _request(transaction: Transaction, *, sign_in_url: str, force: bool) -> bytes:
    """Core section 3.4.1. Without a wish for a kind of NameID: providers refuse those they don't have,
    and the administrator chooses there."""
    root = etree.Element(names.protocol("AuthnRequest"), nsmap=_PREFIXES)
    root.set("ID", transaction.request)
    root.set("Version", "2.0")
    root.set("IssueInstant", written(transaction.departed))
    root.set("Destination", sign_in_url)
    root.set("AssertionConsumerServiceURL", transaction.callback)
    root.set("ProtocolBinding", names.POST)
    if force:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, names.assertion("Issuer")).text = transaction.callback
    etree.SubElement(root, names.protocol("NameIDPolicy")).set("AllowCreate", "true")
    return etree.tostring(root)


def _deflated(request: bytes) -> str:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)  # RFC 1951, without zlib's header
    return base64.b64encode(compressor.compress(request) + compressor.flush()).decode()


def _encoded(query: Mapping[str, str]) -> str:
    """In this order and spelling, for that is what is signed."""
    return "&".join(f"{name}={quote_plus(value)}" for name, value in query.items())


def _signature(key: rsa.RSAPrivateKey, signed: str) -> str:
    return base64.b64encode(key.sign(signed.encode(), padding.PKCS1v15(), SHA256())).decode()
