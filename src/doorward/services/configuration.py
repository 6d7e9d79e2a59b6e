"""The configuration: apply a declarative file, export it, change it, and see it take effect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from doorward.declaration import Change, blamed, changes, export, merge, parse
from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, Invalid
from doorward.model.identity_provider import Account, LocalAccounts, whom_it_means
from doorward.model.ids import IdentityProviderId
from doorward.policy.client_certificates import check_in_time
from doorward.policy.destinations import Destinations
from doorward.ports.clock import Clock, Randomness
from doorward.ports.credentials import Owner
from doorward.ports.edges import Edges
from doorward.ports.stores import Stores
from doorward.services.audited.configurations import configuration_facts
from doorward.services.current import Current, InForce
from doorward.services.live_streams import LiveStreams
from doorward.services.publish import Publisher
from doorward.services.sessions import LiveSessions

log = structlog.get_logger("services.configuration")

PROVIDER_GONE = "The way you signed in has been taken out of use here. Sign in again."

ANSWER = 5.0
"""Seconds that edges have to answer to a new configuration before it is reported as pending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFile:
    """A declarative file with what it refers to: ``files`` by the name it uses, ``environment``."""

    name: str
    text: str
    files: Mapping[str, str]
    environment: Mapping[str, str]

    def read(self, name: str) -> str:
        """The text of a file that it names. Raises FileNotFoundError."""
        try:
            return self.files[name]
        except KeyError:
            raise FileNotFoundError(name) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a change did. ``refusal`` holds Envoy's words where an edge did not take it. ``before`` and
    ``after`` are what is in force and what would be, as ``configuration_facts``: of a dry run only."""

    changes: Sequence[Change]
    version: str
    live: bool
    refusal: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


_REVISION = "# Revision {0}: with --based-on {0} it is applied only if nobody has changed anything since.\n"


@dataclass(frozen=True, slots=True)
class PasswordHashing:
    """``hash(password)``, and ``verify(password_hash, password)``. Both are slow on purpose."""

    hash: Callable[[str], str]
    verify: Callable[[str, str], bool]


class Configurations:
    """The administrator's verbs on the configuration."""

    def __init__(  # noqa: PLR0913 - it joins what a change needs, once, in bootstrap
        self,
        stores: Stores,
        *,
        current: Current,
        publisher: Publisher,
        edges: Edges,
        sessions: LiveSessions,
        streams: LiveStreams,
        passwords: PasswordHashing,
        reserved: Sequence[str],
        randomness: Randomness,
        clock: Clock,
    ) -> None:
        self._stores = stores
        self._clock = clock
        self._current = current
        self._publisher = publisher
        self._edges = edges
        self._sessions = sessions
        self._streams = streams
        self._passwords = passwords
        self._reserved = frozenset(reserved)
        self._randomness = randomness
        self._lock = asyncio.Lock()

    async def load(self) -> Configuration:
        """The configuration as it is stored."""
        configuration, _ = await self._stores.configurations.load()
        return configuration

    async def export(self, *, with_secrets: bool) -> str:
        """The configuration as a declarative file, which begins with its revision."""
        configuration, version = await self._stores.configurations.load()
        return _REVISION.format(version) + export(configuration, with_secrets=with_secrets)

    async def apply(self, file: AccessFile, *, dry_run: bool, based_on: int | None = None) -> Outcome:
        """Bring a declarative file into force: all of it, or nothing.

        ``based_on`` is the revision that the file was made from; without it, what others did meanwhile
        is undone where the file says otherwise.

        Raises:
            DeclarationInvalid: with every fault and its line; nothing was changed.
            Conflict: somebody changed the configuration meanwhile.
        """
        declaration = parse(file.text, file=file.name, read_file=file.read, environment=file.environment)

        def merged(current: Configuration) -> Configuration:
            after = merge(
                declaration,
                current,
                randomness=self._randomness,
                hash_password=self._passwords.hash,
                verify_password=self._passwords.verify,
            )
            try:
                Destinations.of(after.applications, reserved=self._reserved)
                self._check_certificates(current, after)
            except Invalid as error:
                raise blamed(error, declaration, after) from None
            return after

        return await self.change(merged, dry_run=dry_run, based_on=based_on)

    async def change(
        self,
        transform: Callable[[Configuration], Configuration],
        *,
        dry_run: bool = False,
        based_on: int | None = None,
    ) -> Outcome:
        """Replace the configuration by what ``transform``, a pure function, makes of it; only if it is at
        the revision ``based_on``, where that is given.

        What is refused changes nothing. People whom the change concerns (a disabled account, another
        password, other groups) are signed out; streams that would no longer be opened are cut.
        """
        async with self._lock:
            before, version = await self._stores.configurations.load()
            if based_on not in (None, version):
                raise Conflict(
                    f"somebody has changed the configuration since revision {based_on}, it is {version} now: "
                    "export it again and make your change there. Nothing was changed"
                )
            after = await asyncio.to_thread(transform, before)
            in_force = InForce.of(after, version, reserved=self._reserved, before=self._current.known())
            made = changes(before, after)
            if dry_run:
                return await asyncio.to_thread(_dry_outcome, made, before, after, version)
            if after != before:
                version = await self._stores.configurations.save(after, expected=version)
                log.info("configuration changed", changes=[str(change) for change in made])
            return await self._bring_into_force(before, replace(in_force, version=version), made)

    async def _bring_into_force(
        self, before: Configuration, in_force: InForce, made: Sequence[Change]
    ) -> Outcome:
        after = in_force.configuration
        await self._publisher.publish(in_force)
        # Before edges have confirmed, which a hanging one delays; and once more after, for whatever
        # slipped in between.
        await self._streams.recheck()
        for email, provider in _changed_people(before, after):
            await self._sign_out(email, provider)
        # Who gets the same address later must not be let in by the passkey of who had it before.
        gone = _people(before).keys() - _people(after).keys()
        await self._stores.credentials.forget([Owner(provider, email) for email, provider in gone])
        for provider in _changed_providers(before, after):
            sessions = await self._stores.sessions.of_provider(provider, now=self._clock.now())
            await self._sessions.end([session.id for session in sessions], why=PROVIDER_GONE)
        published = self._publisher.version  # signing out publishes too, and edges report the latest
        live = await self._publisher.wait(published, seconds=ANSWER)
        await self._streams.recheck()
        refusal = next((status.refusal for status in self._edges.statuses() if status.refusal), "")
        return Outcome(changes=made, version=published, live=live, refusal=refusal)

    async def _sign_out(self, email: str, provider: IdentityProviderId) -> None:
        sessions = await self._sessions.listed(email=email)
        await self._sessions.end([s.id for s in sessions if s.identity.identity_provider == provider])

    def _check_certificates(self, before: Configuration, after: Configuration) -> None:
        """What is given now must be valid now. What was there already may have expired since: that lets
        nobody in, and keeps no other change out."""
        for authority in after.certificate_authorities:
            if authority in before.certificate_authorities:
                continue
            try:
                check_in_time(authority, self._clock.now())
            except Invalid as error:
                field = f"certificate_authorities[{authority.id}].{error.field}"
                raise Invalid(field, error.problem) from None


