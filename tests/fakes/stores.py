"""Stores that keep everything in dictionaries, with the same promises as a database's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import ApplicationId, IdentityProviderId, SessionId
from doorward.model.session import ApplicationSession, Session
from doorward.ports.stores import SigningKey
from doorward.stores.uniqueness import refuse_duplicates
from tests.fakes.credentials import FakeCredentials
from tests.fakes.directory import FakeDirectory
from tests.fakes.faults import Faults
from tests.fakes.grants import FakeGrants
from tests.fakes.passes import FakePasses
from tests.fakes.reports import FakeFacts
from tests.fakes.service_token_uses import FakeServiceTokenUses


class FakeConfigurations:
    """Begins with what a test gives, at version 0."""

    def __init__(self, configuration: Configuration | None = None, faults: Faults | None = None) -> None:
        self.configuration = configuration or Configuration()
        self._version = 0
        self._faults = faults or Faults()

    async def load(self) -> tuple[Configuration, int]:
        self._faults.check()
        return self.configuration, self._version

    async def version(self) -> int:
        self._faults.check()
        return self._version

    async def save(self, configuration: Configuration, *, expected: int) -> int:
        self._faults.check()
        refuse_duplicates(configuration)
        if expected != self._version:
            raise Conflict(f"the configuration is not at version {expected} any more: load it again")
        self.configuration = configuration
        self._version += 1
        return self._version

    async def replace(self, configuration: Configuration) -> None:
        """Save it, whatever is stored."""
        await self.save(configuration, expected=self._version)


class FakeSessions:
    """Sessions by id; secrets and footholds by hash."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._sessions: dict[SessionId, Session] = {}
        self._secrets: dict[str, SessionId] = {}
        self._footholds: dict[str, ApplicationSession] = {}
        self._refresh_tokens: dict[SessionId, str] = {}
        self._faults = faults or Faults()

    async def create(self, session: Session, *, secret_hash: str, refresh_token: str = "") -> None:
        self._faults.check()
        if session.id in self._sessions or secret_hash in self._secrets:
            raise Conflict(f"session {session.id!r} or its secret exists already")
        self._sessions[session.id] = session
        self._secrets[secret_hash] = session.id
        if refresh_token:
            self._refresh_tokens[session.id] = refresh_token

    async def update(self, session: Session, *, secret_hash: str = "") -> bool:
        self._faults.check()
        kept = self._sessions.get(session.id)
        if kept is None or kept.revoked is not None:
            return False
        if secret_hash:
            if secret_hash in self._secrets:
                raise Conflict("the session's new secret exists already")
            self._secrets = {h: i for h, i in self._secrets.items() if i != session.id}
            self._secrets[secret_hash] = session.id
        self._sessions[session.id] = replace(
            kept,
            identity=replace(
                session.identity,
                identity_provider=kept.identity.identity_provider,
                subject=kept.identity.subject,
                contexts=frozenset(),
            ),
            contexts=session.contexts,
            authenticated=session.authenticated,
            provider_session=session.provider_session,
            checked=session.checked,
            changed=session.changed,
        )
        return True

    async def refresh_token(self, session_id: SessionId) -> str:
        self._faults.check()
        return self._refresh_tokens.get(session_id, "")

    async def keep_refresh_token(self, session_id: SessionId, refresh_token: str) -> None:
        self._faults.check()
        if session_id in self._sessions:
            self._refresh_tokens[session_id] = refresh_token

    async def get(self, session_id: SessionId) -> Session:
        self._faults.check()
        if session_id not in self._sessions:
            raise NotFound(f"there is no session {session_id!r}")
        return self._sessions[session_id]

    async def by_secret(self, secret_hash: str) -> Session:
        self._faults.check()
        if secret_hash not in self._secrets:
            raise NotFound("there is no session with this secret")
        return self._sessions[self._secrets[secret_hash]]

    async def listed(self, *, email: str | None = None, now: datetime) -> Sequence[Session]:
        self._faults.check()
        live = [s for s in self._sessions.values() if s.is_live(now) and email in {None, s.identity.email}]
        by_id = sorted(live, key=lambda s: s.id)
        return sorted(by_id, key=lambda s: s.created, reverse=True)

    async def people(self, session_ids: Sequence[SessionId]) -> Mapping[SessionId, str]:
        self._faults.check()
        return {i: self._sessions[i].identity.email for i in session_ids if i in self._sessions}

    async def of_provider(
        self, provider: IdentityProviderId, *, now: datetime, subject: str | None = None
    ) -> Sequence[Session]:
        self._faults.check()
        found = [
            s
            for s in self._sessions.values()
            if s.is_live(now)
            and s.identity.identity_provider == provider
            and subject in {None, s.identity.subject}
        ]
        return sorted(found, key=lambda s: (s.created, s.id))

    async def revoke(
        self, session_ids: Sequence[SessionId], *, now: datetime, why: str = ""
    ) -> Sequence[Session]:
        self._faults.check()
        ended: list[Session] = []
        for session_id in session_ids:
            session = self._sessions.get(session_id)
            if session is not None and session.is_live(now):
                self._sessions[session_id] = replace(session, revoked=now, why_revoked=why)
                self._refresh_tokens.pop(session_id, None)
                ended.append(self._sessions[session_id])
        return ended

    async def revoked_since(self, moment: datetime) -> Sequence[SessionId]:
        self._faults.check()
        revoked = [(s.revoked, s.id) for s in self._sessions.values() if s.revoked is not None]
        return [session_id for when, session_id in sorted(revoked) if when >= moment]

    async def outdate(self, session_ids: Collection[SessionId], *, now: datetime) -> Sequence[SessionId]:
        self._faults.check()
        live = sorted(i for i in set(session_ids) if i in self._sessions and self._sessions[i].is_live(now))
        for session_id in live:
            self._sessions[session_id] = replace(self._sessions[session_id], changed=now)
        return live

    async def changed_since(self, moment: datetime) -> Mapping[SessionId, datetime]:
        self._faults.check()
        changed = {s.id: s.changed for s in self._sessions.values() if s.changed is not None}
        return {session_id: when for session_id, when in changed.items() if when >= moment}

    async def remove_ended(self, *, before: datetime) -> int:
        self._faults.check()
        gone = {s.id for s in self._sessions.values() if min(s.expires, s.revoked or s.expires) < before}
        self._sessions = {i: s for i, s in self._sessions.items() if i not in gone}
        self._secrets = {h: i for h, i in self._secrets.items() if i not in gone}
        self._footholds = {h: f for h, f in self._footholds.items() if f.session not in gone}
        return len(gone)

    async def create_foothold(self, foothold: ApplicationSession, *, secret_hash: str) -> None:
        await self.get(foothold.session)
        if secret_hash in self._footholds:
            raise Conflict("a foothold with this secret exists already")
        self._footholds[secret_hash] = foothold

    async def foothold(self, secret_hash: str) -> tuple[ApplicationSession, Session]:
        self._faults.check()
        if secret_hash not in self._footholds:
            raise NotFound("there is no foothold with this secret")
        foothold = self._footholds[secret_hash]
        return foothold, self._sessions[foothold.session]

    async def applications_of(self, session_id: SessionId) -> Sequence[ApplicationId]:
        self._faults.check()
        return sorted({f.application for f in self._footholds.values() if f.session == session_id})


