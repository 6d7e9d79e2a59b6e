"""Types over ``oidc``: well-known services, whose issuer is made of what people know of them.

Rule: a file gives either those parts or ``issuer``; an export writes ``issuer``. What is left out is the
preset's (``model.presets``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from doorward.declaration import addresses, values
from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.providers import oidc
from doorward.declaration.providers.kind import ProviderType
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import given_secrets, json_secret
from doorward.model.errors import Invalid
from doorward.model.presets import PRESETS, IssuerPart, Preset, Shape

SHARED = tuple(name for name in oidc.FIELDS if name != "issuer")
GROUPS_TOKEN = ("groups_token", "groups_token_file", "groups_token_env")
OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "okta": (*GROUPS_TOKEN, "api_url"),
        "google": ("hosted_domain", *GROUPS_TOKEN, "groups_administrator", "api_url"),
    }
)
"""Fields that one service has beside its parts and what all have."""

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


def _read(preset: Preset, fields: Fields) -> DeclaredSettings:
    over = replace(preset.settings, issuer=_issuer(preset, fields))
    read = oidc.read_over(fields, over)
    if preset.settings.preset not in OWN:
        return read
    more, unsaid = _own(preset.settings.preset, fields)
    return replace(
        read,
        settings=replace(read.settings, **more),
        unsaid=read.unsaid | unsaid,
        # The token for groups must not be sent to another API either.
        bound_to=(*read.bound_to, "api_url"),
    )


def _own(name: str, fields: Fields) -> tuple[dict[str, Any], frozenset[str]]:
    """The values of the fields ``OWN``, and the secrets that are left out."""
    api_url = fields.optional("api_url", addresses.issuer, "")
    if name == "okta":
        secrets, unsaid = given_secrets(fields, "groups_token")
        return {"api_url": api_url, **secrets}, unsaid
    account = json_secret(fields, "groups_token", _service_account)
    more = {
        "api_url": api_url,
        "hosted_domain": fields.optional("hosted_domain", addresses.hostname, ""),
        "groups_administrator": fields.optional("groups_administrator", values.email, ""),
    }
    if account:
        for needed in ("hosted_domain", "groups_administrator"):
            if needed not in fields:
                fields.at.reading.note(Invalid(fields.path(needed), "is missing: groups_token needs it"))
    if account is None:
        return more, frozenset({"groups_token"})
    return {**more, "groups_token": account}, frozenset()


def _issuer(preset: Preset, fields: Fields) -> str:
    parts = [part for part in preset.parts if part.name in fields]
    if "issuer" in fields:
        for part in parts:
            problem = "stands beside issuer: give the one or the other"
            fields.at.reading.note(Invalid(fields.path(part.name), problem))
        return fields.optional("issuer", addresses.issuer, "")
    return preset.issuer_of({part.name: _part(part, fields) for part in preset.parts})


def _part(part: IssuerPart, fields: Fields) -> str:
    if part.default is None and part.name not in fields:
        fields.at.reading.note(Invalid(fields.path(part.name), "is missing: give it, or issuer"))
    if part.choices:
        choices = {choice: choice for choice in part.choices}
        return fields.optional(part.name, lambda at: values.one_of(at, choices, noun=f"a {part.name}"), "")
    return fields.optional(part.name, SHAPES[part.shape], part.default or "")


def _name(at: At) -> str:
    text = at.text()
    if not _NAME.fullmatch(text):
        raise at.wrong(f"{text[:60]!r} is not a name as it stands in an address: letters, digits, . _ and -")
    return text


def _url(at: At) -> str:
    return addresses.issuer(at).removesuffix("/")


SHAPES: Mapping[Shape, Callable[[At], str]] = MappingProxyType(
    {Shape.HOST: addresses.hostname, Shape.URL: _url, Shape.NAME: _name}
)


def _service_account(at: At, text: str) -> str:
    """A service account's key, on one line. Whether its private key is one is the adapter's to see."""
    problem = at.wrong(
        "is not a service account's key: give the JSON file that Google made, with private_key"
    )
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise problem from None
    needed = ("client_email", "private_key", "token_uri")
    if not isinstance(document, dict) or not all(isinstance(document.get(name), str) for name in needed):
        raise problem
    return json.dumps(document, separators=(",", ":"), sort_keys=True)


TYPES: Mapping[str, ProviderType] = MappingProxyType(
    {
        name: ProviderType(
            (*(part.name for part in preset.parts), "issuer", *OWN.get(name, ())),
            partial(_read, preset),
            shared=SHARED,
        )
        for name, preset in PRESETS.items()
    }
)
"""One type for each preset."""
