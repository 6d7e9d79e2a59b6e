"""Doorward's own tokens for Microsoft Graph: one for each directory, kept until shortly before they end.

Rule: the token is not looked into. It is Graph's, and its form may change on any day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from doorward.identity.entra.clouds import Hosts
from doorward.identity.entra.discovery import token_endpoint_of
from doorward.identity.entra.refusals import NotAccepted, Said
from doorward.identity.entra.token_endpoint import TokenEndpoint
from doorward.identity.oidc.fetching import Unanswered
from doorward.ports.clock import Clock

EARLY = timedelta(minutes=5)
LONGEST = 64 * 1024
LONGEST_LIFE = timedelta(days=1)


def question(hosts: Hosts) -> Mapping[str, str]:
    """The form that asks for such a token (RFC 6749 section 4.4): whatever an administrator granted."""
    return {"grant_type": "client_credentials", "scope": f"{hosts.resource}/.default"}


class ApplicationTokens:
    """The tokens, by directory id."""

    def __init__(self, endpoint: TokenEndpoint, hosts: Hosts, *, clock: Clock) -> None:
        self._endpoint = endpoint
        self._hosts = hosts
        self._clock = clock
        self._lock = asyncio.Lock()
        self._kept: dict[str, tuple[str, datetime]] = {}

    async def get(self, tenant_id: str) -> str:
        """The token.

        Raises:
            NotAccepted: Entra does not accept Doorward's credentials.
            Unanswered: it cannot be asked.
        """
        async with self._lock:
            token, until = self._kept.get(tenant_id, ("", self._clock.now()))
            if self._clock.now() < until:
                return token
            answer = await self._endpoint.ask(
                token_endpoint_of(self._hosts, tenant_id), question(self._hosts)
            )
            if isinstance(answer, Said):
                raise NotAccepted(answer)
            token, life = read_application_token(answer)
            self._kept[tenant_id] = (token, self._clock.now() + life - EARLY)
            return token

    def forget(self) -> None:
        """Ask anew next time: permissions may have been granted since."""
        self._kept.clear()


def read_application_token(document: Mapping[str, object]) -> tuple[str, timedelta]:
    """The token in an answer, and how long it is good for.

    Raises:
        Unanswered: there is none.
    """
    token, seconds = document.get("access_token"), document.get("expires_in")
    usable = isinstance(token, str) and token.isascii() and token.isprintable() and 0 < len(token) <= LONGEST
    if not usable or not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise Unanswered("Microsoft Entra ID gave no token for Microsoft Graph.")
    return str(token), min(timedelta(seconds=min(seconds, 10**6)), LONGEST_LIFE)
