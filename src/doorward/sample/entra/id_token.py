"""The claims of an ID token, and the ways in which a fault makes them wrong."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

from doorward.sample.entra.conditional_access import judge
from doorward.sample.entra.directory import AppRegistration, Tenant, User, UserType
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.facts import BACKDATED, GROUPS_IN_A_TOKEN, ID_TOKEN_LIFETIME
from doorward.sample.entra.faults import IdTokenFault, changed
from doorward.sample.entra.grants import Grant
from doorward.sample.entra.login_hint import opaque_hint
from doorward.sample.entra.membership import direct_groups, is_any_of, transitive_groups

ELSEWHERE = "00000000-1111-4222-8333-444444444444"
HUGE = 1_000_000


def make_id_token(entra: Entra, grant: Grant) -> str:
    """The ID token for a grant, signed; with what the faults change."""
    fault = entra.faults.id_token
    claims = honest_claims(entra, grant)
    if fault:
        claims |= _wrong_claims(fault, claims, entra.base_url)
    if fault is IdTokenFault.HAS_GROUPS:
        claims.pop("groups", None)
    header: dict[str, object] = {}
    if fault is IdTokenFault.NO_KID:
        header["kid"] = None
    if fault is IdTokenFault.UNKNOWN_KID:
        header["kid"] = "a-key-that-is-not-published"
    token = entra.keys.sign(header, changed(claims, entra.faults.claims))
    if fault is IdTokenFault.WRONG_SIGNATURE:
        start, _, signature = token.rpartition(".")
        return f"{start}.{signature[::-1]}"
    return token


def honest_claims(entra: Entra, grant: Grant) -> dict[str, object]:
    """What Entra would say."""
    tenant = entra.directory.tenants[grant.tenant_id]
    user = tenant.users[grant.user_id]
    registration = entra.directory.registrations[grant.client_id]
    issued = entra.now() - BACKDATED
    claims: dict[str, object] = {
        "aud": grant.client_id,
        "iss": entra.issuer(tenant),
        "iat": _seconds(issued),
        "nbf": _seconds(issued),
        "exp": _seconds(entra.now() + ID_TOKEN_LIFETIME),
        "rh": "1.AAAA" + entra.text(12),
        "sub": pairwise(grant.client_id, user),
        "tid": tenant.id,
        "uti": entra.text(16),
        "ver": "2.0",
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    if "profile" in grant.scopes:
        claims |= {
            "name": user.display_name,
            "oid": user.id,
            "preferred_username": user.user_principal_name,
        }
    claims |= _email(tenant, user, registration, grant)
    claims |= _optional(user, registration, grant)
    claims |= _groups(tenant, user, registration)
    claims |= _roles(tenant, user, registration)
    acrs = _acrs(tenant, user, registration, grant)
    if acrs:
        claims["acrs"] = acrs
    if user.user_type is UserType.GUEST and user.home_identity_provider:
        claims["idp"] = user.home_identity_provider
    return claims


def pairwise(client_id: str, user: User) -> str:
    """The subject: the same for one application, different for each."""
    digest = hashlib.sha256(f"{client_id}:{user.id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _email(tenant: Tenant, user: User, registration: AppRegistration, grant: Grant) -> Mapping[str, object]:
    wanted = "email" in registration.optional_claims or "email" in grant.scopes
    if not user.mail or not (wanted or user.user_type is UserType.GUEST):
        return {}
    claims: dict[str, object] = {"email": user.mail}
    if "xms_edov" in registration.optional_claims:
        claims["xms_edov"] = user.mail.rpartition("@")[2].casefold() in tenant.domains()
    return claims


def _optional(user: User, registration: AppRegistration, grant: Grant) -> Mapping[str, object]:
    values: dict[str, object] = {
        "sid": grant.sid,
        "upn": user.user_principal_name,
        "acct": 1 if user.user_type is UserType.GUEST else 0,
        "auth_time": _seconds(grant.auth_time),
        "login_hint": opaque_hint(user),
        "verified_primary_email": list(user.verified_primary_email),
        "verified_secondary_email": list(user.verified_secondary_email),
        "given_name": user.given_name,
        "family_name": user.surname,
    }
    return {
        name: value
        for name, value in values.items()
        if name in registration.optional_claims and value not in ("", [])
    }


def _groups(tenant: Tenant, user: User, registration: AppRegistration) -> Mapping[str, object]:
    kind = registration.group_membership_claims
    if kind == "ApplicationGroup":
        standing = tenant.applications.get(registration.client_id)
        assigned = {*standing.assigned, *standing.roles} if standing else set()
        ids = [group.id for group in direct_groups(tenant, user.id) if group.id in assigned]
    elif kind in {"SecurityGroup", "All"}:
        groups = transitive_groups(tenant, user.id)
        ids = [group.id for group in groups if kind == "All" or group.security_enabled]
    else:
        return {}
    if len(ids) > GROUPS_IN_A_TOKEN:
        # The address is of an interface that is retired: clients must not follow it.
        endpoint = f"https://graph.windows.net/{tenant.id}/users/{user.id}/getMemberObjects"
        return {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": endpoint}}}
    return {"groups": ids} if ids else {}


def _roles(tenant: Tenant, user: User, registration: AppRegistration) -> Mapping[str, object]:
    claims: dict[str, object] = {}
    if registration.group_membership_claims in {"DirectoryRole", "All"} and user.directory_roles:
        claims["wids"] = sorted(user.directory_roles)
    standing = tenant.applications.get(registration.client_id)
    assigned = standing.roles if standing else {}
    roles = {
        role
        for principal, values in assigned.items()
        if is_any_of(tenant, user.id, [principal])
        for role in values
    }
    if roles:
        claims["roles"] = sorted(roles)
    return claims


def _acrs(tenant: Tenant, user: User, registration: AppRegistration, grant: Grant) -> list[str]:
    """The contexts asked for, and, where the claim is opted in, all that hold anyway."""
    found = list(grant.acrs)
    if "acrs" in registration.optional_claims:
        found += judge(tenant, user, tenant.contexts, grant.passed).satisfied
    return list(dict.fromkeys(found))


def _wrong_claims(fault: IdTokenFault, honest: Mapping[str, object], base_url: str) -> dict[str, object]:
    table: Mapping[IdTokenFault, dict[str, object]] = {
        IdTokenFault.WRONG_AUDIENCE: {"aud": ELSEWHERE},
        IdTokenFault.WRONG_TENANT: {"tid": ELSEWHERE},
        IdTokenFault.WRONG_ISSUER: {"iss": f"{base_url}/{ELSEWHERE}/v2.0"},
        IdTokenFault.WRONG_NONCE: {"nonce": "not-the-nonce-of-this-sign-in"},
        IdTokenFault.WRONG_VERSION: {"ver": "1.0"},
        IdTokenFault.V1_ISSUER: {"iss": f"https://sts.windows.net/{honest['tid']}/", "ver": "1.0"},
        IdTokenFault.ARRAY_ISSUER: {"iss": [honest["iss"], "https://attacker.example"]},
        IdTokenFault.EXPIRED: {"exp": int(str(honest["iat"])) - 3600},
        IdTokenFault.HUGE: {"name": "A" * HUGE},
        IdTokenFault.HAS_GROUPS: {"hasgroups": True},
    }
    return dict(table.get(fault, {}))
