"""Options of applications as JSON values.

Both directions follow from the dataclasses, so that a new field with a default needs nothing here. What a
row does not have yet has its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from doorward.model.access_pass import PassRules
from doorward.model.application import Application, Origin
from doorward.model.application_options import (
    Cors,
    DenyPage,
    OriginHeaders,
    OriginTimeouts,
    SameSite,
    WithoutSignIn,
)
from doorward.model.destination import Destination

T = TypeVar("T")

_CORS = TypeAdapter(Cors)
_DENY_PAGE = TypeAdapter(DenyPage)
_PASSES = TypeAdapter(PassRules)
_HEADERS = TypeAdapter(OriginHeaders)
_TIMEOUTS = TypeAdapter(OriginTimeouts)


def destinations_to_json(application: Application) -> list[dict[str, str]]:
    """The destinations, in order."""
    return [{"hostname": place.hostname, "path": place.path} for place in application.destinations]


def destinations_from_json(value: list[Mapping[str, Any]]) -> tuple[Destination, ...]:
    """The destinations, in order."""
    return tuple(Destination(place["hostname"], place["path"]) for place in value)


def options_to_json(application: Application) -> dict[str, Any]:
    """What is not asked for by a query, and so has no column of its own."""
    return {
        "sign_in_with": application.sign_in_with,
        "sign_in": application.sign_in.value,
        "same_site": application.same_site.value,
        "cors": _written(_CORS, application.cors),
        "deny_page": _written(_DENY_PAGE, application.deny_page),
        "passes": _written(_PASSES, application.passes),
    }


def options_from_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same as arguments of ``Application``. Raises ValueError for what is not understood."""
    return {
        "sign_in_with": value.get("sign_in_with"),
        "sign_in": WithoutSignIn(value.get("sign_in", WithoutSignIn.REDIRECT)),
        "same_site": SameSite(value.get("same_site", SameSite.LAX)),
        "cors": _read(_CORS, value.get("cors")),
        "deny_page": _read(_DENY_PAGE, value.get("deny_page")),
        "passes": _read(_PASSES, value.get("passes")),
    }


def origin_options_to_json(origin: Origin) -> dict[str, Any]:
    """What the origin is told, and for how long it is waited for."""
    return {
        "headers": _written(_HEADERS, origin.headers),
        "identity_headers": [list(pair) for pair in origin.identity_headers],
        "timeouts": _written(_TIMEOUTS, origin.timeouts),
    }


def origin_options_from_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same as arguments of ``Origin``. Raises ValueError for what is not understood."""
    return {
        "headers": _read(_HEADERS, value.get("headers")) or OriginHeaders(),
        "identity_headers": tuple((name, fact) for name, fact in value.get("identity_headers", ())),
        "timeouts": _read(_TIMEOUTS, value.get("timeouts")) or OriginTimeouts(),
    }


def _written(adapter: TypeAdapter[T], value: T | None) -> Any:
    return None if value is None else adapter.dump_python(value, mode="json")


def _read(adapter: TypeAdapter[T], value: object) -> T | None:
    return None if value is None else adapter.validate_python(value)
