"""Rules as a JSON value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.model.ids import IdentityProviderId
from doorward.model.rule import Rules, Selector


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """``{"include": [...], "require": [...], "exclude": [...]}``, always with all three."""
    return {
        "include": _selectors_to_json(rules.include),
        "require": _selectors_to_json(rules.require),
        "exclude": _selectors_to_json(rules.exclude),
    }


def rules_from_json(value: Mapping[str, Any]) -> Rules:
    """Raises KeyError when a part is missing: a lost ``exclude`` must not widen access."""
    return Rules(
        include=_selectors_from_json(value["include"]),
        require=_selectors_from_json(value["require"]),
        exclude=_selectors_from_json(value["exclude"]),
    )


def _selectors_to_json(selectors: Sequence[Selector]) -> list[dict[str, Any]]:
    return [{"kind": s.kind, "value": s.value, "identity_provider": s.identity_provider} for s in selectors]


def _selectors_from_json(values: Sequence[Mapping[str, Any]]) -> tuple[Selector, ...]:
    return tuple(Selector(v["kind"], v["value"], _provider(v["identity_provider"])) for v in values)


def _provider(value: str | None) -> IdentityProviderId | None:
    return None if value is None else IdentityProviderId(value)