class FakeOneTimeValues:
    """Values by key, with when they expire."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._values: dict[str, tuple[str, datetime]] = {}
        self._faults = faults or Faults()

    async def put(self, key: str, value: str, *, expires: datetime) -> None:
        self._faults.check()
        if key in self._values:
            raise Conflict("this one-time value is there already")
        self._values[key] = (value, expires)

    async def take(self, key: str, *, now: datetime) -> str:
        self._faults.check()
        value, expires = self._values.get(key, ("", now))
        if expires <= now:
            raise NotFound("this one-time value was used already, has expired, or never was")
        del self._values[key]
        return value

    async def remove_expired(self, *, now: datetime) -> None:
        self._faults.check()
        self._values = {k: (v, expires) for k, (v, expires) in self._values.items() if expires > now}


class FakeSigningKeys:
    """Keys by kid."""

    def __init__(self, faults: Faults | None = None) -> None:
        self._keys: dict[str, SigningKey] = {}
        self._faults = faults or Faults()

    async def listed(self) -> Sequence[SigningKey]:
        self._faults.check()
        return sorted(self._keys.values(), key=lambda key: (key.created, key.kid))

    async def add(self, key: SigningKey) -> None:
        self._faults.check()
        if key.kid in self._keys:
            raise Conflict(f"there is a signing key {key.kid!r} already")
        self._keys[key.kid] = key

    async def remove(self, kid: str) -> None:
        self._faults.check()
        if self._keys.pop(kid, None) is None:
            raise NotFound(f"there is no signing key {kid!r}")

    async def replace_all(self, key: SigningKey) -> None:
        self._faults.check()
        self._keys = {key.kid: key}


class FakeStores:
    """All of them. ``faults.error`` makes every one of them fail."""

    def __init__(self, configuration: Configuration | None = None) -> None:
        self.faults = Faults()
        self._configurations = FakeConfigurations(configuration, self.faults)
        self._sessions = FakeSessions(self.faults)
        self._one_time_values = FakeOneTimeValues(self.faults)
        self._signing_keys = FakeSigningKeys(self.faults)
        self._directory = FakeDirectory(self.faults.check)
        self._credentials = FakeCredentials(self.faults)
        self._passes = FakePasses(self._sessions, self.faults)
        self._grants = FakeGrants(self._sessions, self.faults)
        self._service_token_uses = FakeServiceTokenUses(self.faults)
        self._facts = FakeFacts(self.faults)

    @property
    def configurations(self) -> FakeConfigurations:
        return self._configurations

    @property
    def sessions(self) -> FakeSessions:
        return self._sessions

    @property
    def one_time_values(self) -> FakeOneTimeValues:
        return self._one_time_values

    @property
    def signing_keys(self) -> FakeSigningKeys:
        return self._signing_keys

    @property
    def directory(self) -> FakeDirectory:
        return self._directory

    @property
    def credentials(self) -> FakeCredentials:
        return self._credentials

    @property
    def passes(self) -> FakePasses:
        return self._passes

    @property
    def grants(self) -> FakeGrants:
        return self._grants

    @property
    def service_token_uses(self) -> FakeServiceTokenUses:
        return self._service_token_uses

    @property
    def facts(self) -> FakeFacts:
        return self._facts
