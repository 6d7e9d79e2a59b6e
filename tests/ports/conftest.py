"""The implementations of the stores, each behind the same door."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from doorward.ports.stores import Stores
from tests.fakes.stores import FakeStores
from tests.stores.files import opened

# Calling it gives empty stores, open inside the block.
OpenStores = Callable[[], AbstractAsyncContextManager[Stores]]


@pytest.fixture(params=["fake", "sqlite"])
def stores(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> OpenStores:
    """Every test of this folder runs once with each."""

    @asynccontextmanager
    async def fake() -> AsyncIterator[Stores]:
        yield FakeStores()

    @asynccontextmanager
    async def sqlite() -> AsyncIterator[Stores]:
        path = tmp_path / "doorward.db"
        shutil.copy(empty_database, path)
        async with opened(path) as stores:
            yield stores

    return {"fake": fake, "sqlite": sqlite}[request.param]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new database, made once: copying it is quicker than making its tables for every test."""

    async def make() -> None:
        async with opened(path):
            pass

    path = tmp_path_factory.mktemp("empty") / "doorward.db"
    asyncio.run(make())
    return path
