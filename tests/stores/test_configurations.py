"""How the configuration is kept: what is written, what is encrypted, what is not understood."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import IdentityProvider, OpenIdConnect
from doorward.model.ids import IdentityProviderId
from tests.nouns import application
from tests.stores.files import opened

SECRET = "a-secret-of-the-organisation"


def provider(name: str) -> IdentityProvider:
    settings = OpenIdConnect(issuer="https://idp.example.com", client_id="doorward", client_secret=SECRET)
    return IdentityProvider(id=IdentityProviderId(name), settings=settings)


CONFIGURATION = Configuration(
    identity_providers=(provider("one"), provider("two")),
    applications=(application("hello"), application("wiki")),
)


def query(path: Path, statement: str) -> list[Sequence[object]]:
    """Ask, or change, the database past Doorward."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


def save(path: Path, *configurations: Configuration) -> None:
    async def run() -> None:
        async with opened(path) as stores:
            for configuration in configurations:
                _, version = await stores.configurations.load()
                await stores.configurations.save(configuration, expected=version)

    asyncio.run(run())


def load(path: Path) -> Configuration:
    async def run() -> Configuration:
        async with opened(path) as stores:
            return (await stores.configurations.load())[0]

    return asyncio.run(run())


def client_secrets(path: Path) -> dict[object, object]:
    """As they are in the file, by provider."""
    return {row[0]: row[1] for row in query(path, "SELECT id, client_secret FROM identity_providers")}


def test_only_rows_that_changed_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    save(path, CONFIGURATION)
    # A row that is written anew gets a new nonce.
    before = client_secrets(path)
    one, two = CONFIGURATION.identity_providers
    save(path, replace(CONFIGURATION, identity_providers=(one, replace(two, name="Staff"))))
    after = client_secrets(path)
    assert after["one"] == before["one"]
    assert after["two"] != before["two"]


def test_secrets_are_in_none_of_the_files(tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(tmp_path / "a.db") as stores:
            await stores.configurations.save(CONFIGURATION, expected=0)
            contents = [path.read_bytes() for path in tmp_path.iterdir()]
            assert len(contents) == 3
            assert not any(SECRET.encode() in held for held in contents)
            assert any(b"hello.example.com" in held for held in contents)

    asyncio.run(run())


def test_a_secret_that_was_moved_to_another_provider_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    save(path, CONFIGURATION)
    query(
        path,
        "UPDATE identity_providers SET client_secret ="
        " (SELECT client_secret FROM identity_providers WHERE id = 'one') WHERE id = 'two'",
    )
    with pytest.raises(Invalid, match=r"identity_providers\[two\]\.client_secret: cannot be decrypted"):
        load(path)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE identity_providers SET kind = 'magic'",
        "UPDATE applications SET origin = '{}'",
        "UPDATE applications SET origin = 'no JSON'",
        "UPDATE applications SET origin = '[]'",
        "INSERT INTO application_policies VALUES ('hello', 0, 'p', '', 'admit', '{}', NULL)",
        "INSERT INTO application_policies VALUES ('hello', 0, 'p', '', 'allow', '{\"include\": []}', NULL)",
    ],
)
def test_what_cannot_be_understood_is_an_error_and_never_a_guess(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a.db"
    save(path, CONFIGURATION)
    query(path, change)
    with pytest.raises(Unavailable, match=r"cannot be understood .*: undo what was changed by hand"):
        load(path)


def test_a_load_never_sees_half_of_a_save(tmp_path: Path) -> None:
    """Each saved configuration names its generation in every list, so that a mixture shows."""

    def whole(generation: int) -> Configuration:
        return Configuration(
            generation=generation,
            identity_providers=(replace(provider("one"), name=str(generation)),),
            applications=(replace(application(), name=str(generation)),),
        )

    async def run() -> None:
        async with opened(tmp_path / "a.db") as one, opened(tmp_path / "a.db") as two:
            await one.configurations.save(whole(0), expected=0)

            async def write() -> None:
                for generation in range(1, 30):
                    await one.configurations.save(whole(generation), expected=generation)

            writing = asyncio.create_task(write())
            while not writing.done():
                found, version = await two.configurations.load()
                assert found == whole(version - 1)
            await writing

    asyncio.run(run())
