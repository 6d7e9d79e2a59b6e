"""Whose assertion it is: from what is checked to an Identity.

Rule: a person is known by the NameID together with its kind (and qualifiers, where they are not the usual
ones): the same text of another kind may be somebody else. So that this name means the same person next
time, a transient NameID, which is another one at every sign-in, is refused, whatever attributes there are:
an address can change hands and does not take its place.
Rule: attributes that cannot be read refuse the sign-in. Leaving them out would let a person past every
rule that excludes a group.
"""

from __future__ import annotations

from urllib.parse import quote

from doorward.identity.oidc.plain import plain
from doorward.identity.saml import names
from doorward.identity.saml.attributes import Attributes
from doorward.identity.saml.broken import broken
from doorward.identity.saml.response import TrustedAssertion
from doorward.identity.saml.xml import Element, children, text_of
from doorward.model.access import Identity, canonical_email
from doorward.model.errors import Invalid, SignInRefused
from doorward.model.identity_provider import Saml
from doorward.model.ids import IdentityProviderId

LONGEST_SUBJECT = 255
_ENTITY = "Send a persistent NameID or an email address."


def name_id(assertion: TrustedAssertion) -> Element:
    """The NameID. Raises SignInRefused when there is none, or an encrypted one."""
    (subject,) = children(assertion, names.assertion("Subject"))
    found = children(subject, names.assertion("NameID"))
    if len(found) != 1 or not text_of(found[0]):
        raise broken("it does not say who signed in (NameID)", administrator=_ENTITY)
    return found[0]


def format_of(name: Element) -> str:
    """Its kind (Core section 2.2.2)."""
    return name.get("Format") or names.UNSPECIFIED


def read_subject(name: Element, *, issuer: str, callback: str) -> str:
    """By what the person is known here.

    Raises:
        SignInRefused: it would not be the same next time, or is no line of text that fits.
    """
    kind = format_of(name)
    if kind == names.TRANSIENT:
        raise SignInRefused(
            "The identity provider calls you by another name at every sign-in (a transient NameID), "
            "so Doorward could not know you again.",
            advice="Tell an administrator what stands here.",
            administrator="Have the provider send a persistent NameID (best) or an email address.",
        )
    # What stands there when left out (Core section 8.3.7) says nothing more.
    qualifiers = [
        quote(value, safe="")
        for value, usual in ((name.get("NameQualifier"), issuer), (name.get("SPNameQualifier"), callback))
        if value and value != usual
    ]
    subject = "!".join([kind.rpartition(":")[2], *qualifiers, text_of(name)])
    if not subject.isprintable() or len(subject) > LONGEST_SUBJECT:
        raise broken(f"its NameID is not one line of at most {LONGEST_SUBJECT} characters")
    return subject


def read_person(
    provider: IdentityProviderId,
    settings: Saml,
    name: Element,
    attributes: Attributes,
    *,
    subject: str,
) -> Identity:
    """The person.

    Raises:
        SignInRefused: no usable address, or unreadable groups, roles or claims.
    """
    if any(attributes.has(each) for each in names.OVERAGE_ATTRIBUTES):
        raise SignInRefused(
            "You are in more groups than the identity provider puts into an assertion.",
            administrator="Have the provider send only the groups that are assigned to this application.",
        )
    _, upns = attributes.first_of(names.UPN_ATTRIBUTES)
    return Identity(
        identity_provider=provider,
        subject=subject,
        email=_email(settings, name, attributes),
        name=_name(settings, attributes),
        upn=upns[0].lower() if len(upns) == 1 else "",
        groups=frozenset(attributes.values(settings.groups_attribute))
        if settings.groups_attribute
        else frozenset(),
        roles=frozenset(attributes.values(settings.roles_attribute))
        if settings.roles_attribute
        else frozenset(),
        claims=frozenset((claim, value) for claim in settings.claims for value in attributes.values(claim)),
    )


def _email(settings: Saml, name: Element, attributes: Attributes) -> str:
    where, found = _addresses(settings, name, attributes)
    if not found:
        raise SignInRefused(
            f"The identity provider did not say your email address ({where}).",
            administrator="Have the provider send it as an attribute and name that in email_attribute, or "
            "as a NameID of the kind emailAddress.",
        )
    if len(found) > 1:
        raise SignInRefused(
            f"The identity provider gave several email addresses ({where}), and Doorward does not choose.",
            administrator="Have it send one, or name another attribute in email_attribute.",
        )
    try:
        return canonical_email(found[0], field=where)
    except Invalid:
        raise SignInRefused(
            f"What the identity provider gave as your email address ({where}) is none.",
            administrator="Name another attribute in email_attribute, or mend the mapping at the provider.",
        ) from None


def _addresses(settings: Saml, name: Element, attributes: Attributes) -> tuple[str, list[str]]:
    """Where the address stands, and what stands there. A named attribute is the only place."""
    if settings.email_attribute:
        return settings.email_attribute, list(attributes.values(settings.email_attribute))
    if format_of(name) == names.EMAIL_ADDRESS:
        return "NameID", [text_of(name)]
    where, found = attributes.first_of(names.EMAIL_ATTRIBUTES)
    return where or "NameID", list(found)


def _name(settings: Saml, attributes: Attributes) -> str:
    if settings.name_attribute:
        return plain(" ".join(attributes.values(settings.name_attribute)))
    _, found = attributes.first_of(names.NAME_ATTRIBUTES)
    return plain(found[0]) if found else ""
