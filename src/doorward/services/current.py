"""What is in force now: the configuration with its compiled policies, as one value.

Read on every question of the edge, replaced whole when a configuration is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doorward.model.access import Identity
from doorward.model.application import Application
from doorward.model.claims import token_generation
from doorward.model.configuration import Configuration
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import EntraId, IdentityProvider
from doorward.model.ids import ApplicationId, Credential, IdentityProviderId, ServiceTokenId
from doorward.model.service_token import ServiceToken
from doorward.model.session import Session
from doorward.policy.compilation import Compilation
from doorward.policy.compiled import CompiledApplication
from doorward.policy.destinations import Destinations
from doorward.policy.named_lists import Membership


@dataclass(frozen=True, slots=True)
class InForce:
    """A configuration, its version, and its policies compiled."""

    configuration: Configuration
    version: int
    compilation: Compilation
    destinations: Destinations = field(default_factory=lambda: Destinations.of(()))
    by_id: Mapping[ApplicationId, Application] = field(default_factory=dict)
    providers: Mapping[IdentityProviderId, IdentityProvider] = field(default_factory=dict)
    membership: Membership = field(default_factory=lambda: Membership.of(()))
    service_tokens: Mapping[str, ServiceToken] = field(default_factory=dict)
    """By client id."""

    @classmethod
    def of(
        cls,
        configuration: Configuration,
        version: int,
        *,
        reserved: Iterable[str] = (),
        before: InForce | None = None,
    ) -> InForce:
        """Compile ``configuration``, with what has not changed taken from ``before``. ``reserved`` hostnames
        are no application's.

        Raises Invalid when it contradicts itself.
        """
        compilation = Compilation.of(configuration, before=before.compilation if before else None)
        return cls(
            configuration=configuration,
            version=version,
            compilation=compilation,
            destinations=Destinations.of(configuration.applications, reserved=reserved),
            by_id={a.id: a for a in configuration.applications},
            providers={provider.id: provider for provider in configuration.identity_providers},
            service_tokens={token.client_id: token for token in configuration.service_tokens},
            membership=Membership.of(compilation.lists.values()),
        )

    @property
    def compiled(self) -> Mapping[ApplicationId, CompiledApplication]:
        """Every application's policies, compiled."""
        return self.compilation.applications

    def context_lifetime(self, provider: IdentityProviderId) -> timedelta:
        """How long an authentication context of this provider holds; not at all, of one without any."""
        found = self.providers.get(provider)
        settings = found.settings if found else None
        return settings.context_lifetime if isinstance(settings, EntraId) else timedelta()

    def person(self, session: Session, *, now: datetime) -> Identity:
        """The session's person, with the authentication contexts that hold at ``now``."""
        lifetime = self.context_lifetime(session.identity.identity_provider)
        return session.identity_at(now, context_lifetime=lifetime)

    def asks_for_certificates(self, hostname: str) -> bool:
        """Whether the edge asks for a client certificate there."""
        return any(each.asks_at(hostname) for each in self.configuration.certificate_authorities)

    def takes(self, application: Application, session: Session) -> bool:
        """Whether the application takes sign-ins by this session's identity provider."""
        taken = application.identity_providers
        return not taken or session.identity.identity_provider in taken

    def credentials(self, now: datetime) -> Mapping[Credential, ServiceTokenId]:
        """What machines are known by that may come in at ``now``: no disabled or expired service token,
        and no secret that was rotated away."""
        tokens = self.service_tokens.values()
        return {credential: token.id for token in tokens for credential in token.credentials(now)}

    def at(self, hostname: str) -> tuple[Application, ...]:
        """The applications that answer somewhere on a hostname."""
        return tuple(
            {placed.application.id: placed.application for placed in self.destinations.at(hostname)}.values()
        )

    def generation_of(self, application: Application) -> str:
        """The ``gen`` claim that a token for ``application`` must carry now."""
        fingerprint = self.compiled[application.id].fingerprint
        return token_generation(self.configuration.generation, application.generation, fingerprint)


class Current:
    """Holds the ``InForce`` of this process."""

    def __init__(self) -> None:
        self._in_force: InForce | None = None

    def get(self) -> InForce:
        """Raises Unavailable before the first configuration was loaded."""
        if self._in_force is None:
            raise Unavailable("the configuration has not been loaded yet")
        return self._in_force

    def known(self) -> InForce | None:
        """What is in force, None before the first configuration was loaded."""
        return self._in_force

    def replace(self, in_force: InForce) -> None:
        """From now on this is in force."""
        self._in_force = in_force
