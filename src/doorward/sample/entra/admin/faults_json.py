"""Faults as JSON, and back: what is sent is checked, and what is not sent stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType

from doorward.sample.entra.admin.actions import Unusable
from doorward.sample.entra.faults import Faults, IdTokenFault, Jwks, Refusal


def as_json(faults: Faults) -> dict[str, object]:
    """Every member by its name."""
    return asdict(faults)


def change(faults: Faults, changes: object) -> None:
    """Set the members in ``changes``, all of them or none. Raises Unusable."""
    if not isinstance(changes, Mapping):
        raise Unusable("Send a JSON object of faults.")
    read: dict[str, object] = {}
    for name, value in changes.items():
        if name not in _READERS:
            raise Unusable(f"There is no fault '{name}'. Known are: {', '.join(_READERS)}.")
        try:
            read[name] = _READERS[name](value)
        except (TypeError, ValueError) as error:
            raise Unusable(f"The fault '{name}' cannot be {value!r}: {error}.") from error
    for name, value in read.items():
        setattr(faults, name, value)


def clear(faults: Faults) -> None:
    """Nothing is wrong any more, and nobody signs in by themselves."""
    for field in fields(Faults):
        setattr(faults, field.name, getattr(Faults(), field.name))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("it must be a text")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("it must be a number of seconds")
    return float(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it must be true or false")
    return value


def _members(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("it must be an object")
    return dict(value)


def _refusals(value: object) -> list[Refusal]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise TypeError("it must be a list of objects")
    return [Refusal(**one) for one in value]


def _id_token(value: object) -> IdTokenFault | None:
    return None if value is None else IdTokenFault(_text(value))


_READERS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        "auto_sign_in": _truth,
        "default_user": _text,
        "refusals_return": _truth,
        "latency": _number,
        "hang": _text,
        "truncate": _text,
        "refusals": _refusals,
        "clock_skew": _number,
        "id_token": _id_token,
        "claims": _members,
        "jwks": lambda value: Jwks(_text(value)),
        "metadata": _members,
        "next_link_host": _text,
        "delta_gone": _truth,
        "userinfo": _members,
    }
)
