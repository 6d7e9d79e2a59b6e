"""The realm that the tests' Keycloak serves: two people, their groups, and Doorward as a client.

Doorward is one OpenID Connect client, and a SAML client for each callback: a SAML client is known by its
entity ID, which is Doorward's callback.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.fakes.saml_keys import KeyPair

REALM = "doorward"
PASSWORD = "a password of one's own"
CLIENT_ID = "doorward"
CLIENT_SECRET = "a secret of the client's own"


@dataclass(frozen=True)
class Person:
    """Somebody with an account there."""

    username: str
    email: str
    first: str
    last: str
    groups: Sequence[str]


ADA = Person("ada", "ada@example.com", "Ada", "Lovelace", ("engineers", "everyone"))
BOB = Person("bob", "bob@example.com", "Bob", "Builder", ("everyone",))


@dataclass(frozen=True)
class SamlClient:
    """How Keycloak answers at one callback.

    With ``keys`` it demands requests signed by them, and encrypts assertions to them.
    """

    callback: str
    signs: Sequence[str] = ("assertion",)
    name_id: str = "persistent"
    algorithm: str = "RSA_SHA256"
    keys: KeyPair | None = None


def realm(callbacks: Sequence[str], saml: Sequence[SamlClient]) -> Mapping[str, object]:
    """The realm as Keycloak's administration API takes it."""
    return {
        "realm": REALM,
        "enabled": True,
        "sslRequired": "none",
        "groups": [{"name": "engineers"}, {"name": "everyone"}],
        "roles": {"realm": [{"name": "auditor"}]},
        "users": [_user(person) for person in (ADA, BOB)],
        "clients": [_openid(callbacks), *map(_saml, saml)],
    }


def _user(person: Person) -> Mapping[str, object]:
    return {
        "username": person.username,
        "email": person.email,
        "emailVerified": True,
        "firstName": person.first,
        "lastName": person.last,
        "enabled": True,
        "groups": [f"/{group}" for group in person.groups],
        "realmRoles": ["auditor"] if person is ADA else [],
        "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
    }


def _openid(callbacks: Sequence[str]) -> Mapping[str, object]:
    return {
        "clientId": CLIENT_ID,
        "secret": CLIENT_SECRET,
        "protocol": "openid-connect",
        "publicClient": False,
        "standardFlowEnabled": True,
        "redirectUris": list(callbacks),
        "attributes": {"pkce.code.challenge.method": "S256"},
        "protocolMappers": [
            {
                "name": "groups",
                "protocol": "openid-connect",
                "protocolMapper": "oidc-group-membership-mapper",
                "config": {"claim.name": "groups", "full.path": "false", "id.token.claim": "true"},
            }
        ],
    }


def _saml(client: SamlClient) -> Mapping[str, object]:
    attributes = {
        "saml.assertion.signature": _word("assertion" in client.signs),
        "saml.server.signature": _word("response" in client.signs),
        "saml.signature.algorithm": client.algorithm,
        "saml.client.signature": _word(client.keys is not None),
        "saml.encrypt": _word(client.keys is not None),
        "saml.authnstatement": "true",
        "saml.force.post.binding": "true",
        "saml_name_id_format": client.name_id,
        "saml_force_name_id_format": "true",
    }
    if client.keys is not None:
        certificate = "".join(client.keys.certificate.splitlines()[1:-1])
        attributes |= {"saml.signing.certificate": certificate, "saml.encryption.certificate": certificate}
    return {
        "clientId": client.callback,
        "protocol": "saml",
        "frontchannelLogout": True,
        "redirectUris": [client.callback],
        "attributes": attributes,
        "defaultClientScopes": [],
        "protocolMappers": [
            _property("email", "email"),
            _property("displayName", "firstName"),
            _mapper(
                "groups", "saml-group-membership-mapper", {"attribute.name": "groups", "full.path": "false"}
            ),
            _mapper("roles", "saml-role-list-mapper", {"attribute.name": "Role"}),
        ],
    }


def _property(attribute: str, name: str) -> Mapping[str, object]:
    return _mapper(
        attribute,
        "saml-user-property-mapper",
        {"attribute.name": attribute, "user.attribute": name, "attribute.nameformat": "Basic"},
    )


def _mapper(name: str, kind: str, config: Mapping[str, str]) -> Mapping[str, object]:
    return {"name": name, "protocol": "saml", "protocolMapper": kind, "config": config}


def _word(on: object) -> str:
    return "true" if on else "false"
