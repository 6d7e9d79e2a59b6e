"""Groups of Google Workspace, from the Directory API, as a service account that acts for an administrator.

The service account's key is what ``groups_token`` holds, the JSON file that Google gives out. An
administrator lets it act for others in the Admin console ("domain-wide delegation"), for ``SCOPE`` alone.

Rule: the assertion says whom it acts for, for what and for how long; it is good for five minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from doorward.identity.groups.paging import MOST_PAGES, Unwilling
from doorward.identity.oidc.facts import LONGEST_GROUP, MOST_GROUPS
from doorward.identity.oidc.fetching import Answer, Fetcher, read
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.identity.oidc.urls import check_endpoint
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.ports.clock import Clock

DIRECTORY = "https://admin.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/admin.directory.group.readonly"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"  # RFC 7523 section 2.1
LIFETIME = timedelta(minutes=5)
BEFORE_THE_END = timedelta(minutes=1)
"""How long before its end an access token is replaced."""

FIXES: Mapping[str, str] = {
    "unauthorized_client": (
        "Let the service account's client id act for others in the Admin console (Security, API controls, "
        f"Domain-wide delegation) with the scope {SCOPE}."
    ),
    "invalid_grant": "groups_administrator must be an administrator of this Workspace; is the key revoked?",
    "access_denied": f"The domain-wide delegation lacks the scope {SCOPE}.",
}
REFUSED = (
    "groups_administrator must be an administrator who may read groups, and the Admin SDK API must be "
    "switched on in the service account's project."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """What of the JSON file is used."""

    email: str
    token_url: str
    key: RSAKey = field(repr=False)


def read_service_account(text: str, *, issuer: str) -> ServiceAccount:
    """The service account in ``text``.

    Raises:
        Invalid: it is not one. The words quote nothing of it.
    """
    problem = Invalid("groups_token", "is not a service account's key: give the JSON file that Google made")
    try:
        document = parse_object(text.encode())
        email, url, pem = (document.get(name) for name in ("client_email", "token_uri", "private_key"))
        if not isinstance(email, str) or not isinstance(url, str) or not isinstance(pem, str):
            raise problem
        key = RSAKey.import_key(pem)
    except (Malformed, JoseError, ValueError, TypeError):
        raise problem from None
    url = check_endpoint(url, issuer=issuer, field="groups_token: token_uri")
    return ServiceAccount(email=email, token_url=url, key=key)


class GoogleGroups:
    """Implements ``GroupSource``: groups go by their addresses. Direct memberships only.

    Raises:
        Invalid: ``groups_token`` is no service account's key, or there is no ``groups_administrator`` or
            no ``hosted_domain``.
    """

    def __init__(self, settings: OpenIdConnect, *, fetcher: Fetcher, clock: Clock) -> None:
        if not settings.groups_administrator:
            raise Invalid("groups_administrator", "is missing: name the administrator to act for")
        # The directory is asked by address. An account that is not the Workspace's own can have an
        # address of its domain as well, and must not get the groups of who has it there.
        if not settings.hosted_domain:
            raise Invalid("hosted_domain", "is missing: groups are read only of one domain's own accounts")
        base = settings.api_url or DIRECTORY
        self._base = check_endpoint(base, issuer=settings.issuer, field="api_url").removesuffix("/")
        self._account = read_service_account(settings.groups_token, issuer=settings.issuer)
        self._administrator = settings.groups_administrator
        self._fetcher = fetcher
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._until: datetime | None = None

    async def groups(self, *, subject: str, email: str) -> Mapping[str, str]:
        """All groups of a person, by the address of each. See ``GroupSource``."""
        found: dict[str, str] = {}
        page = ""
        for _ in range(MOST_PAGES):
            query = {"userKey": email, "maxResults": "200", **({"pageToken": page} if page else {})}
            document = await self._directory("groups", query)
            listed = document.get("groups", [])
            if not isinstance(listed, list) or len(found) + len(listed) > MOST_GROUPS:
                raise Unavailable(f"Google names no list, or more than {MOST_GROUPS} groups of one person.")
            found |= dict(map(_group, listed))
            token = document.get("nextPageToken", "")
            if not isinstance(token, str):
                raise Unavailable("Google's Directory API names a next page that is none.")
            page = token
            if not page:
                return found
        raise Unavailable(f"Google gave a list of more than {MOST_PAGES} pages.")

    async def check(self) -> str:
        """See ``GroupSource``."""
        await self._directory("groups", {"userKey": self._administrator, "maxResults": "1"})
        return f"the Directory API answers {self._account.email}, acting for {self._administrator}"

    async def _directory(self, path: str, query: Mapping[str, str]) -> Mapping[str, object]:
        url = str(httpx.URL(f"{self._base}/admin/directory/v1/{path}").copy_merge_params(query))
        headers = {"Authorization": f"Bearer {await self._access_token()}"}
        answer = await self._fetcher.get(url, headers=headers)
        if answer.status == 401:
            self._until = None  # Whoever comes next asks for a new one.
        if answer.status != 200:
            fix = f" {REFUSED}" if answer.status in (401, 403, 404) else ""
            raise Unavailable(f"{Unwilling(answer, url=url)}{fix}")
        return read(answer, url=url)

    async def _access_token(self) -> str:
        async with self._lock:
            if self._until is None or self._clock.now() >= self._until:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        account, now = self._account, self._clock.now()
        issued = int(now.timestamp())
        claims = {
            "iss": account.email,
            "sub": self._administrator,
            "scope": SCOPE,
            "aud": account.token_url,
            "iat": issued,
            "exp": issued + int(LIFETIME.total_seconds()),
        }
        assertion = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, account.key, algorithms=["RS256"])
        form = {"grant_type": GRANT, "assertion": assertion}
        answer = await self._fetcher.post(account.token_url, form=form, headers={})
        if answer.status != 200:
            raise _refusal(answer)
        document = read(answer, url=account.token_url)
        token, seconds = document.get("access_token"), document.get("expires_in", 0)
        if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()):
            raise Unavailable("Google gave the service account no usable access token.")
        lasts = timedelta(seconds=seconds if isinstance(seconds, int) and 0 <= seconds <= 86400 else 0)
        self._token, self._until = token, now + lasts - BEFORE_THE_END


def _refusal(answer: Answer) -> Unavailable:
    try:
        error = plain(parse_object(answer.body).get("error"), longest=64)
    except Malformed:
        error = ""
    said = error or f"status {answer.status}"
    return Unavailable(
        f"Google gave the service account no access token ({said}). {FIXES.get(error, '')}".strip()
    )


def _group(group: object) -> tuple[str, str]:
    email = group.get("email") if isinstance(group, Mapping) else None
    if not isinstance(email, str) or not email.isprintable() or not 0 < len(email) <= LONGEST_GROUP:
        raise Unavailable("Google's Directory API gave a group without a usable address.")
    return email.lower(), plain(group.get("name")) if isinstance(group, Mapping) else ""
