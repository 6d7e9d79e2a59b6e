"""The door to the database: what may be opened, and two that are open at once."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from doorward.model.configuration import Configuration
from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.stores.sql_stores import SqlStores, sqlite_path
from tests.fakes.clock import START
from tests.nouns import HOUR, application, session
from tests.stores.files import KEY, opened


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("data/doorward.db", "data/doorward.db"),
        (Path("data/doorward.db"), "data/doorward.db"),
        ("sqlite:///data/doorward.db", "data/doorward.db"),
        ("sqlite:////srv/doorward.db", "/srv/doorward.db"),
        ("sqlite+aiosqlite:////srv/doorward.db", "/srv/doorward.db"),
    ],
)
def test_a_path_and_an_sqlite_url_name_a_file(given: str | Path, path: str) -> None:
    assert sqlite_path(given) == Path(path)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("postgresql://db/doorward", "'postgresql' is not supported"),
        ("nothing://", "'nothing' is not supported"),
        ("://", "is not a URL"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///file:x?mode=memory&uri=true", "needs a file"),
    ],
)
def test_any_other_database_is_refused_by_name(url: str, problem: str) -> None:
    with pytest.raises(Invalid, match=f"database: {problem}"):
        sqlite_path(url)


def test_a_key_of_the_wrong_size_is_refused_before_a_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="encryption_key"):
        asyncio.run(SqlStores.open(tmp_path / "a.db", encryption_key=KEY[:16]))
    assert list(tmp_path.iterdir()) == []


def test_the_database_and_its_log_are_for_this_user_only(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.sessions.create(session(), secret_hash="x")
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
            assert files == {"a.db": 0o600, "a.db-wal": 0o600, "a.db-shm": 0o600}

    asyncio.run(run())
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


def test_everything_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    hello = Configuration(applications=(application(),))

    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.configurations.save(hello, expected=0)
            await stores.sessions.create(session(), secret_hash="x")
            await stores.one_time_values.put("key", "value", expires=START + HOUR)
        async with opened(tmp_path / "a.db") as stores:
            assert await stores.configurations.load() == (hello, 1)
            assert await stores.sessions.by_secret("x") == session()
            assert await stores.one_time_values.take("key", now=START) == "value"

    asyncio.run(run())


def test_a_path_with_odd_characters_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "50% of #1? ü"
    folder.mkdir()

    async def run() -> None:
        for version in (0, 1):
            async with opened(folder / "a.db") as stores:
                assert (await stores.configurations.load())[1] == version
                await stores.configurations.save(Configuration(), expected=version)

    asyncio.run(run())
    assert [path.name for path in folder.iterdir()] == ["a.db"]


def test_of_two_who_have_it_open_one_saves_and_the_other_hears_of_a_conflict(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as one, opened(tmp_path / "a.db") as two:
            for version in range(10):
                results = await asyncio.gather(
                    one.configurations.save(Configuration(generation=1), expected=version),
                    two.configurations.save(Configuration(generation=2), expected=version),
                    return_exceptions=True,
                )
                assert {type(result) for result in results} == {int, Conflict}
                winner = results.index(version + 1) + 1
                for stores in (one, two):
                    assert await stores.configurations.load() == (
                        Configuration(generation=winner),
                        version + 1,
                    )

    asyncio.run(run())


def test_of_50_takers_with_two_connections_one_gets_the_value(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as one, opened(tmp_path / "a.db") as two:
            await one.one_time_values.put("key", "value", expires=START + HOUR)
            takers = [one, two] * 25
            results = await asyncio.gather(
                *(stores.one_time_values.take("key", now=START) for stores in takers),
                return_exceptions=True,
            )
            assert results.count("value") == 1
            assert sum(isinstance(result, NotFound) for result in results) == 49

    asyncio.run(run())
