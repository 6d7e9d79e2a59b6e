"""One directory at Entra, with everything that is needed to ask it: hosts, metadata, keys, tokens, Graph."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from doorward.identity.entra.addresses import domains_of
from doorward.identity.entra.application_tokens import ApplicationTokens
from doorward.identity.entra.client_credentials import ClientCredentials
from doorward.identity.entra.clouds import hosts_of
from doorward.identity.entra.departure import admin_consent_url
from doorward.identity.entra.discovery import (
    DirectoryMetadata,
    authority_of,
    discovery_url,
    read_discovery,
)
from doorward.identity.entra.graph import IN_THE_BACKGROUND, Graph, Manner, Sleep
from doorward.identity.entra.graph_answers import GraphRefused
from doorward.identity.entra.refusals import NotAccepted, said_in_answer
from doorward.identity.entra.token_endpoint import TokenEndpoint
from doorward.identity.oidc.cached import Cached
from doorward.identity.oidc.fetching import PATIENCE, Answer, Fetcher, read
from doorward.identity.oidc.key_ring import KeyRing
from doorward.model.entra_names import check_tenants
from doorward.model.errors import Invalid
from doorward.model.identity_provider import EntraId
from doorward.ports.clock import Clock, Randomness

FRESH = timedelta(hours=1)
"""How long metadata and a directory's domains are believed without asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a directory is asked with; ``sleep`` pauses while Graph has too much to do."""

    client: httpx.AsyncClient
    clock: Clock
    randomness: Randomness
    patience: timedelta = PATIENCE
    sleep: Sleep = asyncio.sleep


class Directory:
    """See the module. Keeps what the directory publishes; make it once and keep it.

    Raises:
        Invalid: the settings do not say where to ask, or how Doorward proves itself.
    """

    def __init__(self, settings: EntraId, around: Surroundings) -> None:
        self.settings = settings
        self.tenant = check_tenants(settings)
        self.hosts = hosts_of(settings)
        self.clock = around.clock
        self.randomness = around.randomness
        self._sleep = around.sleep
        self._fetcher = Fetcher(around.client, patience=around.patience)
        if not settings.client_secrets and not settings.private_key:
            raise Invalid("client_secrets", "is empty: Microsoft Entra ID wants a secret or a certificate")
        self.credentials = ClientCredentials(settings, clock=around.clock, randomness=around.randomness)
        self.endpoint = TokenEndpoint(self._fetcher, self.credentials, randomness=around.randomness)
        self.own_tokens = ApplicationTokens(self.endpoint, self.hosts, clock=around.clock)
        self._metadata = Cached(self._fetch_metadata, what="metadata", fresh=FRESH, clock=around.clock)
        self.keys = KeyRing(self._fetch_keys, clock=around.clock)
        self._domains: dict[str, tuple[frozenset[str], datetime]] = {}

    @property
    def authority(self) -> str:
        """The directory's address at the authority."""
        return authority_of(self.hosts, self.tenant)

    def consent_url(self, callback: str) -> str:
        """Where an administrator grants what the app registration lists."""
        return admin_consent_url(
            self.authority,
            client_id=self.settings.client_id,
            resource=self.hosts.resource,
            callback=callback,
        )

    async def metadata(self) -> DirectoryMetadata:
        """What it says of itself.

        Raises:
            Unavailable: it cannot be asked, does not exist, or contradicts itself or the settings.
        """
        return await self._metadata.get()

    async def ask_discovery(self) -> Answer:
        """The document as it comes, with its headers. Raises Unanswered."""
        return await self._fetcher.ask("GET", discovery_url(self.hosts, self.tenant), headers={})

    def read_metadata(self, answer: Answer) -> DirectoryMetadata:
        """What ``ask_discovery`` answered. Raises as ``metadata``."""
        if answer.status != 200:
            raise NotAccepted(said_in_answer(answer))
        document = read(answer, url=self.hosts.authority)
        return read_discovery(document, settings=self.settings, hosts=self.hosts, tenant=self.tenant)

    async def fetch_keys(self, metadata: DirectoryMetadata) -> Mapping[str, object]:
        """The keys as they are published now. Raises Unavailable."""
        return await self._fetcher.document(metadata.jwks_uri)

    def graph(self, metadata: DirectoryMetadata, token: str, manner: Manner) -> Graph:
        """Graph, asked with ``token``."""
        return Graph(
            address=metadata.graph,
            token=token,
            manner=manner,
            fetcher=self._fetcher,
            randomness=self.randomness,
            sleep=self._sleep,
        )

    async def own_graph(self, tenant_id: str) -> Graph:
        """Graph, asked by Doorward itself about one directory. Raises Unavailable."""
        token = await self.own_tokens.get(tenant_id)
        return self.graph(await self.metadata(), token, IN_THE_BACKGROUND)

    async def tenant_ids(self) -> Sequence[str]:
        """The directories that people may come from. Raises Unavailable."""
        tenant_id = (await self.metadata()).tenant_id
        return [tenant_id] if tenant_id else [tenant.lower() for tenant in self.settings.allowed_tenants]

    async def verified_domains(self, graph: Graph, tenant_id: str) -> frozenset[str]:
        """The domains that a directory has proven to own; none where that may not be read.

        Raises:
            Unavailable: Graph cannot be asked.
        """
        known, until = self._domains.get(tenant_id, (frozenset(), self.clock.now()))
        if self.clock.now() < until:
            return known
        try:
            found = domains_of(await graph.get("/organization?$select=id,verifiedDomains"))
        except GraphRefused as refused:
            if refused.status != 403:
                raise
            return frozenset()
        self._domains[tenant_id] = (found, self.clock.now() + FRESH)
        return found

    async def _fetch_keys(self) -> Mapping[str, object]:
        return await self.fetch_keys(await self.metadata())

    async def _fetch_metadata(self) -> DirectoryMetadata:
        return self.read_metadata(await self.ask_discovery())
