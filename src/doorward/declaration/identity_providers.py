"""The section ``identity_providers``: local accounts and OpenID Connect providers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from doorward.declaration import addresses, values
from doorward.declaration.declared import (
    DeclaredAccount,
    DeclaredAccounts,
    DeclaredIdentityProvider,
    DeclaredOpenIdConnect,
)
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import file_text, only_one, secret
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId

COMMON_FIELDS = ("id", "name", "type")
LOCAL_FIELDS = ("accounts",)
PASSWORD_FIELDS = ("password", "password_file", "password_env")
ACCOUNT_FIELDS = (
    "email",
    "name",
    "groups",
    "disabled",
    *PASSWORD_FIELDS,
    "password_hash",
)
OIDC_FIELDS = (
    "issuer",
    "client_id",
    "client_secret",
    "client_secret_file",
    "client_secret_env",
    "scopes",
    "email_claim",
    "groups_claim",
    "require_verified_email",
    "ca",
    "ca_file",
)

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024

_DEFAULT = OpenIdConnect(issuer="", client_id="")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 section 3.3


def identity_provider(at: At) -> DeclaredIdentityProvider:
    """One identity provider of the file."""
    kind = _kind(at)
    fields = at.fields(COMMON_FIELDS + _ALLOWED[kind])
    return DeclaredIdentityProvider(
        id=IdentityProviderId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        settings=_READ[kind](fields),
    )


def _kind(at: At) -> str:
    """The type, which must be known before the other fields can be judged."""
    fields = Fields(at, at.mapping())
    if "type" not in fields:
        raise Invalid(fields.path("type"), f"is missing: give one of {', '.join(TYPES)}")
    value = At(fields.entries["type"], fields.path("type"), at.reading)
    return values.one_of(value, {name: name for name in TYPES}, noun="a type of identity provider")


def _local(fields: Fields) -> DeclaredAccounts:
    return DeclaredAccounts(accounts=fields.required("accounts", _accounts, instead=()))


def _accounts(at: At) -> tuple[DeclaredAccount, ...]:
    return at.items(_account, unique={"email": lambda account: account.email})


def _account(at: At) -> DeclaredAccount:
    fields = at.fields(ACCOUNT_FIELDS)
    return DeclaredAccount(
        email=fields.required("email", values.email, instead=""),
        name=fields.optional("name", values.display_name, ""),
        groups=fields.optional("groups", values.words, frozenset()),
        password=_password(fields),
        password_hash=fields.optional("password_hash", values.password_hash, None),
        disabled=fields.optional("disabled", values.switch, default=False),
    )


def _password(fields: Fields) -> str | None:
    password = secret(fields, "password", "password_hash")
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        name = next(name for name in PASSWORD_FIELDS if name in fields)
        problem = f"must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        fields.at.reading.note(Invalid(fields.path(name), problem))
    return password


def _oidc(fields: Fields) -> DeclaredOpenIdConnect:
    settings = OpenIdConnect(
        issuer=fields.required("issuer", addresses.issuer, instead=""),
        client_id=fields.required("client_id", values.word, instead=""),
        scopes=fields.optional("scopes", _scopes, _DEFAULT.scopes),
        email_claim=fields.optional("email_claim", values.word, _DEFAULT.email_claim),
        groups_claim=fields.optional("groups_claim", values.word, _DEFAULT.groups_claim),
        require_verified_email=fields.optional("require_verified_email", values.switch, default=True),
        ca=ca(fields),
    )
    return DeclaredOpenIdConnect(settings=settings, client_secret=secret(fields, "client_secret"))


def _scopes(at: At) -> tuple[str, ...]:
    scopes = at.items(_scope)
    if "openid" not in scopes:
        raise at.wrong("lacks openid, without which there is no sign-in: add it")
    return tuple(dict.fromkeys(scopes))


def _scope(at: At) -> str:
    text = at.text()
    if not _SCOPE.fullmatch(text):
        raise at.wrong("is not a scope: write one word an item")
    return text


def ca(fields: Fields) -> str:
    """Certificates to trust, given as ``ca`` or as ``ca_file``; empty for the system's."""
    if only_one(fields, ("ca", "ca_file")) == "ca_file":
        return fields.optional("ca_file", _certificates_of_file, "")
    return fields.optional("ca", values.certificates, "")


def _certificates_of_file(at: At) -> str:
    return values.checked_certificates(at, file_text(at))


_READ: Mapping[str, Callable[[Fields], DeclaredAccounts | DeclaredOpenIdConnect]] = MappingProxyType(
    {"local": _local, "oidc": _oidc}
)
_ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType({"local": LOCAL_FIELDS, "oidc": OIDC_FIELDS})
TYPES = tuple(_READ)
