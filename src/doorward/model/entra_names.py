"""Names of directories (tenants) in Microsoft Entra ID, and the ids that it gives to everything.

Rule: a directory is known by its id. A domain stands for whatever id its own document names, asked at
the authority; ``organizations`` for the ids on the administrator's list and no others.
"""

from __future__ import annotations

import re
from itertools import pairwise

from doorward.model.errors import Invalid
from doorward.model.identity_provider import EntraId

ORGANIZATIONS = "organizations"
TEMPLATE = "{tenantid}"
"""What stands for the id in the issuer of keys and documents that are for many directories."""

PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The directory of all personal Microsoft accounts: anybody can have one."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def is_guid(text: str) -> bool:
    """Whether this is an id, in lower case as Entra writes it."""
    return bool(_GUID.fullmatch(text))


def is_domain(text: str) -> bool:
    """Whether this can be a domain, in lower case."""
    return bool(_DOMAIN.fullmatch(text))


def guid(hexadecimal: str) -> str:
    """32 hexadecimal digits in the spelling of an id."""
    cuts = (0, 8, 12, 16, 20, 32)
    return "-".join(hexadecimal[a:b] for a, b in pairwise(cuts))


def check_tenants(settings: EntraId) -> str:
    """The directory's name in lower case, as it stands in URLs.

    Raises:
        Invalid: it is neither an id nor a domain nor ``organizations`` with a list of ids.
    """
    tenant = settings.tenant.lower()
    if tenant == ORGANIZATIONS:
        if not settings.allowed_tenants:
            raise Invalid("allowed_tenants", "is needed with tenant organizations: list the directory ids")
    elif tenant in ("common", "consumers"):
        raise Invalid("tenant", f"{tenant} would let in personal accounts: give the directory (tenant) id")
    elif not (is_guid(tenant) or is_domain(tenant)):
        raise Invalid("tenant", "is neither a directory (tenant) id nor a domain nor organizations")
    for position, allowed in enumerate(settings.allowed_tenants):
        if not is_guid(allowed.lower()) or allowed.lower() == PERSONAL:
            raise Invalid(f"allowed_tenants[{position}]", "is not the id of an organization's directory")
    return tenant
