"""Type ``oidc``: any OpenID Connect provider with discovery."""

from __future__ import annotations

import re
from dataclasses import replace

from doorward.declaration import addresses, durations, values
from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import ca, given_secrets
from doorward.model.identity_provider import OpenIdConnect

FIELDS = (
    "issuer",
    "client_id",
    "client_secret",
    "client_secret_file",
    "client_secret_env",
    "scopes",
    "email_claim",
    "groups_claim",
    "roles_claim",
    "claims",
    "require_verified_email",
    "prompt",
    "recheck_every",
    "ca",
    "ca_file",
)
PROMPTS = ("login", "select_account", "consent")

_DEFAULT = OpenIdConnect(issuer="", client_id="")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 section 3.3


def read(fields: Fields) -> DeclaredSettings:
    """The fields of a provider of type ``oidc``."""
    issuer = fields.required("issuer", addresses.issuer, instead="")
    return read_over(fields, replace(_DEFAULT, issuer=issuer))


def read_over(fields: Fields, over: OpenIdConnect) -> DeclaredSettings:
    """The fields of every OpenID Connect provider, ``issuer`` aside. What is left out is as in ``over``."""
    secrets, unsaid = given_secrets(fields, "client_secret")
    settings = replace(
        over,
        client_id=fields.required("client_id", values.word, instead=""),
        scopes=fields.optional("scopes", scopes, over.scopes),
        email_claim=fields.optional("email_claim", values.word, over.email_claim),
        groups_claim=fields.optional("groups_claim", values.word, over.groups_claim),
        roles_claim=fields.optional("roles_claim", values.word, over.roles_claim),
        claims=fields.optional("claims", values.ordered_words, over.claims),
        require_verified_email=fields.optional(
            "require_verified_email", values.switch, over.require_verified_email
        ),
        prompt=fields.optional("prompt", prompt, over.prompt),
        recheck_every=fields.optional("recheck_every", durations.interval, over.recheck_every),
        ca=ca(fields),
        **secrets,
    )
    return DeclaredSettings(
        settings=settings, unsaid=unsaid, bound_to=("issuer", "client_id"), needed=("client_secret",)
    )


def prompt(at: At) -> str:
    """What a person is asked at the provider (OpenID Connect Core section 3.1.2.1)."""
    return values.one_of(at, {name: name for name in PROMPTS}, noun="a prompt")


def scopes(at: At) -> tuple[str, ...]:
    """Scopes of an OpenID Connect request, ``openid`` among them."""
    found = at.items(_scope)
    if "openid" not in found:
        raise at.wrong("lacks openid, without which there is no sign-in: add it")
    return tuple(dict.fromkeys(found))


def _scope(at: At) -> str:
    text = at.text()
    if not _SCOPE.fullmatch(text):
        raise at.wrong("is not a scope: write one word an item")
    return text
