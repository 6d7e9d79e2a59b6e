"""Types ``saml`` and those over it: any SAML 2.0 identity provider.

Rule: whether metadata means something is for ``identity.saml`` to say, which reads XML; here it is only
seen that it is some.
"""

from __future__ import annotations

from collections.abc import Callable

from doorward.declaration import addresses, values
from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import file_text, only_one, pem_certificates, pem_secret
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Saml

FIELDS = (
    "metadata",
    "metadata_file",
    "entity_id",
    "sign_in_url",
    "certificates",
    "certificates_file",
    "sign_requests",
    "private_key",
    "private_key_file",
    "certificate",
    "certificate_file",
    "email_attribute",
    "name_attribute",
    "groups_attribute",
    "roles_attribute",
    "claims",
    "force_authentication",
)
JUMPCLOUD_FIELDS = tuple(name for name in FIELDS if name != "groups_attribute")

LARGEST_METADATA = 1024 * 1024
LONGEST_ENTITY_ID = 1024  # SAML 2.0 Core section 8.3.6

_DEFAULT = Saml()


def read(fields: Fields) -> DeclaredSettings:
    """The fields of a provider of type ``saml``."""
    return _read(fields, preset="")


def read_jumpcloud(fields: Fields) -> DeclaredSettings:
    """The fields of a provider of type ``jumpcloud``, whose groups come as ``groups`` and nothing else."""
    return _read(fields, preset="jumpcloud")


def _read(fields: Fields, *, preset: str) -> DeclaredSettings:
    key = pem_secret(fields, "private_key")
    settings = Saml(
        metadata=_metadata(fields),
        entity_id=_described(fields, "entity_id", _entity_id),
        sign_in_url=_described(fields, "sign_in_url", addresses.endpoint),
        certificates=_certificates(fields),
        sign_requests=fields.optional("sign_requests", values.switch, default=False),
        private_key=key or "",
        certificate=pem_certificates(fields, "certificate"),
        email_attribute=fields.optional("email_attribute", values.word, ""),
        name_attribute=fields.optional("name_attribute", values.word, ""),
        groups_attribute=fields.optional("groups_attribute", values.word, _DEFAULT.groups_attribute),
        roles_attribute=fields.optional("roles_attribute", values.word, ""),
        claims=fields.optional("claims", values.ordered_words, ()),
        force_authentication=fields.optional("force_authentication", values.switch, default=False),
        preset=preset,
    )
    return DeclaredSettings(
        settings=settings,
        unsaid=frozenset({"private_key"}) if key is None else frozenset(),
        bound_to=("certificate",),
    )


def _metadata(fields: Fields) -> str:
    if only_one(fields, ("metadata", "metadata_file")) == "metadata_file":
        return fields.optional("metadata_file", _metadata_of_file, "")
    return fields.optional("metadata", _metadata_text, "")


def _metadata_text(at: At) -> str:
    return _checked_metadata(at, at.text())


def _metadata_of_file(at: At) -> str:
    return _checked_metadata(at, file_text(at))


def _checked_metadata(at: At, text: str) -> str:
    text = text.lstrip("\ufeff").strip() + "\n"
    if not text.startswith("<") or "EntityDescriptor" not in text:
        raise at.wrong("is not SAML metadata: give the XML document that the provider offers for download")
    if len(text.encode()) > LARGEST_METADATA:
        raise at.wrong(f"has more than {LARGEST_METADATA} bytes: give the part about this one provider")
    return text


def _described(fields: Fields, name: str, read: Callable[[At], str]) -> str:
    """A field that metadata can say instead."""
    if name in fields or "metadata" in fields or "metadata_file" in fields:
        return fields.optional(name, read, "")
    fields.at.reading.note(Invalid(fields.path(name), "is missing: give it, or metadata, or metadata_file"))
    return ""


def _certificates(fields: Fields) -> str:
    if "certificates_file" in fields or "certificates" in fields:
        return pem_certificates(fields, "certificates")
    return _described(fields, "certificates", values.certificates)


def _entity_id(at: At) -> str:
    text = at.text()
    if not text.isprintable() or text != text.strip() or len(text) > LONGEST_ENTITY_ID:
        raise at.wrong(
            f"must be one line of at most {LONGEST_ENTITY_ID} characters without blanks at its ends"
        )
    return text
