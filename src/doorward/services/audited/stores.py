"""All stores, audited."""

from __future__ import annotations

from doorward.ports.audit import AuditLog
from doorward.ports.service_token_uses import ServiceTokenUses
from doorward.ports.stores import OneTimeValues, Stores
from doorward.services.audited.configurations import AuditedConfigurations
from doorward.services.audited.credentials import AuditedCredentials
from doorward.services.audited.directory import AuditedDirectory
from doorward.services.audited.facts import AuditedFacts
from doorward.services.audited.grants import AuditedGrants
from doorward.services.audited.passes import AuditedPasses
from doorward.services.audited.sessions import AuditedSessions
from doorward.services.audited.signing_keys import AuditedSigningKeys


class AuditedStores:
    """``ports.stores.Stores`` around others. One-time values are steps of a sign-in, and no acts; nor
    is it one to remember that a service token was used."""

    def __init__(self, inner: Stores, audit: AuditLog) -> None:
        self._inner = inner
        self._configurations = AuditedConfigurations(inner.configurations, audit)
        self._sessions = AuditedSessions(inner.sessions, audit)
        self._signing_keys = AuditedSigningKeys(inner.signing_keys, audit)
        self._directory = AuditedDirectory(inner.directory, audit)
        self._credentials = AuditedCredentials(inner.credentials, audit)
        self._passes = AuditedPasses(inner.passes, audit)
        self._grants = AuditedGrants(inner.grants, audit)
        self._facts = AuditedFacts(inner.facts, audit)

    @property
    def configurations(self) -> AuditedConfigurations:
        """The configuration."""
        return self._configurations

    @property
    def sessions(self) -> AuditedSessions:
        """Sessions and footholds."""
        return self._sessions

    @property
    def one_time_values(self) -> OneTimeValues:
        """Values that may be used once."""
        return self._inner.one_time_values

    @property
    def signing_keys(self) -> AuditedSigningKeys:
        """Keys that sign application tokens."""
        return self._signing_keys

    @property
    def directory(self) -> AuditedDirectory:
        """What identity providers' directories push."""
        return self._directory

    @property
    def credentials(self) -> AuditedCredentials:
        """Passkeys, apps that show codes, recovery codes."""
        return self._credentials

    @property
    def passes(self) -> AuditedPasses:
        """Passes of applications that cannot sign in with a browser."""
        return self._passes

    @property
    def grants(self) -> AuditedGrants:
        """Access that sessions are given after a reason or an approval."""
        return self._grants

    @property
    def facts(self) -> AuditedFacts:
        """What sources report of people and sessions."""
        return self._facts

    @property
    def service_token_uses(self) -> ServiceTokenUses:
        """When service tokens were last used."""
        return self._inner.service_token_uses
