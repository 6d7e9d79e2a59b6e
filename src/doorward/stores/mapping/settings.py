"""Settings of an identity provider as JSON values: what anybody may read, and the secrets apart.

Both directions follow from the dataclass, so that a new type of provider, or a new field with a
default, needs nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from doorward.model.identity_provider import TYPES, Settings, secret_fields

KINDS: Mapping[str, type[Settings]] = MappingProxyType({name: kind for kind, name in TYPES.items()})

APART = frozenset({"accounts"})
"""Fields that have a table of their own."""


def kind_of(settings: Settings) -> str:
    """The name of its class in the database."""
    return TYPES[type(settings)]


def to_json(settings: Settings) -> tuple[dict[str, Any], str]:
    """The open fields as a JSON value, and the secret ones as a JSON text."""
    everything = _ADAPTERS[type(settings)].dump_python(settings, mode="json")
    hidden = secret_fields(settings)
    secrets = {name: everything[name] for name in hidden}
    shown = {name: value for name, value in everything.items() if name not in {*hidden, *APART}}
    return shown, json.dumps(secrets, sort_keys=True)


def from_json(kind: str, shown: Mapping[str, Any], secrets: str) -> Settings:
    """The settings. Fields that the row does not have yet get their defaults.

    Raises ValueError for what this version does not know.
    """
    if kind not in KINDS:
        raise ValueError(f"the kind of identity provider {kind!r} is not known")
    try:
        return _ADAPTERS[KINDS[kind]].validate_python({**shown, **json.loads(secrets or "{}")})
    except ValidationError as error:
        # Not pydantic's own words: they quote the values, and some of those are secrets.
        where = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False))
        raise ValueError(f"settings of kind {kind!r} are not as they should be: {where}") from None


_ADAPTERS: Mapping[type[Settings], TypeAdapter[Settings]] = MappingProxyType(
    {settings: TypeAdapter(settings) for settings in KINDS.values()}
)