def _dry_outcome(
    made: Sequence[Change], before: Configuration, after: Configuration, version: int
) -> Outcome:
    """Both sides without secrets, for whoever tries the change on what was decided."""
    return Outcome(
        changes=made,
        version="",
        live=False,
        refusal="",
        before=configuration_facts(before, version),
        after=configuration_facts(after, version),
    )


def _changed_people(before: Configuration, after: Configuration) -> list[tuple[str, IdentityProviderId]]:
    """Local people who are not any more what they were when they signed in, and those whose
    provider is gone."""
    now = _people(after)
    return [key for key, account in _people(before).items() if now.get(key) != account]


def _changed_providers(before: Configuration, after: Configuration) -> list[IdentityProviderId]:
    """Identity providers that are gone, or whose settings now mean another directory: nobody there
    vouches any more for who is signed in."""
    now = {provider.id: whom_it_means(provider.settings) for provider in after.identity_providers}
    return [p.id for p in before.identity_providers if now.get(p.id) != whom_it_means(p.settings)]


def _people(configuration: Configuration) -> dict[tuple[str, IdentityProviderId], Account]:
    return {
        (account.email, provider.id): account
        for provider in configuration.identity_providers
        if isinstance(provider.settings, LocalAccounts)
        for account in provider.settings.accounts
    }
