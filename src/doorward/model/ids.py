"""Names of things. Distinct types, so that one kind of id cannot be passed for another."""

from __future__ import annotations

import re
from typing import NewType

from doorward.model.errors import Invalid

ApplicationId = NewType("ApplicationId", str)
Audience = NewType("Audience", str)
CertificateAuthorityId = NewType("CertificateAuthorityId", str)
GrantId = NewType("GrantId", str)
Credential = NewType("Credential", str)
ExternalEvaluationId = NewType("ExternalEvaluationId", str)
IdentityProviderId = NewType("IdentityProviderId", str)
PassId = NewType("PassId", str)
PolicyId = NewType("PolicyId", str)
RuleGroupId = NewType("RuleGroupId", str)
ListId = NewType("ListId", str)
ServiceTokenId = NewType("ServiceTokenId", str)
SessionId = NewType("SessionId", str)
TunnelId = NewType("TunnelId", str)

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def slug(value: str, *, field: str) -> str:
    """Return ``value`` if it may name a thing.

    Raises:
        Invalid: it is not 1-63 lower-case letters, digits and inner hyphens.
    """
    if not SLUG.fullmatch(value):
        raise Invalid(
            field,
            f"{value!r} is not a name: use 1-63 lower-case letters, digits and hyphens, "
            "beginning and ending with a letter or digit",
        )
    return value
