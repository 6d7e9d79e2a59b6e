"""Applications: a row each, and a row for every entry of their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.model.application import Application, ApplicationType, Origin
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, PolicyId, TunnelId
from doorward.model.policy import Policy
from doorward.stores.mapping import policies
from doorward.stores.mapping.application_options import (
    destinations_from_json,
    destinations_to_json,
    options_from_json,
    options_to_json,
    origin_options_from_json,
    origin_options_to_json,
)
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(application: Application, *, position: int) -> Row:
    """A row of ``applications``; the policies are rows of their own."""
    origin = application.origin
    return {
        "id": application.id,
        "position": position,
        "type": application.type.value,
        "destinations": destinations_to_json(application),
        "audience": application.audience,
        "name": application.name,
        "tunnel": origin.tunnel,
        "origin": {
            "url": origin.url,
            "host_header": origin.host_header,
            "ca": origin.ca,
            "server_name": origin.server_name,
            "verify": origin.verify,
            **origin_options_to_json(origin),
        },
        "options": options_to_json(application),
        "session_duration": application.session_duration,
        "identity_providers": list(application.identity_providers),
        "generation": application.generation,
        "show_in_launcher": application.show_in_launcher,
        "websockets": application.websockets,
        "service_token_header": application.service_token_header,
    }


def policy_rows(application: Application) -> list[Row]:
    """Rows of ``application_policies``, in order."""
    return [
        {"application": application.id, **_entry_to_row(entry, position)}
        for position, entry in enumerate(application.policies)
    ]


def from_row(row: ReadRow, *, entries: Sequence[ReadRow]) -> Application:
    """The application of one row and its policy rows, which are in order."""
    return Application(
        id=ApplicationId(row["id"]),
        type=ApplicationType(row["type"]),
        destinations=destinations_from_json(row["destinations"]),
        audience=Audience(row["audience"]),
        name=row["name"],
        origin=_origin(row["origin"], tunnel=row["tunnel"]),
        policies=tuple(_entry_from_row(entry) for entry in entries),
        session_duration=row["session_duration"],
        identity_providers=tuple(IdentityProviderId(name) for name in row["identity_providers"]),
        generation=row["generation"],
        show_in_launcher=row["show_in_launcher"],
        websockets=row["websockets"],
        service_token_header=row["service_token_header"],
        **options_from_json(row["options"]),
    )


def _origin(value: Mapping[str, Any], *, tunnel: str | None) -> Origin:
    return Origin(
        url=value["url"],
        tunnel=None if tunnel is None else TunnelId(tunnel),
        host_header=value["host_header"],
        ca=value["ca"],
        server_name=value["server_name"],
        verify=value["verify"],
        **origin_options_from_json(value),
    )


def _entry_to_row(entry: Policy | PolicyId, position: int) -> Row:
    if isinstance(entry, Policy):
        return policies.to_row(entry, position=position)
    nothing = dict.fromkeys(("action", "rules", "purpose", "approval", "session_duration"))
    return {"id": entry, "position": position, "name": "", **nothing}


def _entry_from_row(row: ReadRow) -> Policy | PolicyId:
    if row["action"] is None:
        return PolicyId(row["id"])
    return policies.from_row(row)
