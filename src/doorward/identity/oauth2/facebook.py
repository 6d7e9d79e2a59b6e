"""Facebook.

Rule: Facebook does not say whether an address is verified, so it counts only where an administrator
said that this will do (``require_verified_email: false``).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import httpx

from doorward.identity.oauth2.asking import document, email, no_email, subject
from doorward.identity.oauth2.service import Endpoints, Person, base_urls
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.redacted import redacted
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Arrival, Check, CheckState

NAME = "Facebook"
PUBLIC = "https://www.facebook.com"
PUBLIC_API = "https://graph.facebook.com"
VERSION = "v23.0"  # unchecked; a version lives for two years
# Unchecked: 100 for a code that is wrong or was used, 1 and 101 for a wrong secret or application.
ERRORS: Mapping[str, str] = MappingProxyType(
    {"100": "invalid_grant", "1": "invalid_client", "101": "invalid_client"}
)


class Facebook:
    """Implements ``Service``.

    Raises:
        Invalid: ``base_url`` or ``api_url`` may not be called.
    """

    def __init__(self, settings: OAuth2) -> None:
        base, api = base_urls(settings, base=PUBLIC, api=PUBLIC_API)
        self._me = f"{api}/{VERSION}/me"
        self._secret = settings.client_secret.encode()
        self._verified = settings.require_verified_email
        # Unchecked: that PKCE is understood (it is documented for Facebook's OpenID Connect), and that the
        # token may stand in a header rather than in the URL.
        self.endpoints = Endpoints(
            name=NAME,
            authorize=f"{base}/{VERSION}/dialog/oauth",
            token=f"{api}/{VERSION}/oauth/access_token",
            api=api,
            scopes=("public_profile", "email"),
            errors=ERRORS,
            prompts={"login": {"auth_type": "reauthenticate"}},
        )

    async def person(self, access_token: str, scopes: frozenset[str] | None, fetcher: Fetcher) -> Person:
        """See ``Service``."""
        if self._verified:
            raise SignInRefused(
                "Facebook does not say whether your email address is verified.",
                advice="Sign in another way, or tell your administrator.",
                administrator="If unverified addresses will do, set require_verified_email: false.",
                code="unverified_email",
            )
        # The proof shows that it is not somebody else with a stolen token who asks.
        proof = hmac.new(self._secret, access_token.encode(), hashlib.sha256).hexdigest()
        url = httpx.URL(self._me, params={"fields": "id,name,email", "appsecret_proof": proof})
        me = await document(fetcher, str(url), headers={"Authorization": f"Bearer {access_token}"})
        if not me.get("email"):
            raise no_email(
                NAME,
                advice=(
                    "Add an address to your Facebook account and confirm it, or let this application see "
                    "the one you have (Settings, Apps and websites); then sign in again."
                ),
                administrator="The application needs the permission email.",
            )
        return Person(
            subject=subject(me.get("id"), NAME),  # the person's id in this application alone
            email=email(me.get("email"), NAME),
            name=plain(me.get("name")),
            raw=redacted({"me": me}),
        )

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """See ``Checked``."""
        return [
            Check(
                name="email",
                what="An address came",
                state=CheckState.WARNING,
                found=f"{arrival.identity.email}; Facebook does not say that it is verified",
                fix="Allow single addresses or the identity provider as a whole, rather than a domain.",
            )
        ]
