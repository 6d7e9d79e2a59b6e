"""A declaration is laid over the configuration that is there: pure, all or nothing.

Rule: what people and machines hold in their hands lives on. An application keeps its audience and
generation by its id, a tunnel its id and token version by its name, accounts, providers and service
tokens their secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from doorward.declaration.blame import blamed
from doorward.declaration.declared import Declaration, DeclaredApplication, DeclaredOrigin
from doorward.declaration.keeping import Passwords, kept_provider, kept_service_token
from doorward.declaration.reading import Notes
from doorward.declaration.references import Reference, check_references, missing
from doorward.model.application import Application, Origin
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.identity_provider import IdentityProvider
from doorward.model.ids import Audience, TunnelId
from doorward.model.service_token import ServiceToken
from doorward.model.tunnel import Tunnel
from doorward.policy.compilation import Compilation
from doorward.policy.destinations import Destinations

T = TypeVar("T")


class Identifiers(Protocol):
    """Where new ids come from; ``doorward.ports.clock.Randomness`` is one."""

    def identifier(self) -> str:
        """A new id that nobody can guess: 32 lower-case hexadecimal digits."""
        ...


def merge(
    declaration: Declaration,
    current: Configuration,
    *,
    randomness: Identifiers,
    hash_password: Callable[[str], str],
    verify_password: Callable[[str, str], bool],
) -> Configuration:
    """Return ``current`` with every section that the declaration holds replaced by what it says.

    ``verify_password(password_hash, password)`` says whether a password fits; where it does, the
    hash is kept, so that merging the same declaration again changes nothing.

    Raises:
        DeclarationInvalid: a name leads nowhere, a new thing lacks its secret, or the result does
            not compile. It lists every such thing, with its line.
    """
    merging = _Merging(declaration, current, randomness, Passwords(hash_password, verify_password))
    return merging.result()


class _Merging:
    """One merge: the two sides, and what was wrong so far."""

    def __init__(
        self, declaration: Declaration, current: Configuration, randomness: Identifiers, passwords: Passwords
    ) -> None:
        self._declared = declaration
        self._current = current
        self._randomness = randomness
        self._passwords = passwords
        self._notes = Notes(declaration.file, declaration.places)

    def result(self) -> Configuration:
        declared, current = self._declared, self._current
        tunnels = self._tunnels()
        configuration = replace(
            current,
            session_duration=_given(declared.session_duration, current.session_duration),
            unused_service_tokens=(
                current.unused_service_tokens
                if declared.unused_service_tokens is None
                else declared.unused_service_tokens.rule
            ),
            identity_providers=self._identity_providers(),
            rule_groups=_given(declared.rule_groups, current.rule_groups),
            external_evaluations=_given(declared.external_evaluations, current.external_evaluations),
            lists=_given(declared.lists, current.lists),
            certificate_authorities=_given(declared.certificate_authorities, current.certificate_authorities),
            policies=_given(declared.policies, current.policies),
            tunnels=tunnels,
            applications=self._applications(tunnels),
            service_tokens=self._service_tokens(),
        )
        check_references(configuration, declared, self._notes)
        self._notes.finish()
        try:
            Destinations.of(configuration.applications)
            Compilation.of(configuration)
        except Invalid as error:
            raise blamed(error, declared, configuration) from error
        return configuration

    def _tunnels(self) -> tuple[Tunnel, ...]:
        if self._declared.tunnels is None:
            return self._current.tunnels
        before = {tunnel.name: tunnel for tunnel in self._current.tunnels}
        return tuple(before.get(name) or self._new_tunnel(name) for name in self._declared.tunnels)

    def _new_tunnel(self, name: str) -> Tunnel:
        return Tunnel(id=TunnelId(self._randomness.identifier()), name=name)

    def _identity_providers(self) -> tuple[IdentityProvider, ...]:
        if self._declared.identity_providers is None:
            return self._current.identity_providers
        before = {provider.id: provider for provider in self._current.identity_providers}
        return tuple(
            kept_provider(
                provider,
                before.get(provider.id),
                path=f"identity_providers[{index}]",
                passwords=self._passwords,
                notes=self._notes,
            )
            for index, provider in enumerate(self._declared.identity_providers)
        )

    def _service_tokens(self) -> tuple[ServiceToken, ...]:
        if self._declared.service_tokens is None:
            return self._current.service_tokens
        before = {token.id: token for token in self._current.service_tokens}
        tokens: list[ServiceToken] = []
        taken: set[str] = set()
        for index, declared in enumerate(self._declared.service_tokens):
            path = f"service_tokens[{index}]"
            token = kept_service_token(declared, before.get(declared.id), path=path, notes=self._notes)
            if token.client_id in taken:
                problem = f"{token.client_id!r} is another token's: give each its own"
                self._notes.note(Invalid(f"{path}.client_id", problem))
            taken.add(token.client_id)
            tokens.append(token)
        return tuple(tokens)

    def _applications(self, tunnels: Iterable[Tunnel]) -> tuple[Application, ...]:
        if self._declared.applications is None:
            self._check_tunnels_kept(tunnels)
            return self._current.applications
        before = {application.id: application for application in self._current.applications}
        by_name = {tunnel.name: tunnel.id for tunnel in tunnels}
        return tuple(
            self._application(
                application, before.get(application.id), path=f"applications[{index}]", tunnels=by_name
            )
            for index, application in enumerate(self._declared.applications)
        )

    def _application(
        self,
        declared: DeclaredApplication,
        before: Application | None,
        *,
        path: str,
        tunnels: Mapping[str, TunnelId],
    ) -> Application:
        tunnel = declared.origin.tunnel
        if tunnel is not None and tunnel not in tunnels:
            reference = Reference(
                owner=f"application {declared.id!r}", path=f"{path}.tunnel", section="tunnels", value=tunnel
            )
            self._notes.note(missing(reference, tunnels))
        return Application(
            id=declared.id,
            type=declared.type,
            destinations=declared.destinations,
            origin=_origin(declared.origin, tunnels),
            audience=before.audience if before else self._new_audience(),
            name=declared.name,
            policies=declared.policies,
            session_duration=declared.session_duration,
            identity_providers=declared.identity_providers,
            sign_in_with=declared.sign_in_with,
            sign_in=declared.sign_in,
            generation=before.generation if before else 0,
            show_in_launcher=declared.show_in_launcher,
            websockets=declared.websockets,
            service_token_header=declared.service_token_header,
            cors=declared.cors,
            same_site=declared.same_site,
            deny_page=declared.deny_page,
            passes=declared.passes,
        )

    def _new_audience(self) -> Audience:
        return Audience(self._randomness.identifier() + self._randomness.identifier())

    def _check_tunnels_kept(self, tunnels: Iterable[Tunnel]) -> None:
        """Note tunnels that the file removes though applications, which it leaves out, use them."""
        kept = {tunnel.id for tunnel in tunnels}
        names = {tunnel.id: tunnel.name for tunnel in self._current.tunnels}
        for application in self._current.applications:
            tunnel = application.origin.tunnel
            if tunnel is not None and tunnel not in kept:
                problem = (
                    f"application {application.id!r} uses tunnel {names.get(tunnel, tunnel)!r}, "
                    "which this file removes: keep it, or change that as well"
                )
                self._notes.note(Invalid("tunnels", problem))


def _given(declared: T | None, current: T) -> T:
    return current if declared is None else declared


def _origin(declared: DeclaredOrigin, tunnels: Mapping[str, TunnelId]) -> Origin:
    return Origin(
        url=declared.url,
        tunnel=tunnels.get(declared.tunnel) if declared.tunnel is not None else None,
        host_header=declared.host_header,
        ca=declared.ca,
        server_name=declared.server_name,
        verify=declared.verify,
        headers=declared.headers,
        identity_headers=declared.identity_headers,
        timeouts=declared.timeouts,
    )
