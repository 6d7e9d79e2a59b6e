"""The tables of a database are brought to what this version needs, or left alone."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.policy import Policy
from doorward.stores.tables import metadata
from tests.stores.files import KEY, opened

# Opens a new database and dies, as from kill -9, after so many statements that make something.
DIE_WHILE_MIGRATING = """
import asyncio, os, signal, sys
from sqlalchemy import Engine, event
from doorward.stores.sql_stores import SqlStores

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    global left
    left -= statement.lstrip().startswith(("CREATE", "INSERT"))
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(SqlStores.open(sys.argv[1], encryption_key=bytes.fromhex(sys.argv[3])))
"""


def make(path: Path) -> None:
    async def run() -> None:
        async with opened(path):
            pass

    asyncio.run(run())


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    make(tmp_path / "a.db")
    engine = create_engine(f"sqlite:///{tmp_path}/a.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_constraints_are_the_same_as_well(tmp_path: Path) -> None:
    made, wanted = create_engine(f"sqlite:///{tmp_path}/a.db"), create_engine("sqlite://")
    make(tmp_path / "a.db")
    metadata.create_all(wanted)
    for table in metadata.tables:
        assert constraints(made, table) == constraints(wanted, table)
    made.dispose()
    wanted.dispose()


def constraints(engine: Any, table: str) -> list[Any]:
    """Keys with their names and options, which Alembic's comparison does not look at."""
    found = inspect(engine)
    return [
        found.get_pk_constraint(table),
        found.get_foreign_keys(table),
        sorted(found.get_unique_constraints(table), key=str),
        sorted(found.get_indexes(table), key=str),
    ]


def test_a_newer_versions_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'doorward_9999'")
    before = path.read_bytes()
    with pytest.raises(Invalid, match=r"a\.db: was written by a newer version .*'doorward_9999'"):
        make(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_keeps_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE pictures (name TEXT)")
    with pytest.raises(Invalid, match=r"a\.db: is another program's database"):
        make(path)
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert names == [("pictures",)]


# There are 41 such statements: Alembic's own table, ours and their indexes, the note that this is
# done, and, in a transaction of its own, the organisation's row.
@pytest.mark.parametrize("statements", [1, 21, 36, 38, 40, 41])
def test_a_migration_that_was_killed_leaves_a_database_that_opens(tmp_path: Path, statements: int) -> None:
    path = tmp_path / "a.db"
    done = subprocess.run(
        [sys.executable, "-c", DIE_WHILE_MIGRATING, str(path), str(statements), KEY.hex()],
        timeout=30,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    make(path)
    make(path)


def test_opening_a_database_that_is_up_to_date_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    before = path.read_bytes()
    make(path)
    assert path.read_bytes() == before


# As version doorward_0004 wrote them.
BEFORE_DESTINATIONS = """
INSERT INTO applications (id, position, hostname, audience, name, tunnel, origin, session_duration,
  identity_providers, generation, show_in_launcher, websockets)
VALUES ('wiki', 1, 'wiki.example.com', 'tag-1', 'Wiki', 't1',
  '{"url": "http://h", "host_header": "", "ca": "", "server_name": "", "verify": true}', 3600000000,
  '["people"]', 2, 1, 0),
  ('hello', 0, 'hello.example.com', 'tag-2', '', NULL,
  '{"url": "http://h", "host_header": "", "ca": "", "server_name": "", "verify": true}', 86400000000,
  '[]', 0, 0, 1);
INSERT INTO application_policies (application, position, id, name, action, rules)
VALUES ('wiki', 0, 'own', '', 'allow', '{"include": [], "require": [], "exclude": []}'),
  ('wiki', 1, 'shared', '', NULL, NULL);
INSERT INTO policies (id, position, name, action, rules)
VALUES ('shared', 0, '', 'deny', '{"include": [], "require": [], "exclude": []}');
"""


def test_applications_from_before_destinations_keep_their_hostname_and_their_policies(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    make(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
        config = Config()
        config.set_main_option("script_location", "doorward.stores:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "doorward_0004")
        for statement in BEFORE_DESTINATIONS.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    configuration, version = load(path)
    hello, wiki = configuration.applications
    assert (version, [str(place) for place in wiki.destinations]) == (0, ["wiki.example.com"])
    assert (wiki.type, wiki.session_duration, wiki.origin.tunnel) == ("self_hosted", timedelta(hours=1), "t1")
    assert (wiki.generation, wiki.audience, wiki.identity_providers) == (2, "tag-1", ("people",))
    own, shared = wiki.policies
    assert (own.id if isinstance(own, Policy) else "", shared) == ("own", "shared")
    assert (str(hello.destinations[0]), hello.session_duration) == ("hello.example.com", timedelta(hours=24))
    with closing(sqlite3.connect(path)) as connection_:
        assert connection_.execute("PRAGMA foreign_key_check").fetchall() == []


def load(path: Path) -> tuple[Configuration, int]:
    async def run() -> tuple[Configuration, int]:
        async with opened(path) as stores:
            return await stores.configurations.load()

    return asyncio.run(run())
