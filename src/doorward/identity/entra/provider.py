"""Microsoft Entra ID, put together: away, back, who it was; and whether that still holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import httpx

from doorward.identity.entra import (
    addresses,
    checklist,
    contexts,
    departure,
    group_search,
    memberships,
    standings,
    token_rules,
)
from doorward.identity.entra.arrival_checks import arrival_checks
from doorward.identity.entra.directory import Directory, Surroundings
from doorward.identity.entra.discovery import DirectoryMetadata
from doorward.identity.entra.evidence import Evidence, granted_in, shown
from doorward.identity.entra.graph import SIGNING_IN, Sleep
from doorward.identity.entra.person import read_person, text_claim
from doorward.identity.entra.refusals import NotAccepted, Said, refused, said_at_callback
from doorward.identity.entra.token_rules import SignIn
from doorward.identity.oidc import authorization, claims, id_token
from doorward.identity.oidc.claims import broken
from doorward.identity.oidc.fetching import PATIENCE
from doorward.identity.oidc.tokens import read_tokens
from doorward.model.access import Identity
from doorward.model.errors import Refused, SignInRefused
from doorward.model.identity_provider import EntraId
from doorward.model.ids import IdentityProviderId
from doorward.ports.clock import Clock, Randomness
from doorward.ports.identity import Arrival, Check, Departure, GroupFound, Standing


class EntraProvider:
    """Implements ``RedirectProvider``, ``Rechecking``, ``Polled``, ``Checked`` and ``GroupDirectory``.

    Keeps what the directory publishes; make it once and keep it. ``client`` is the caller's to close.
    Any number of sign-ins may be under way at once.

    Raises:
        Invalid: the settings cannot be used.
    """

    def __init__(
        self,
        *,
        id: IdentityProviderId,
        settings: EntraId,
        client: httpx.AsyncClient,
        clock: Clock,
        randomness: Randomness,
        patience: timedelta = PATIENCE,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._id = id
        self._settings = settings
        self._directory = Directory(
            settings,
            Surroundings(client=client, clock=clock, randomness=randomness, patience=patience, sleep=sleep),
        )

    async def depart(
        self, *, callback: str, login_hint: str = "", contexts: Sequence[str] = (), prompt: str = ""
    ) -> Departure:
        """Begin a sign-in. See ``RedirectProvider``."""
        return departure.depart(
            self._settings,
            await self._directory.metadata(),
            provider=self._directory.authority,
            callback=callback,
            login_hint=login_hint,
            contexts=contexts,
            prompt=prompt,
            randomness=self._directory.randomness,
        )

    async def arrive(
        self, *, callback: str, transaction: Mapping[str, str], answer: Mapping[str, str]
    ) -> Arrival:
        """Finish a sign-in. See ``RedirectProvider``."""
        # Before anything is asked of anybody: an answer that is not ours costs nothing.
        begun = authorization.read_transaction(
            transaction, answer, issuer=self._directory.authority, callback=callback
        )
        if "error" in answer:
            raise refused(said_at_callback(answer))
        code = authorization.code_of(answer)
        metadata = await self._directory.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.callback,
            "code_verifier": begun.verifier,
        }
        document = await self._directory.endpoint.ask(metadata.token_endpoint, form)
        if isinstance(document, Said):
            raise refused(document)
        consent = self._directory.consent_url(callback)
        return await self._arrival(document, metadata, code=code, nonce=begun.nonce, consent=consent)

    async def recheck(self, identity: Identity, *, refresh_token: str) -> Arrival:
        """Ask whether a sign-in still holds. See ``Rechecking``."""
        metadata = await self._directory.metadata()
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        document = await self._directory.endpoint.ask(metadata.token_endpoint, form)
        if isinstance(document, Said):
            # That Doorward's secret expired says nothing about people, and must not sign all of them out.
            raise refused(document) if document.is_about_the_person else NotAccepted(document)
        try:
            arrival = await self._arrival(document, metadata)
        except SignInRefused:
            raise
        except Refused as problem:
            raise SignInRefused(str(problem)) from None
        if arrival.identity.subject != identity.subject:
            raise SignInRefused("Microsoft Entra ID answered for another person.")
        return replace(
            arrival,
            identity=replace(arrival.identity, contexts=frozenset()),
            refresh_token=arrival.refresh_token or refresh_token,
        )

    async def standings(
        self, people: Sequence[Identity], *, groups: frozenset[str]
    ) -> Mapping[str, Standing]:
        """Ask the directory about people. See ``Polled``."""
        found: dict[str, Standing] = {}
        for tenant_id in await self._directory.tenant_ids():
            members = [
                person.subject.removeprefix(f"{tenant_id}:")
                for person in people
                if person.subject.startswith(f"{tenant_id}:")
            ]
            if members:
                graph = await self._directory.own_graph(tenant_id)
                known = await standings.read_standings(graph, members, groups)
                found |= {f"{tenant_id}:{member}": standing for member, standing in known.items()}
        return found

    async def find_groups(self, text: str) -> Sequence[GroupFound]:
        """Search the directory. See ``GroupDirectory``."""
        found: list[GroupFound] = []
        for tenant_id in await self._directory.tenant_ids():
            graph = await self._directory.own_graph(tenant_id)
            found += await group_search.find_groups(graph, text)
        return found[: group_search.MOST]

    async def group_names(self, ids: Sequence[str]) -> Mapping[str, str]:
        """What groups are called. See ``GroupDirectory``."""
        found: dict[str, str] = {}
        for tenant_id in await self._directory.tenant_ids():
            graph = await self._directory.own_graph(tenant_id)
            found |= await memberships.group_names(graph, ids)
        return found

    async def contexts_in_use(self) -> Mapping[str, bool]:
        """Authentication contexts, and whether they protect anything. See ``GroupDirectory``.

        A context of several directories is in use if all of them use it.
        """
        found: dict[str, bool] = {}
        for tenant_id in await self._directory.tenant_ids():
            known = await contexts.contexts_in_use(await self._directory.own_graph(tenant_id))
            found |= {context: used and found.get(context, True) for context, used in known.items()}
        return found

    def checklist(self, *, callback: str) -> AsyncIterator[Check]:
        """Test the set-up. See ``Checked``."""
        return checklist.Checklist(self._directory, callback=callback).items()

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """What a test sign-in showed. See ``Checked``."""
        return arrival_checks(self._settings, arrival)

    async def end_session_url(self, *, back: str, login_hint: str = "") -> str:
        """Where a browser goes to sign out of Entra as well; empty where there is no such place."""
        return departure.end_session_url(await self._directory.metadata(), back=back, login_hint=login_hint)

    async def _arrival(
        self,
        document: Mapping[str, object],
        metadata: DirectoryMetadata,
        *,
        code: str = "",
        nonce: str | None = None,
        consent: str = "",
    ) -> Arrival:
        """Who the tokens in ``document`` are for, checked in every way."""
        tokens = read_tokens(document)
        now = self._directory.clock.now()
        header = id_token.read_header(tokens.id_token, algorithms=token_rules.ALGORITHMS)
        if header.kid is None:  # Entra always names it.
            raise broken("it does not name its key")
        key = await self._directory.keys.find(kid=header.kid, algorithm=header.algorithm)
        signed = id_token.read_signed(tokens.id_token, header, key)
        sign_in = SignIn(metadata=metadata, tokens=tokens, now=now, code=code, nonce=nonce)
        checked = token_rules.check(signed, key, sign_in, self._settings)
        graph = self._directory.graph(metadata, tokens.access_token, SIGNING_IN)
        found = await memberships.read_memberships(graph, checked) if self._settings.groups else None
        domains: frozenset[str] = frozenset()
        if addresses.needs_verified_domains(checked, self._settings):
            domains = await self._directory.verified_domains(graph, str(checked["tid"]))
        address = addresses.choose(checked, self._settings, domains)
        evidence = Evidence(
            claims=shown(checked),
            granted=granted_in(document),
            refreshable=bool(tokens.refresh_token),
            email_from=address.claim,
            groups=found,
            consent=consent,
        )
        return Arrival(
            identity=read_person(
                self._id,
                self._settings,
                checked,
                email=address.email,
                groups=found.groups if found else frozenset(),
            ),
            authenticated=claims.instant(checked, "auth_time", now=now),
            provider_session=text_claim(checked, "sid"),
            refresh_token=tokens.refresh_token,
            raw=evidence.as_mapping(),
        )
