"""Groups from Okta's own API, because its tokens leave groups out where there are a hundred or more."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import httpx

from doorward.identity.groups.paging import Unwilling, all_pages
from doorward.identity.oidc.facts import LONGEST_GROUP, MOST_GROUPS
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.urls import check_endpoint
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import OpenIdConnect

FIXES: Mapping[int, str] = {
    401: "The API token (groups_token) is wrong, was revoked, or expired after 30 days without use.",
    403: "The API token's administrator may not read groups, or Okta lets this address in no more.",
    404: "Okta does not know this person: is the domain the right organisation's?",
    429: "Okta's rate limit is reached: give the API token a larger share, or recheck less often.",
}


class OktaGroups:
    """Implements ``GroupSource``: groups go by their names.

    Raises:
        Invalid: ``api_url`` is not a URL that may be called.
    """

    def __init__(self, settings: OpenIdConnect, *, fetcher: Fetcher) -> None:
        base = settings.api_url or str(httpx.URL(settings.issuer).join("/"))
        self._base = check_endpoint(base, issuer=settings.issuer, field="api_url").removesuffix("/")
        self._fetcher = fetcher
        self._headers = {"Authorization": f"SSWS {settings.groups_token}"}

    async def groups(self, *, subject: str, email: str) -> Mapping[str, str]:
        """All groups of a person. See ``GroupSource``."""
        url = f"{self._base}/api/v1/users/{quote(subject, safe='')}/groups?limit=200"
        try:
            found = await all_pages(self._fetcher, url, headers=self._headers)
        except Unwilling as no:
            raise Unavailable(_explained(no)) from None
        if len(found) > MOST_GROUPS:
            raise Unavailable(f"Okta names more than {MOST_GROUPS} groups of one person.")
        return dict.fromkeys(map(_name, found), "")

    async def check(self) -> str:
        """See ``GroupSource``."""
        url = f"{self._base}/api/v1/groups?limit=1"
        answer = await self._fetcher.get(url, headers=self._headers)
        if answer.status != 200:
            raise Unavailable(_explained(Unwilling(answer, url=url)))
        return "Okta's API takes the token"


def _explained(no: Unwilling) -> str:
    fix = FIXES.get(no.answer.status, "")
    return f"{no} {fix}".strip()


def _name(group: object) -> str:
    profile = group.get("profile") if isinstance(group, Mapping) else None
    name = profile.get("name") if isinstance(profile, Mapping) else None
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= LONGEST_GROUP:
        raise Unavailable("Okta's API gave a group without a usable name.")
    return name
