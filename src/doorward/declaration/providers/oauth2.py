"""Types ``github``, ``facebook`` and ``yandex``: services with an API of their own in place of ID tokens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from doorward.declaration import addresses, values
from doorward.declaration.declared import DeclaredSettings
from doorward.declaration.providers.kind import ProviderType
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import ca, given_secrets
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OAuth2

CLIENT = ("client_id", "client_secret", "client_secret_file", "client_secret_env")
ADDRESSES = ("base_url", "api_url", "ca", "ca_file")
FACEBOOK = "facebook"


def _read(preset: str, fields: Fields) -> DeclaredSettings:
    secrets, unsaid = given_secrets(fields, "client_secret")
    settings = OAuth2(
        preset=preset,
        client_id=fields.required("client_id", values.word, instead=""),
        groups=fields.optional("groups", values.switch, default=True),
        require_verified_email=_require_verified_email(preset, fields),
        base_url=fields.optional("base_url", addresses.issuer, ""),
        api_url=fields.optional("api_url", addresses.issuer, ""),
        ca=ca(fields),
        **secrets,
    )
    return DeclaredSettings(
        settings=settings,
        unsaid=unsaid,
        bound_to=("client_id", "base_url", "api_url"),
        needed=("client_secret",),
    )


def _require_verified_email(preset: str, fields: Fields) -> bool:
    """Facebook says of no address that it is verified, so somebody must say that this will do."""
    name = "require_verified_email"
    if preset != FACEBOOK:
        return True
    if name not in fields:
        problem = (
            "is missing: Facebook does not say whether an address is verified; write false to accept "
            "addresses all the same"
        )
        fields.at.reading.note(Invalid(fields.path(name), problem))
    return fields.optional(name, _off, default=True)


def _off(at: At) -> bool:
    if values.switch(at):
        raise at.wrong("must be false: with true nobody could sign in, for Facebook vouches for no address")
    return False


TYPES: Mapping[str, ProviderType] = MappingProxyType(
    {
        "github": ProviderType((*CLIENT, "groups", *ADDRESSES), partial(_read, "github")),
        FACEBOOK: ProviderType((*CLIENT, "require_verified_email", *ADDRESSES), partial(_read, FACEBOOK)),
        "yandex": ProviderType((*CLIENT, *ADDRESSES), partial(_read, "yandex")),
    }
)
"""One type for each service."""
