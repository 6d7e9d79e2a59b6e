"""The ``login_hint`` claim and parameter: a name people type, or an opaque text from an ID token."""

from __future__ import annotations

import base64
import binascii

from doorward.sample.entra.authorize_request import PLACEHOLDERS, AuthorizeRequest
from doorward.sample.entra.directory import Directory, Tenant, User

PREFIX = "O."


def opaque_hint(user: User) -> str:
    """What the claim says: clients must hand it back as it is."""
    return PREFIX + base64.urlsafe_b64encode(user.id.encode()).rstrip(b"=").decode()


def read_hint(text: str) -> str:
    """The object id in an opaque hint, or nothing."""
    if not text.startswith(PREFIX):
        return ""
    try:
        data = text.removeprefix(PREFIX)
        return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def hinted_user(directory: Directory, request: AuthorizeRequest) -> tuple[Tenant, User] | None:
    """Whom the request's hint means."""
    return named_user(directory, request.tenant_name, request.login_hint)


def named_user(directory: Directory, tenant_name: str, name: str) -> tuple[Tenant, User] | None:
    """Who answers to ``name`` in a tenant; through a placeholder, in the tenant that is their home."""
    id = read_hint(name)
    if id:
        return directory.find_user(id)
    if tenant_name in PLACEHOLDERS:
        return directory.home_of(name)
    tenant = directory.tenant(tenant_name)
    user = tenant.user_called(name) if tenant else None
    return (tenant, user) if tenant and user else None
