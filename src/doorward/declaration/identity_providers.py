"""The section ``identity_providers``: what all of them have; the rest is in ``providers``."""

from __future__ import annotations

import hashlib

from doorward.declaration import values
from doorward.declaration.declared import DeclaredIdentityProvider
from doorward.declaration.providers import TYPES
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import secret
from doorward.model.errors import Invalid
from doorward.model.ids import IdentityProviderId

COMMON_FIELDS = ("id", "name", "type")
SCIM_FIELDS = ("scim_token", "scim_token_file", "scim_token_env", "scim_token_hash")
SHORTEST_SCIM_TOKEN = 24


def identity_provider(at: At) -> DeclaredIdentityProvider:
    """One identity provider of the file."""
    kind = _kind(at)
    scim = () if kind == "local" else SCIM_FIELDS
    fields = at.fields((*COMMON_FIELDS, *TYPES[kind].fields, *TYPES[kind].shared, *scim))
    return DeclaredIdentityProvider(
        id=IdentityProviderId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        settings=TYPES[kind].read(fields),
        scim_token_hash=_scim_token_hash(fields) if scim else "",
    )


def _kind(at: At) -> str:
    """The type, which must be known before the other fields can be judged."""
    fields = Fields(at, at.mapping())
    if "type" not in fields:
        raise Invalid(fields.path("type"), f"is missing: give one of {', '.join(TYPES)}")
    value = At(fields.entries["type"], fields.path("type"), at.reading)
    return values.one_of(value, {name: name for name in TYPES}, noun="a type of identity provider")


def _scim_token_hash(fields: Fields) -> str | None:
    token = secret(fields, "scim_token", "scim_token_hash")
    if token is None:
        return fields.optional("scim_token_hash", values.sha256_hash, None)
    if token and len(token) < SHORTEST_SCIM_TOKEN:
        name = next(name for name in SCIM_FIELDS if name in fields)
        problem = f"must have at least {SHORTEST_SCIM_TOKEN} characters: it is the whole protection of SCIM"
        fields.at.reading.note(Invalid(fields.path(name), problem))
    return hashlib.sha256(token.encode()).hexdigest() if token else ""
