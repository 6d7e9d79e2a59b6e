"""The section ``service_tokens``."""

from __future__ import annotations

import re
from hashlib import sha256

from doorward.declaration import values
from doorward.declaration.declared import DeclaredServiceToken
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import secret
from doorward.model.errors import Invalid
from doorward.model.ids import ServiceTokenId

SECRET_FIELDS = ("secret", "secret_file", "secret_env")
SERVICE_TOKEN_FIELDS = ("id", "name", "client_id", "expires", *SECRET_FIELDS, "secret_hash")

SHORTEST_SECRET = 32
LONGEST_SECRET = 1024

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def service_token(at: At) -> DeclaredServiceToken:
    """One service token of the file."""
    fields = at.fields(SERVICE_TOKEN_FIELDS)
    return DeclaredServiceToken(
        id=ServiceTokenId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        client_id=fields.optional("client_id", _client_id, None),
        secret_hash=_secret_hash(fields),
        expires=fields.optional("expires", values.instant, None),
    )


def _client_id(at: At) -> str:
    text = at.text()
    if not _CLIENT_ID.fullmatch(text):
        raise at.wrong("is not a client id: use 1-128 letters, digits, dots, hyphens and underscores")
    return text


def _secret_hash(fields: Fields) -> str | None:
    """The hash that is given, or that of the secret that is given: the secret itself ends here."""
    given = secret(fields, "secret", "secret_hash")
    if given is None:
        return fields.optional("secret_hash", values.sha256_hash, None)
    if not (SHORTEST_SECRET <= len(given) <= LONGEST_SECRET and given.isascii() and given.isprintable()):
        name = next(name for name in SECRET_FIELDS if name in fields)
        problem = f"must be {SHORTEST_SECRET} to {LONGEST_SECRET} visible ASCII characters, made at random"
        fields.at.reading.note(Invalid(fields.path(name), problem))
    return sha256(given.encode()).hexdigest()
