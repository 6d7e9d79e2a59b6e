"""The configuration: everything an administrator decides, as one value.

It is loaded whole, changed by pure functions, checked and saved whole, so that a change is all or
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from doorward.model.application import Application
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.errors import NotFound
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import ApplicationId, PolicyId, TunnelId
from doorward.model.named_list import NamedList
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup
from doorward.model.service_token import ServiceToken, UnusedServiceTokens
from doorward.model.tunnel import Tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """``policies`` are the shared ones, which applications name by id.

    ``generation`` is raised to end every token of the organisation at once. Without
    ``unused_service_tokens``, those that nobody uses stay as they are.
    """

    identity_providers: tuple[IdentityProvider, ...] = ()
    rule_groups: tuple[RuleGroup, ...] = ()
    lists: tuple[NamedList, ...] = ()
    external_evaluations: tuple[ExternalEvaluation, ...] = ()
    certificate_authorities: tuple[CertificateAuthority, ...] = ()
    policies: tuple[Policy, ...] = ()
    applications: tuple[Application, ...] = ()
    tunnels: tuple[Tunnel, ...] = ()
    service_tokens: tuple[ServiceToken, ...] = ()
    session_duration: timedelta = timedelta(hours=24)
    unused_service_tokens: UnusedServiceTokens | None = None
    generation: int = 0

    def application(self, application_id: ApplicationId) -> Application:
        """Raises NotFound when there is none."""
        for application in self.applications:
            if application.id == application_id:
                return application
        raise NotFound(f"there is no application {application_id!r}")

    def tunnel_named(self, name: str) -> Tunnel:
        """Raises NotFound when there is none."""
        for tunnel in self.tunnels:
            if tunnel.name == name:
                return tunnel
        raise NotFound(f"there is no tunnel named {name!r}")

    def tunnel(self, tunnel_id: TunnelId) -> Tunnel:
        """Raises NotFound when there is none."""
        for tunnel in self.tunnels:
            if tunnel.id == tunnel_id:
                return tunnel
        raise NotFound(f"there is no tunnel {tunnel_id!r}")

    def shared_policies(self) -> Mapping[PolicyId, Policy]:
        """The shared policies by id."""
        return {policy.id: policy for policy in self.policies}

    def policies_of(self, application: Application) -> tuple[Policy, ...]:
        """The application's policies in order, shared ones looked up.

        Raises NotFound when a shared policy is missing.
        """
        shared = self.shared_policies()
        found: list[Policy] = []
        for entry in application.policies:
            if isinstance(entry, Policy):
                found.append(entry)
            elif entry in shared:
                found.append(shared[entry])
            else:
                raise NotFound(f"there is no shared policy {entry!r}")
        return tuple(found)
