"""A SAML identity provider inside the test's process, as honest or as hostile as a test wants it.

What is not changed is right. ``changes`` change single facts of the answer (``REMOVED`` leaves one out),
``before_signing`` and ``after_signing`` the whole document, ``signs`` and ``encrypts_for`` what is done
with it. Signatures are made by xmlsec, which Doorward does not use.
"""

from __future__ import annotations

import asyncio
import base64
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.moments import written
from doorward.identity.saml.provider import SamlProvider
from doorward.identity.saml.xml import Element, children
from doorward.model.identity_provider import Saml
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import Arrival, Departure
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.saml_keys import KeyPair, key_pair
from tests.fakes.saml_signing import Algorithms, encrypt, sign

REMOVED: Final = object()
ENTITY_ID = "https://idp.example.com/saml"
CALLBACK = "https://access.example.com/cdn-cgi/access/callback"
WORK = IdentityProviderId("work")
PREFIXES = {
    "samlp": names.PROTOCOL,
    "saml": names.ASSERTION,
    "xs": "http://www.w3.org/2001/XMLSchema",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


@dataclass(frozen=True)
class Asked:
    """What an AuthnRequest says."""

    id: str
    callback: str
    issuer: str
    relay_state: str
    force: bool
    destination: str
    issued: str


def read_request(url: str) -> Asked:
    """The request in the URL that somebody was sent to."""
    query = parse_qs(urlsplit(url).query, strict_parsing=True)
    root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -zlib.MAX_WBITS))
    return Asked(
        id=root.get("ID") or "",
        callback=root.get("AssertionConsumerServiceURL") or "",
        issuer=children(root, names.assertion("Issuer"))[0].text or "",
        relay_state=query["RelayState"][0],
        force=root.get("ForceAuthn") == "true",
        destination=root.get("Destination") or "",
        issued=root.get("IssueInstant") or "",
    )


def _nothing(_: Element) -> None:
    return None


