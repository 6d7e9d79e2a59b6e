"""What this server can do, as clients ask it (RFC 7643 sections 5 to 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from scim2_models import Group, Resource, User

from doorward.scim import group_resource, user_resource
from doorward.scim.bodies import Object
from doorward.scim.queries import MOST

CONFIG: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE: Final = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"

SHOWN: Final[dict[str, dict[str, frozenset[str]]]] = {
    user_resource.SCHEMA: {
        "userName": frozenset(),
        "displayName": frozenset(),
        "active": frozenset(),
        "name": frozenset({"givenName", "familyName"}),
        "emails": frozenset({"value", "type"}),
    },
    group_resource.SCHEMA: {
        "displayName": frozenset(),
        "members": frozenset({"value", "$ref", "type"}),
    },
}
"""The attributes that are kept, each with those inside of it: of the standard's schemas no more is
promised."""

CORRECTED: Final[dict[str, Object]] = {
    "active": {"required": True},
    "emails.type": {"canonicalValues": ["work"]},
}
"""Where this server is stricter than the standard: there is always a word on ``active``, and the one
address that is kept is for work."""


def service_provider_config(base: str) -> Object:
    """What is supported, and how clients prove themselves."""
    unsupported = {"supported": False}
    return {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST},
        "changePassword": unsupported,
        "sort": unsupported,
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Secret token",
                "description": "The identity provider's SCIM secret, as a bearer token",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> list[Object]:
    """People and groups."""
    return [
        {
            "schemas": [RESOURCE_TYPE],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "description": description,
            "schema": schema,
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
        }
        for name, description, schema in (
            ("User", "A person in the directory", user_resource.SCHEMA),
            ("Group", "A group of people", group_resource.SCHEMA),
        )
    ]


def schemas(base: str) -> list[Object]:
    """The attributes of both, of the standard's those that are kept."""
    return [_schema(User, base), _schema(Group, base)]


def _schema(model: type[Resource[Any]], base: str) -> Object:
    body: Object = model.to_schema().model_dump(exclude_none=True)
    shown = SHOWN[body["id"]]
    body["attributes"] = _narrowed(body["attributes"], shown)
    body["meta"] = {"resourceType": "Schema", "location": f"{base}/Schemas/{body['id']}"}
    return body


def _narrowed(
    attributes: Sequence[Object], shown: Mapping[str, frozenset[str]], outer: str = ""
) -> list[Object]:
    found: list[Object] = []
    for attribute in attributes:
        name = attribute["name"]
        if name in shown:
            narrowed = {**attribute, **CORRECTED.get(outer + name, {})}
            if shown[name]:
                inner = dict.fromkeys(shown[name], frozenset[str]())
                narrowed["subAttributes"] = _narrowed(attribute["subAttributes"], inner, f"{name}.")
            found.append(narrowed)
    return found
