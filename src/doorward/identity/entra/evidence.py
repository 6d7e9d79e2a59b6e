"""What a sign-in showed, kept for ``doorward idp test``: the claims, and how each decision came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.identity.entra.memberships import Memberships
from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.redacted import LEFT_OUT, redacted

# Beside what no provider's is: what lets somebody end a sign-in, or is opaque and not to be logged.
NOT_SHOWN = frozenset({"uti", "sid", "login_hint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """``granted`` are the permissions that the tokens have, ``email_from`` is the claim that the address
    came from, ``consent`` the admin-consent link."""

    claims: Mapping[str, object] = field(repr=False)
    granted: frozenset[str] = frozenset()
    refreshable: bool = False
    email_from: str = ""
    groups: Memberships | None = None
    consent: str = ""

    def as_mapping(self) -> Mapping[str, object]:
        """For ``Arrival.raw``."""
        groups = self.groups
        return {
            "id_token": dict(self.claims),
            "granted": sorted(self.granted),
            "refresh_token": self.refreshable,
            "email_from": self.email_from,
            "groups_from": "nowhere" if groups is None else "graph",
            "admin_consent": self.consent,
            "overage": bool(groups and groups.overage),
        }


def read_evidence(raw: Mapping[str, object]) -> Evidence:
    """What ``as_mapping`` made. Anything else reads as nothing."""
    claims, granted = raw.get("id_token"), raw.get("granted")
    return Evidence(
        claims=claims if isinstance(claims, Mapping) else {},
        granted=frozenset(map(str, granted)) if isinstance(granted, list) else frozenset(),
        refreshable=raw.get("refresh_token") is True,
        email_from=str(raw.get("email_from") or ""),
        consent=str(raw.get("admin_consent") or ""),
        groups=Memberships(overage=raw.get("overage") is True) if raw.get("groups_from") == "graph" else None,
    )


def shown(claims: CheckedClaims) -> Mapping[str, object]:
    """The claims as they may be shown."""
    return {name: LEFT_OUT if name in NOT_SHOWN else value for name, value in redacted(claims).items()}


def granted_in(document: Mapping[str, object]) -> frozenset[str]:
    """The token endpoint's ``scope`` (RFC 6749 section 5.1)."""
    scope = document.get("scope")
    return frozenset(scope.split()) if isinstance(scope, str) else frozenset()