@dataclass
class FakeSamlProvider:
    """See the module."""

    clock: FakeClock = field(default_factory=FakeClock)
    entity_id: str = ENTITY_ID
    keys: KeyPair = field(default_factory=key_pair)
    published: Sequence[KeyPair] = ()
    signs: Sequence[str] = ("assertion",)
    encrypts_for: KeyPair | None = None
    how: Algorithms = field(default_factory=Algorithms)
    name_id: str = "ada-1"
    name_id_format: str = names.PERSISTENT
    attributes: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {
            "email": ["Ada@example.com"],
            "displayName": ["Ada"],
            "groups": ["engineers"],
        }
    )
    changes: dict[str, object] = field(default_factory=dict)
    before_signing: Callable[[Element], None] = _nothing
    after_signing: Callable[[Element], None] = _nothing

    @property
    def sign_in_url(self) -> str:
        return f"{urlsplit(self.entity_id).scheme}://{urlsplit(self.entity_id).netloc}/sso"

    def settings(self) -> Saml:
        """What an administrator would enter."""
        return Saml(metadata=self.metadata())

    def provider(self, settings: Saml | None = None) -> SamlProvider:
        """Doorward's side."""
        return SamlProvider(
            id=WORK, settings=settings or self.settings(), clock=self.clock, randomness=FakeRandomness()
        )

    def metadata(self) -> str:
        """What the provider publishes about itself."""
        root = etree.Element(names.metadata("EntityDescriptor"), nsmap={"md": names.METADATA})
        root.set("entityID", self.entity_id)
        role = etree.SubElement(root, names.metadata("IDPSSODescriptor"))
        role.set("protocolSupportEnumeration", names.PROTOCOL)
        for pair in self.published or (self.keys,):
            descriptor = etree.SubElement(role, names.metadata("KeyDescriptor"), use="signing")
            info = etree.SubElement(descriptor, names.signature("KeyInfo"))
            data = etree.SubElement(info, names.signature("X509Data"))
            lines = pair.certificate.strip().splitlines()[1:-1]
            etree.SubElement(data, names.signature("X509Certificate")).text = "\n".join(lines)
        for binding in (names.POST, names.REDIRECT):
            service = etree.SubElement(role, names.metadata("SingleSignOnService"))
            service.set("Binding", binding)
            service.set("Location", self.sign_in_url)
        return etree.tostring(root).decode()

    def respond(self, asked: Asked) -> bytes:
        """The answer to a request, as XML."""
        root = self._response(asked)
        self.before_signing(root)
        assertion = children(root, names.assertion("Assertion"))[0]
        if "assertion" in self.signs:
            sign(assertion, self.keys, self.how)
        if self.encrypts_for is not None:
            encrypt(assertion, self.encrypts_for, self.how)
        if "response" in self.signs:
            sign(root, self.keys, self.how)
        self.after_signing(root)
        return etree.tostring(root)

    def answer(self, departure: Departure) -> dict[str, str]:
        """The form that comes to the callback."""
        asked = read_request(departure.url)
        return form(self.respond(asked), asked.relay_state)

    async def sign_in(self, provider: SamlProvider) -> Arrival:
        """A whole sign-in by somebody who agrees to everything."""
        departure = await provider.depart(callback=CALLBACK)
        return await provider.arrive(
            callback=CALLBACK, transaction=departure.transaction, answer=self.answer(departure)
        )

    def _response(self, asked: Asked) -> Element:
        now = self.clock.now()
        facts = self._facts(asked, now)
        root = etree.Element(names.protocol("Response"), nsmap=PREFIXES)
        _set(root, facts, ID="response_id", Version="version", IssueInstant="issued")
        _set(root, facts, InResponseTo="response_to", Destination="destination")
        _issuer(root, facts["response_issuer"])
        status = etree.SubElement(root, names.protocol("Status"))
        etree.SubElement(status, names.protocol("StatusCode")).set("Value", str(facts["status"]))
        assertion = etree.SubElement(root, names.assertion("Assertion"))
        _set(assertion, facts, ID="assertion_id", Version="version", IssueInstant="issued")
        _issuer(assertion, facts["issuer"])
        self._subject(assertion, facts)
        conditions = etree.SubElement(assertion, names.assertion("Conditions"))
        _set(conditions, facts, NotBefore="begins", NotOnOrAfter="ends")
        if facts.get("audience") is not None:
            restriction = etree.SubElement(conditions, names.assertion("AudienceRestriction"))
            etree.SubElement(restriction, names.assertion("Audience")).text = str(facts["audience"])
        statement = etree.SubElement(assertion, names.assertion("AuthnStatement"))
        _set(statement, facts, AuthnInstant="authenticated", SessionIndex="session")
        _set(statement, facts, SessionNotOnOrAfter="session_ends")
        context = etree.SubElement(statement, names.assertion("AuthnContext"))
        if facts.get("context") is not None:
            reference = etree.SubElement(context, names.assertion("AuthnContextClassRef"))
            reference.text = str(facts["context"])
        self._attributes(assertion)
        return root

    def _facts(self, asked: Asked, now: datetime) -> dict[str, object]:
        soon = written(now + timedelta(minutes=5))
        honest: dict[str, object] = {
            "response_id": f"_r-{asked.id[1:9]}",
            "assertion_id": f"_a-{asked.id[1:9]}",
            "version": "2.0",
            "issued": written(now),
            "response_to": asked.id,
            "subject_to": asked.id,
            "destination": asked.callback,
            "recipient": asked.callback,
            "audience": asked.issuer,
            "issuer": self.entity_id,
            "response_issuer": self.entity_id,
            "status": names.SUCCESS,
            "begins": written(now - timedelta(seconds=5)),
            "ends": soon,
            "confirmed_until": soon,
            "method": names.BEARER,
            "authenticated": written(now),
            "session": "session-1",
            "context": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        }
        return {name: value for name, value in {**honest, **self.changes}.items() if value is not REMOVED}

    def _subject(self, assertion: Element, facts: Mapping[str, object]) -> None:
        subject = etree.SubElement(assertion, names.assertion("Subject"))
        name = etree.SubElement(subject, names.assertion("NameID"))
        name.text = self.name_id
        if self.name_id_format:
            name.set("Format", self.name_id_format)
        _set(name, facts, NameQualifier="name_qualifier", SPNameQualifier="sp_name_qualifier")
        confirmation = etree.SubElement(subject, names.assertion("SubjectConfirmation"))
        _set(confirmation, facts, Method="method")
        data = etree.SubElement(confirmation, names.assertion("SubjectConfirmationData"))
        _set(data, facts, InResponseTo="subject_to", Recipient="recipient", NotOnOrAfter="confirmed_until")

    def _attributes(self, assertion: Element) -> None:
        statement = etree.SubElement(assertion, names.assertion("AttributeStatement"))
        for name, values in self.attributes.items():
            attribute = etree.SubElement(statement, names.assertion("Attribute"), Name=name)
            for value in values:
                element = etree.SubElement(attribute, names.assertion("AttributeValue"))
                element.set(XSI_TYPE, "xs:string")
                element.text = value


def _set(element: Element, facts: Mapping[str, object], **wanted: str) -> None:
    for attribute, fact in wanted.items():
        if facts.get(fact) is not None:
            element.set(attribute, str(facts[fact]))


def _issuer(element: Element, issuer: object) -> None:
    etree.SubElement(element, names.assertion("Issuer")).text = str(issuer)


def form(response: bytes, relay_state: str) -> dict[str, str]:
    """A response as the browser posts it."""
    return {"SAMLResponse": base64.b64encode(response).decode(), "RelayState": relay_state}


def run_sign_in(fake: FakeSamlProvider, settings: Saml | None = None) -> Arrival:
    """One sign-in."""
    return asyncio.run(fake.sign_in(fake.provider(settings)))


def with_own_key(settings: Saml, pair: KeyPair) -> Saml:
    """The same, with a key of Doorward's own."""
    return replace(settings, private_key=pair.key, certificate=pair.certificate)
