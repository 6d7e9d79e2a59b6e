"""What is demanded of an ID token beyond the standard, and what is read of it beside the person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doorward.identity.oidc.claims import CheckedClaims, broken
from doorward.identity.oidc.metadata import Metadata
from doorward.identity.oidc.plain import plain
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import Quirks

LONGEST_SESSION = 255


def check_demands(claims: CheckedClaims, settings: OpenIdConnect, quirks: Quirks) -> CheckedClaims:
    """Return the claims if they are what this provider's tokens must be.

    Raises:
        Refused: it is another kind of token, or the person is of another domain.
    """
    # Absent is as wrong as another: an access token of Cognito's would say "access" (its manual,
    # "Verifying JSON web tokens").
    if quirks.token_use and claims.get("token_use") != "id":
        raise broken("it is another kind of token (token_use)")
    _check_domain(claims, settings.hosted_domain)
    return claims


def as_it_works(metadata: Metadata, quirks: Quirks) -> Metadata:
    """The metadata, put right where the provider is known to work otherwise."""
    if not quirks.client_authentication:
        return metadata
    return replace(metadata, client_authentication=frozenset({quirks.client_authentication}))


def other_issuers(issuer: str, quirks: Quirks) -> frozenset[str]:
    """Further spellings of the issuer that this provider's tokens use."""
    return frozenset({issuer.partition("://")[2]}) if quirks.bare_issuer else frozenset()


def provider_session(claims: Mapping[str, object]) -> str:
    """The provider's name for its session; empty where it gave none.

    Raises:
        Refused: it is not a name. Without it the provider could not end the session.
    """
    sid = claims.get("sid")
    if sid is None:
        return ""
    if not isinstance(sid, str) or not sid.isprintable() or len(sid) > LONGEST_SESSION:
        raise broken(f"its sid is not a text of at most {LONGEST_SESSION} characters")
    return sid


def _check_domain(claims: CheckedClaims, wanted: str) -> None:
    if not wanted:
        return
    # The claim, never the address behind the @: anybody can have a Google account of any address,
    # and only an account that the domain's administrators own has the claim.
    domain = claims.get("hd")
    if not isinstance(domain, str) or domain.lower() != wanted.lower():
        yours = f"of {plain(domain)}" if isinstance(domain, str) and domain else "of no organisation"
        raise SignInRefused(
            f"Only accounts of {wanted} may sign in here, and yours is {yours}.",
            advice=f"Sign in again and choose your account of {wanted}.",
            administrator=f"The ID token's claim hd is not {wanted!r}, which hosted_domain demands.",
        )
