"""A provider's settings as fields of an access file: what has its default is left out."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from doorward.declaration.durations import written_duration
from doorward.model.identity_provider import TYPES, OpenIdConnect, Settings, is_secret, type_of
from doorward.model.presets import PRESETS

Written = str | bool | list["Written"] | dict[str, "Written"]

SECRET_FIELDS: frozenset[str] = frozenset(
    declared.name for settings in TYPES for declared in fields(settings) if is_secret(declared)
)


ALWAYS = frozenset({"client_secret"})
"""Written even where it is empty: left out, it would mean "as before"."""


def add(written: dict[str, Written], name: str, value: Written, *, default: Written = "") -> None:
    """Write the field unless it holds its default."""
    if value != default:
        written[name] = value


def written_settings(settings: Settings) -> dict[str, Written]:
    """``type`` and the fields that differ from what they are when left out."""
    written: dict[str, Written] = {"type": type_of(settings)}
    default = _default_of_preset(settings)
    for declared in fields(settings):
        value = getattr(settings, declared.name)
        left_out = getattr(default, declared.name) if default else _default(declared)
        if declared.name != "preset" and (value != left_out or declared.name in ALWAYS):
            written[declared.name] = _value(value)
    return written


def _default_of_preset(settings: Settings) -> Settings | None:
    """What counts for a well-known service where a file says nothing."""
    if isinstance(settings, OpenIdConnect) and settings.preset in PRESETS:
        return PRESETS[settings.preset].settings
    return None


def _default(declared: Field[Any]) -> object:
    if declared.default_factory is not MISSING:
        return declared.default_factory()
    return declared.default


def _value(value: object) -> Written:
    if isinstance(value, bool):
        return value
    if isinstance(value, timedelta):
        return written_duration(value) if value else "off"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple | list):
        return [_value(item) for item in value]
    if isinstance(value, frozenset):
        return [_value(item) for item in sorted(value)]
    if is_dataclass(value) and not isinstance(value, type):
        inner = {d.name: getattr(value, d.name) for d in fields(value)}
        return {name: _value(item) for name, item in inner.items() if item not in (None, "")}
    return str(value)
