"""The section ``service_tokens``, and the setting ``unused_service_tokens``."""

from __future__ import annotations

import re
from datetime import datetime
from hashlib import sha256

from doorward.declaration import durations, values
from doorward.declaration.declared import DeclaredServiceToken, DeclaredUnused
from doorward.declaration.nodes import TextNode
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import secret
from doorward.model.credential_secret import SERVICE_TOKEN_PREFIX, is_damaged
from doorward.model.errors import Invalid
from doorward.model.ids import ServiceTokenId
from doorward.model.service_token import SHORTEST_UNUSED, CleanUp, UnusedServiceTokens

SECRET_FIELDS = ("secret", "secret_file", "secret_env")
PREVIOUS_FIELDS = ("previous_secret", "previous_secret_file", "previous_secret_env", "previous_secret_hash")
SERVICE_TOKEN_FIELDS = (
    *("id", "name", "client_id", "expires", "disabled", *SECRET_FIELDS, "secret_hash"),
    *(*PREVIOUS_FIELDS, "previous_until"),
)
UNUSED_FIELDS = ("after", "action")

SHORTEST_SECRET = 32
LONGEST_SECRET = 1024

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def service_token(at: At) -> DeclaredServiceToken:
    """One service token of the file."""
    fields = at.fields(SERVICE_TOKEN_FIELDS)
    previous, until = _previous(fields)
    return DeclaredServiceToken(
        id=ServiceTokenId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        client_id=fields.optional("client_id", _client_id, None),
        secret_hash=_secret_hash(fields, "secret"),
        expires=fields.optional("expires", values.instant, None),
        disabled=fields.optional("disabled", values.switch, default=False),
        previous_secret_hash=previous,
        previous_until=until,
    )


def _client_id(at: At) -> str:
    text = at.text()
    if not _CLIENT_ID.fullmatch(text):
        raise at.wrong("is not a client id: use 1-128 letters, digits, dots, hyphens and underscores")
    return text


def unused_service_tokens(at: At) -> DeclaredUnused:
    """``off``, or after how long without a use which of two things happens."""
    if isinstance(at.node, TextNode):
        if at.text() != "off":
            raise at.wrong("is neither off nor a mapping: write {after: 90d, action: disable}")
        return DeclaredUnused(None)
    fields = at.fields(UNUSED_FIELDS)
    return DeclaredUnused(
        UnusedServiceTokens(
            after=fields.required("after", durations.unused, instead=SHORTEST_UNUSED),
            action=fields.optional("action", _action, CleanUp.DISABLE),
        )
    )


def _action(at: At) -> CleanUp:
    return values.one_of(at, {action.value: action for action in CleanUp}, noun="action")


def _previous(fields: Fields) -> tuple[str | None, datetime | None]:
    """The hash of the previous secret, and until when it works: both, or neither."""
    given = [name for name in PREVIOUS_FIELDS if name in fields]
    until = fields.optional("previous_until", values.instant, None)
    if bool(given) != ("previous_until" in fields):
        name, other = (given[0], "previous_until") if given else ("previous_until", "previous_secret")
        fields.at.reading.note(Invalid(fields.path(name), f"needs {other} beside it: give both, or neither"))
    return _secret_hash(fields, "previous_secret"), until


def _secret_hash(fields: Fields, field: str) -> str | None:
    """The hash that is given, or that of the secret that is given: the secret itself ends here."""
    given = secret(fields, field, f"{field}_hash")
    if given is None:
        return fields.optional(f"{field}_hash", values.sha256_hash, None)
    name = next(name for name in (field, f"{field}_file", f"{field}_env") if name in fields)
    if not (SHORTEST_SECRET <= len(given) <= LONGEST_SECRET and given.isascii() and given.isprintable()):
        problem = f"must be {SHORTEST_SECRET} to {LONGEST_SECRET} visible ASCII characters, made at random"
        fields.at.reading.note(Invalid(fields.path(name), problem))
    elif is_damaged(given, SERVICE_TOKEN_PREFIX):
        problem = f"begins with {SERVICE_TOKEN_PREFIX} and is not whole: a character is wrong or missing"
        fields.at.reading.note(Invalid(fields.path(name), problem))
    return sha256(given.encode()).hexdigest()
