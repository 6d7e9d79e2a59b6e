"""All stores, audited."""

from __future__ import annotations

from doorward.ports.audit import AuditLog
from doorward.ports.stores import OneTimeValues, Stores
from doorward.services.audited.configurations import AuditedConfigurations
from doorward.services.audited.credentials import AuditedCredentials
from doorward.services.audited.directory import AuditedDirectory
from doorward.services.audited.sessions import AuditedSessions
from doorward.services.audited.signing_keys import AuditedSigningKeys


class AuditedStores:
    """``ports.stores.Stores`` around others. One-time values are steps of a sign-in, and no acts."""

    def __init__(self, inner: Stores, audit: AuditLog) -> None:
        self._inner = inner
        self._configurations = AuditedConfigurations(inner.configurations, audit)
        self._sessions = AuditedSessions(inner.sessions, audit)
        self._signing_keys = AuditedSigningKeys(inner.signing_keys, audit)
        self._directory = AuditedDirectory(inner.directory, audit)
        self._credentials = AuditedCredentials(inner.credentials, audit)

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
