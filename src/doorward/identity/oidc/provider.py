"""A generic OpenID Connect provider, put together: away, back, and who it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import httpx

from doorward.identity.oidc import authorization, claims, id_token, person, tokens
from doorward.identity.oidc.authorization import Transaction
from doorward.identity.oidc.cached import Cached
from doorward.identity.oidc.claims import CheckedClaims, Expected
from doorward.identity.oidc.fetching import PATIENCE, Fetcher
from doorward.identity.oidc.key_ring import KeyRing
from doorward.identity.oidc.metadata import Metadata, read_metadata
from doorward.identity.oidc.tokens import Tokens
from doorward.identity.oidc.urls import check_issuer, discovery_url
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, Departure

FRESH = timedelta(hours=1)
"""How long metadata is believed without asking again."""


class OidcProvider:
    """Implements ``RedirectProvider``. Keeps what the provider publishes; make it once and keep it.

    ``client`` is the caller's to close. Any number of sign-ins may be under way at once.

    Raises:
        Invalid: the issuer is not a URL that may be called.
    """

    def __init__(
        self,
        *,
        id: IdentityProviderId,
        settings: OpenIdConnect,
        client: httpx.AsyncClient,
        clock: Clock,
        randomness: Randomness,
        patience: timedelta = PATIENCE,
    ) -> None:
        check_issuer(settings.issuer)
        self._id = id
        self._settings = settings
        self._clock = clock
        self._randomness = randomness
        self._fetcher = Fetcher(client, patience=patience)
        self._metadata = Cached(self._fetch_metadata, what="metadata", fresh=FRESH, clock=clock)
        self._keys = KeyRing(self._fetch_keys, clock=clock)

    async def depart(
        self, *, callback: str, login_hint: str = "", contexts: Sequence[str] = (), prompt: str = ""
    ) -> Departure:
        """Begin a sign-in. See ``RedirectProvider``."""
        return authorization.depart(
            self._settings,
            await self._metadata.get(),
            callback=callback,
            login_hint=login_hint,
            randomness=self._randomness,
        )

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Arrival:
        """Finish a sign-in. See ``RedirectProvider``."""
        settings = self._settings
        # Before anything is asked of anybody: an answer that is not ours costs nothing.
        begun = authorization.read_transaction(transaction, answer, issuer=settings.issuer, callback=callback)
        metadata = await self._metadata.get()
        code = authorization.read_code(answer, metadata)
        given = await tokens.redeem(settings, metadata, begun, code=code, fetcher=self._fetcher)
        checked = await self._check(given, metadata, begun, code)
        userinfo = await self._userinfo(checked, metadata, given)
        return Arrival(identity=person.read_person(self._id, settings, checked, userinfo))

    async def _check(self, given: Tokens, metadata: Metadata, begun: Transaction, code: str) -> CheckedClaims:
        header = id_token.read_header(given.id_token, algorithms=metadata.algorithms)
        key = await self._keys.find(kid=header.kid, algorithm=header.algorithm)
        expected = Expected(
            issuer=metadata.issuer,
            client_id=self._settings.client_id,
            algorithm=header.algorithm,
            now=self._clock.now(),
            nonce=begun.nonce,
            code=code,
            access_token=given.access_token,
        )
        return claims.check(id_token.read_signed(given.id_token, header, key), expected)

    async def _userinfo(
        self, checked: CheckedClaims, metadata: Metadata, given: Tokens
    ) -> Mapping[str, object]:
        """What userinfo adds; nothing where it is not needed or not offered."""
        offered = metadata.userinfo_endpoint and given.access_token
        if not offered or not person.lacks_something(checked, self._settings):
            return {}
        document = await self._fetcher.document(metadata.userinfo_endpoint, bearer=given.access_token)
        return person.check_userinfo(document, checked)

    async def _fetch_metadata(self) -> Metadata:
        issuer = self._settings.issuer
        return read_metadata(await self._fetcher.document(discovery_url(issuer)), issuer=issuer)

    async def _fetch_keys(self) -> Mapping[str, object]:
        return await self._fetcher.document((await self._metadata.get()).jwks_uri)
