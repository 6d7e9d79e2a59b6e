"""What an ID token of Entra's must say beside what every ID token must: which directory, which version,
which kind of person.

Rule: the directory is what the issuer names, the claim ``tid`` says and the settings allow, all three. A
token's own ``tid`` proves nothing by itself: every directory's tokens are signed with the same keys.
Rule: people are ``tid`` and ``oid``. ``sub`` changes when the application is registered anew, ``email`` and
``upn`` belong to somebody else next year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.identity.entra.discovery import DirectoryMetadata
from doorward.identity.oidc import claims as oidc
from doorward.identity.oidc.claims import CheckedClaims, Claims, Expected, NonceRule, broken
from doorward.identity.oidc.keys import PublishedKey
from doorward.identity.oidc.tokens import Tokens
from doorward.model.entra_names import PERSONAL, TEMPLATE, is_guid
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import EntraId

ALGORITHMS = frozenset({"RS256"})
"""Entra signs with nothing else; a document that offered more would change nothing."""

VERSION = "2.0"
V1_ISSUER = "https://sts.windows.net/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What a token belongs to. ``nonce`` is None for tokens that a refresh token brought."""

    metadata: DirectoryMetadata
    tokens: Tokens
    now: datetime
    code: str = ""
    nonce: str | None = None


def check(claims: Claims, key: PublishedKey, sign_in: SignIn, settings: EntraId) -> CheckedClaims:
    """Return the claims, signed with ``key``, if all of them are as they must be.

    Raises:
        Refused: with the first thing that is not.
    """
    metadata = sign_in.metadata
    _check_version(claims)
    tenant_id = _check_tenant(claims, metadata, settings)
    issuer = metadata.issuer_for(tenant_id)
    _check_key(key, issuer, tenant_id, metadata)
    if claims.get("aud") != settings.client_id:  # Entra never lists several.
        raise broken("it is meant for another client")
    checked = oidc.check(
        claims,
        Expected(
            issuer=issuer,
            client_id=settings.client_id,
            algorithm="RS256",
            now=sign_in.now,
            nonce=sign_in.nonce or "",
            code=sign_in.code,
            access_token=sign_in.tokens.access_token,
            nonce_rule=NonceRule.UNKNOWN if sign_in.nonce is None else NonceRule.DEMANDED,
        ),
    )
    person = checked.get("oid")
    if not isinstance(person, str) or not is_guid(person.lower()):
        raise broken("it does not say whose it is (oid). Is profile among the scopes?")
    if not settings.allow_guests and is_guest(checked):
        raise SignInRefused(
            "You are a guest in this organisation, and guests may not sign in here.",
            advice="Use an account of the organisation's own.",
            administrator="allow_guests is off for this identity provider.",
        )
    return checked


def subject_of(claims: CheckedClaims) -> str:
    """The person's key."""
    return f"{str(claims['tid']).lower()}:{str(claims['oid']).lower()}"


def is_guest(claims: CheckedClaims) -> bool:
    """Whether somebody is at home elsewhere.

    ``acct`` says it outright, where the application asks for that optional claim. Without it, ``idp``
    (sent for people who proved themselves to another provider) and the mark in a guest's user
    principal name are what is left.
    """
    kind = claims.get("acct")
    if kind in (0, 1, "0", "1") and not isinstance(kind, bool):
        return str(kind) == "1"
    home = claims.get("idp")
    names = (claims.get("upn"), claims.get("preferred_username"))
    marked = any(isinstance(name, str) and "#ext#" in name.lower() for name in names)
    return marked or (home is not None and home != claims.get("iss"))


def _check_version(claims: Claims) -> None:
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise broken("its issuer is not one text")
    if issuer.startswith(V1_ISSUER) or claims.get("ver") != VERSION:
        raise broken(f"it is not of version {VERSION}")


def _check_tenant(claims: Claims, metadata: DirectoryMetadata, settings: EntraId) -> str:
    """The directory that the token is of."""
    tenant_id = claims.get("tid")
    if not isinstance(tenant_id, str) or not is_guid(tenant_id):
        raise broken("its directory is not an id (tid)")
    if claims["iss"] != metadata.issuer_for(tenant_id):
        raise broken("its issuer is another one than its directory's")
    if tenant_id == PERSONAL:
        raise SignInRefused(
            "Personal Microsoft accounts cannot be used here.",
            advice="Sign out of Microsoft and use your work or school account.",
        )
    allowed = {metadata.tenant_id} if metadata.tenant_id else {t.lower() for t in settings.allowed_tenants}
    if tenant_id not in allowed:
        raise SignInRefused(
            "Your organisation is not one of those that may sign in here.",
            advice="Sign out of Microsoft and use an account that may, or ask for yours to be let in.",
            administrator=f"The directory {tenant_id} is not among allowed_tenants.",
        )
    return tenant_id


def _check_key(key: PublishedKey, issuer: str, tenant_id: str, metadata: DirectoryMetadata) -> None:
    """One document may hold the keys of several issuers: each key says for whom it is good.

    Where all keys are of one directory, some leave that out.
    """
    if key.issuer is None and metadata.tenant_id:
        return
    if key.issuer is None or key.issuer.replace(TEMPLATE, tenant_id) != issuer:
        raise broken("it is signed with another issuer's key")
