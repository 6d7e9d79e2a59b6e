"""A Doorward of fakes that commands can reach, and logs that stay out of what commands print."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from tests.api.server import api_over, serving
from tests.cli.commands import Doorward
from tests.services.world import World


class _Door:
    """Hands each request to the world of the test that runs now, so that one server serves them all."""

    def __init__(self) -> None:
        self._app = api_over(World())

    def lead_to(self, world: World) -> None:
        self._app = api_over(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


@pytest.fixture(scope="package")
def _served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[_Door, Path]]:
    door, data = _Door(), tmp_path_factory.mktemp("data")
    with serving(door, data):
        yield door, data


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Some commands set logging up, as the process that they usually are alone in."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def doorward(_served: tuple[_Door, Path]) -> Iterator[Doorward]:
    """A running Doorward with a fresh world and an empty audit log. What it logs is not the command's."""
    door, data = _served
    shutil.rmtree(data / "audit", ignore_errors=True)
    (data / "audit").mkdir()
    world = World()
    door.lead_to(world)
    with capture_logs():
        yield Doorward(data, world)


@pytest.fixture
def nowhere(tmp_path: Path) -> Doorward:
    """A data folder on which nothing runs."""
    return Doorward(tmp_path, World())
