"""What a request wants to see: which things, which part of the list, which attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from doorward.model.directory import Attribute, Criterion, Part
from doorward.scim.bodies import Object
from doorward.scim.filters import parse_filter
from doorward.scim.problems import invalid_value
from doorward.scim.projection import Projection

LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
MOST: Final = 200
"""Things in one answer."""
MOST_WITH_MEMBERS: Final = 20
"""Groups in one answer, where each comes with thousands of members perhaps."""
HIGHEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question. ``start`` counts from 1."""

    criteria: Sequence[Criterion]
    start: int
    count: int
    projection: Projection

    def part(self, most: int) -> Part:
        """The part of the list, of ``most`` things."""
        return Part(skip=self.start - 1, count=min(self.count, most))

    def answer(self, resources: Sequence[Object], *, total: int) -> Object:
        """The list (RFC 7644 section 3.4.2)."""
        return {
            "schemas": [LIST],
            "totalResults": total,
            "startIndex": self.start,
            "itemsPerPage": len(resources),
            "Resources": [self.projection.of(resource) for resource in resources],
        }


def query_of(values: Mapping[str, Any], attributes: Mapping[str, Attribute]) -> Query:
    """The question that a query string or a search request asks. Raises Problem."""
    text = values.get("filter") or ""
    if not isinstance(text, str):
        raise invalid_value("filter: must be a string")
    return Query(
        criteria=parse_filter(text, attributes),
        start=max(1, _number(values, "startIndex", 1)),
        count=max(0, _number(values, "count", MOST)),
        projection=projection_of(values),
    )


def projection_of(values: Mapping[str, Any]) -> Projection:
    """The attributes that are wanted. Raises Problem."""
    return Projection(wanted=_names(values, "attributes"), unwanted=_names(values, "excludedAttributes"))


def _number(values: Mapping[str, Any], name: str, default: int) -> int:
    found = values.get(name)
    if found is None or found == "":
        return default
    try:
        number = int(str(found)[:12])
    except ValueError:
        raise invalid_value(f"{name}: must be a whole number") from None
    return max(-HIGHEST, min(number, HIGHEST))


def _names(values: Mapping[str, Any], name: str) -> frozenset[str]:
    found = values.get(name) or []
    items = found.split(",") if isinstance(found, str) else found
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise invalid_value(f"{name}: must be names of attributes")
    return frozenset(item.strip() for item in items if item.strip())
