"""All stores on one database, opened and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from sqlalchemy import inspect, make_url
from sqlalchemy.exc import ArgumentError

from doorward.audit.checkpoints import Checkpoint
from doorward.model.errors import Invalid
from doorward.stores import database_file, organisation
from doorward.stores.audit_checkpoints import SqlAuditCheckpoints
from doorward.stores.configurations import SqlConfigurations
from doorward.stores.credentials import SqlCredentials
from doorward.stores.database import Database, sqlite
from doorward.stores.directory import SqlDirectory
from doorward.stores.encryption import Envelope
from doorward.stores.facts import SqlFacts
from doorward.stores.grants import SqlGrants
from doorward.stores.migrating import migrate
from doorward.stores.one_time_values import SqlOneTimeValues
from doorward.stores.passes import SqlPasses
from doorward.stores.service_token_uses import SqlServiceTokenUses
from doorward.stores.sessions import SqlSessions
from doorward.stores.signing_keys import SqlSigningKeys


class SqlStores:
    """``ports.stores.Stores`` in a database. Make it with ``open``."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._configurations = SqlConfigurations(database, envelope)
        self._sessions = SqlSessions(database, envelope)
        self._one_time_values = SqlOneTimeValues(database)
        self._signing_keys = SqlSigningKeys(database, envelope)
        self._directory = SqlDirectory(database)
        self._credentials = SqlCredentials(database, envelope)
        self._passes = SqlPasses(database)
        self._grants = SqlGrants(database)
        self._service_token_uses = SqlServiceTokenUses(database)
        self._facts = SqlFacts(database)
        self._audit_checkpoints = SqlAuditCheckpoints(database)

    @classmethod
    async def open(
        cls,
        url_or_path: str | Path,
        *,
        encryption_key: bytes,
        previous_keys: Sequence[bytes] = (),
        patience: timedelta = timedelta(seconds=5),
    ) -> Self:
        """Open the database, made or brought up to date where needed.

        ``url_or_path`` is a file's path or ``sqlite:///path``; the folder must exist.
        ``encryption_key`` has 32 bytes. Where one of ``previous_keys`` fits instead, everything is
        encrypted anew with it. ``patience`` is how long to wait for other programs' locks.

        Raises:
            Invalid: what is there is damaged, not a database, another program's or a newer
                version's, or the key does not fit. Nothing was changed.
            Unavailable: the folder or the file cannot be used, or is locked.
        """
        envelope = Envelope(encryption_key)
        path = sqlite_path(url_or_path)
        await asyncio.to_thread(database_file.prepare, path, patience=patience)
        database = sqlite(path, patience=patience)
        try:
            await migrate(database)
            previous = [Envelope(key) for key in previous_keys]
            await organisation.begin_or_check(database, envelope, previous=previous)
        except BaseException:
            await database.close()
            raise
        return cls(database, envelope)

    async def close(self) -> None:
        """Close every connection; what was reported as done is on disk already."""
        await self._database.close()

    @property
    def configurations(self) -> SqlConfigurations:
        """The configuration."""
        return self._configurations

    @property
    def sessions(self) -> SqlSessions:
        """Sessions and footholds."""
        return self._sessions

    @property
    def one_time_values(self) -> SqlOneTimeValues:
        """Values that may be used once."""
        return self._one_time_values

    @property
    def signing_keys(self) -> SqlSigningKeys:
        """Keys that sign application tokens."""
        return self._signing_keys

    @property
    def directory(self) -> SqlDirectory:
        """What identity providers' directories push."""
        return self._directory

    @property
    def credentials(self) -> SqlCredentials:
        """Passkeys, apps that show codes, recovery codes."""
        return self._credentials

    @property
    def passes(self) -> SqlPasses:
        """Passes of applications that cannot sign in with a browser."""
        return self._passes

    @property
    def grants(self) -> SqlGrants:
        """Access that sessions are given after a reason or an approval."""
        return self._grants

    @property
    def service_token_uses(self) -> SqlServiceTokenUses:
        """When service tokens were last used."""
        return self._service_token_uses

    @property
    def facts(self) -> SqlFacts:
        """What sources report of people and sessions."""
        return self._facts

    @property
    def audit_checkpoints(self) -> SqlAuditCheckpoints:
        """The newest checkpoint of the audit log."""
        return self._audit_checkpoints


async def newest_audit_checkpoint(path: Path, *, patience: timedelta) -> Checkpoint | None:
    """The newest checkpoint in a database that may be in use, or be from before there were any. The
    database is only read. Raises Unavailable."""
    database = sqlite(path, patience=patience)
    try:
        async with database.reading() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        return await SqlAuditCheckpoints(database).newest() if "audit_checkpoints" in tables else None
    finally:
        await database.close()


def sqlite_path(url_or_path: str | Path) -> Path:
    """The file that a path or an SQLite URL names.

    Raises Invalid for another kind of database, and for one in memory, which a crash would lose.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return Path(url_or_path)
    try:
        url = make_url(url_or_path)
    except ArgumentError as error:
        raise Invalid("database", "is not a URL: give a path, or sqlite:///path") from error
    if url.get_backend_name() != "sqlite":
        raise Invalid("database", f"{url.drivername!r} is not supported: give sqlite:///path")
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise Invalid("database", "needs a file: give sqlite:///path")
    return Path(url.database)
