"""Yandex.

Unchecked, all of it: the addresses, that PKCE is understood, and that a default address was confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence

from doorward.identity.oauth2.asking import document, email, no_email, subject
from doorward.identity.oauth2.service import Endpoints, Person, base_urls
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.redacted import redacted
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Arrival, Check, CheckState

NAME = "Yandex"
PUBLIC = "https://oauth.yandex.com"
PUBLIC_API = "https://login.yandex.ru"


class Yandex:
    """Implements ``Service``.

    Raises:
        Invalid: ``base_url`` or ``api_url`` may not be called.
    """

    def __init__(self, settings: OAuth2) -> None:
        base, self._api = base_urls(settings, base=PUBLIC, api=PUBLIC_API)
        again = {"force_confirm": "yes"}
        self.endpoints = Endpoints(
            name=NAME,
            authorize=f"{base}/authorize",
            token=f"{base}/token",
            api=self._api,
            scopes=("login:info", "login:email"),
            errors={"bad_verification_code": "invalid_grant"},
            prompts={"login": again, "select_account": again},
            login_hint="login_hint",
        )

    async def person(self, access_token: str, scopes: frozenset[str] | None, fetcher: Fetcher) -> Person:
        """See ``Service``."""
        headers = {"Authorization": f"OAuth {access_token}"}
        info = await document(fetcher, f"{self._api}/info?format=json", headers=headers)
        if not info.get("default_email"):
            raise no_email(
                NAME,
                advice="Choose a default address in your Yandex ID, and sign in again.",
                administrator="The application needs the permission login:email.",
            )
        return Person(
            subject=subject(info.get("id"), NAME),
            email=email(info.get("default_email"), NAME),
            name=plain(info.get("real_name")) or plain(info.get("display_name")),
            raw=redacted({"info": info}),
        )

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """See ``Checked``."""
        found = arrival.identity.email
        return [Check(name="email", what="A default address came", state=CheckState.PASSED, found=found)]
