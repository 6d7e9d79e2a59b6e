"""An OpenID Connect provider, put together: away, back, who it was, and whether that still holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import httpx

from doorward.identity.oidc import again, authorization, claims, demands, id_token, person, tokens
from doorward.identity.oidc.cached import Cached
from doorward.identity.oidc.checklist import Checklist, arrival_checks
from doorward.identity.oidc.claims import CheckedClaims, Expected, NonceRule
from doorward.identity.oidc.fetching import PATIENCE, Fetcher
from doorward.identity.oidc.group_source import GroupSource, without_groups
from doorward.identity.oidc.key_ring import KeyRing
from doorward.identity.oidc.logout_token import TYPES as LOGOUT_TYPES
from doorward.identity.oidc.logout_token import read_notice
from doorward.identity.oidc.metadata import Metadata, read_metadata
from doorward.identity.oidc.redacted import redacted
from doorward.identity.oidc.refreshing import check_same_person, refresh
from doorward.identity.oidc.urls import check_issuer, discovery_url
from doorward.model.access import Identity
from doorward.model.errors import Refused, SignInRefused, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId
from doorward.model.presets import STANDARD, Quirks
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, Check, Departure, LogoutNotice

FRESH = timedelta(hours=1)
"""How long metadata is believed without asking again."""


class OidcProvider:
    """Implements ``RedirectProvider``, ``Rechecking``, ``BackChannelLogout`` and ``Checked``. Keeps what
    the provider publishes; make it once and keep it.

    ``client`` is the caller's to close. Any number of sign-ins may be under way at once. ``groups``
    takes the place of the groups that tokens hold.

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
        quirks: Quirks = STANDARD,
        groups: GroupSource | None = None,
    ) -> None:
        check_issuer(settings.issuer)
        self._id = id
        self._settings = settings
        self._clock = clock
        self._randomness = randomness
        self._quirks = quirks
        self._groups = groups
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
            prompt=prompt,
            quirks=self._quirks,
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
        given = await tokens.redeem(
            settings, metadata, begun, code=code, fetcher=self._fetcher, quirks=self._quirks
        )
        checked = await self._check(
            given.id_token,
            metadata,
            access_token=given.access_token,
            code=code,
            nonce=begun.nonce,
            rule=NonceRule.DEMANDED if self._quirks.nonce else NonceRule.IF_THERE,
        )
        userinfo: Mapping[str, object] = {}
        if person.lacks_something(checked, settings):
            userinfo = await self._userinfo(checked, metadata, given.access_token)
        identity = person.read_person(self._id, settings, checked, userinfo, self._quirks)
        try:
            identity, names = await self._with_groups(identity)
        except Unavailable as problem:
            raise without_groups(problem) from None
        return Arrival(
            identity=identity,
            authenticated=claims.instant(checked, "auth_time", now=self._clock.now()),
            provider_session=demands.provider_session(checked),
            refresh_token=given.refresh_token,
            group_names=names,
            raw=redacted({"id_token": checked, "userinfo": userinfo}),
        )

    async def recheck(self, identity: Identity, *, refresh_token: str) -> Arrival:
        """Ask again by a refresh token. See ``Rechecking``."""
        try:
            return await self._recheck(identity, refresh_token)
        except SignInRefused:
            raise
        except Refused as refused:
            raise SignInRefused(str(refused), advice="Sign in again.") from None

    async def logged_out(self, logout_token: str) -> LogoutNotice:
        """Read a logout token. See ``BackChannelLogout``."""
        metadata = await self._metadata.get()
        header = id_token.read_header(logout_token, algorithms=metadata.algorithms, types=LOGOUT_TYPES)
        key = await self._keys.find(kid=header.kid, algorithm=header.algorithm)
        return read_notice(
            id_token.read_signed(logout_token, header, key),
            issuer=metadata.issuer,
            other_issuers=demands.other_issuers(metadata.issuer, self._quirks),
            client_id=self._settings.client_id,
            now=self._clock.now(),
        )

    def checklist(self, *, callback: str) -> AsyncIterator[Check]:
        """Test the set-up. See ``Checked``."""
        return Checklist(
            self._settings,
            callback=callback,
            fetcher=self._fetcher,
            clock=self._clock,
            quirks=self._quirks,
            groups=self._groups,
        ).items()

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """What a test sign-in showed. See ``Checked``."""
        return arrival_checks(self._settings, arrival)

    async def _recheck(self, identity: Identity, refresh_token: str) -> Arrival:
        settings, metadata = self._settings, await self._metadata.get()
        given = await refresh(settings, metadata, refresh_token=refresh_token, fetcher=self._fetcher)
        if given.id_token:
            checked = await self._check(given.id_token, metadata, access_token=given.access_token)
            check_same_person(checked, identity)
            userinfo: Mapping[str, object] = {}
            if person.lacks_something(checked, settings):
                userinfo = await self._userinfo(checked, metadata, given.access_token)
            now = again.read_refreshed(identity, settings, checked, userinfo, self._quirks)
        else:
            checked = CheckedClaims({"sub": identity.subject})
            userinfo = await self._userinfo(checked, metadata, given.access_token)
            now = again.read_userinfo(identity, settings, userinfo, self._quirks)
        now, names = await self._with_groups(now)
        return Arrival(
            identity=now,
            provider_session=demands.provider_session(checked),
            refresh_token=given.refresh_token,
            group_names=names,
        )

    async def _check(
        self,
        token: str,
        metadata: Metadata,
        *,
        access_token: str,
        code: str = "",
        nonce: str = "",
        rule: NonceRule = NonceRule.UNKNOWN,
    ) -> CheckedClaims:
        header = id_token.read_header(token, algorithms=metadata.algorithms)
        key = await self._keys.find(kid=header.kid, algorithm=header.algorithm)
        expected = Expected(
            issuer=metadata.issuer,
            client_id=self._settings.client_id,
            algorithm=header.algorithm,
            now=self._clock.now(),
            nonce=nonce,
            code=code,
            access_token=access_token,
            other_issuers=demands.other_issuers(metadata.issuer, self._quirks),
            nonce_rule=rule,
        )
        checked = claims.check(id_token.read_signed(token, header, key), expected)
        return demands.check_demands(checked, self._settings, self._quirks)

    async def _userinfo(
        self, checked: CheckedClaims, metadata: Metadata, access_token: str
    ) -> Mapping[str, object]:
        """What userinfo says; nothing where it is not offered."""
        if not (metadata.userinfo_endpoint and access_token):
            return {}
        document = await self._fetcher.document(metadata.userinfo_endpoint, bearer=access_token)
        return person.check_userinfo(document, checked)

    async def _with_groups(self, identity: Identity) -> tuple[Identity, Mapping[str, str]]:
        if self._groups is None:
            return identity, {}
        names = await self._groups.groups(subject=identity.subject, email=identity.email)
        return replace(identity, groups=frozenset(names)), names

    async def _fetch_metadata(self) -> Metadata:
        issuer = self._settings.issuer
        document = await self._fetcher.document(discovery_url(issuer))
        return demands.as_it_works(read_metadata(document, issuer=issuer), self._quirks)

    async def _fetch_keys(self) -> Mapping[str, object]:
        return await self._fetcher.document((await self._metadata.get()).jwks_uri)
