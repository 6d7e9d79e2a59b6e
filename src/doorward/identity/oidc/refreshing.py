"""Asking a provider again, without the person, by a refresh token (RFC 6749 section 6, Core section 12).

Rule: a provider's "no" is told from silence. Only the former ends a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.fetching import Answer, Fetcher, read
from doorward.identity.oidc.metadata import Metadata
from doorward.identity.oidc.refusals import ENDED, not_accepted
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.identity.oidc.tokens import LONGEST, client_authentication, is_plain_token, refusal
from doorward.model.access import Identity
from doorward.model.errors import AccessError, SignInRefused, Unavailable
from doorward.model.identity_provider import OpenIdConnect

TAKEN_BACK = ("invalid_grant", "interaction_required", "login_required", "consent_required")
"""Errors that are about the person's sign-in, not about Doorward or the provider's own troubles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """As it came: nothing in it is proven. What did not come is empty, but for ``refresh_token``: an
    old one is good until there is a new one."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


async def refresh(
    settings: OpenIdConnect, metadata: Metadata, *, refresh_token: str, fetcher: Fetcher
) -> Refreshed:
    """Give ``refresh_token`` for new tokens.

    Raises:
        SignInRefused: the provider does not stand by the sign-in any more.
        Unavailable: it cannot be asked, or answers something else.
    """
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    more, headers = client_authentication(settings, metadata)
    answer = await fetcher.post(metadata.token_endpoint, form={**form, **more}, headers=headers)
    if answer.status != 200:
        raise _refusal(answer)
    return _refreshed(read(answer, url=metadata.token_endpoint), refresh_token)


def check_same_person(claims: CheckedClaims, before: Identity) -> CheckedClaims:
    """Return the claims of a new ID token if they are about ``before`` (Core section 12.2).

    Raises:
        SignInRefused: they are about somebody else.
    """
    if claims["sub"] != before.subject:
        raise SignInRefused(
            "The identity provider answered about another person than the one who signed in.",
            advice="Sign in again.",
        )
    return claims


def _refusal(answer: Answer) -> AccessError:
    try:
        document = parse_object(answer.body)
    except Malformed:
        document = {}
    if document.get("error") in TAKEN_BACK:
        return not_accepted(ENDED, document)
    return refusal(answer)


def _refreshed(document: Mapping[str, object], before: str) -> Refreshed:
    # What cannot be used is no word on the person: the session goes on, and the provider is asked again.
    id_token = document.get("id_token") or ""
    access_token = document.get("access_token") or ""
    refresh_token = document.get("refresh_token") or before
    if not (is_plain_token(id_token) and is_plain_token(access_token) and is_plain_token(refresh_token)):
        raise Unavailable("The identity provider's answer to a refresh token cannot be used.")
    if max(len(id_token), len(access_token), len(refresh_token)) > LONGEST:
        raise Unavailable(f"The identity provider gave a token of more than {LONGEST} characters.")
    return Refreshed(id_token=id_token, access_token=access_token, refresh_token=refresh_token)
