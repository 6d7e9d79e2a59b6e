from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from doorward.model.ids import TunnelId
from doorward.relay.fronts import Fronts

HOME = TunnelId("home")


def test_a_socket_comes_and_goes_and_stale_ones_are_replaced() -> None:
    async def scenario(folder: Path) -> None:
        fronts = Fronts(folder / "fronts", lambda _: asyncio.Protocol())
        fronts.remove_stale()
        assert folder.joinpath("fronts").stat().st_mode & 0o777 == 0o700
        fronts.path(HOME).touch()
        fronts.path(TunnelId("other")).touch()
        fronts.remove_stale()
        assert not list(folder.joinpath("fronts").iterdir())
        fronts.path(HOME).touch()
        await asyncio.gather(fronts.open(HOME), fronts.open(HOME))
        assert fronts.path(HOME).is_socket()
        fronts.close(HOME)
        fronts.close(HOME)
        assert not fronts.path(HOME).exists()
        await fronts.open(HOME)
        fronts.close_all()
        assert not fronts.path(HOME).exists()

    with tempfile.TemporaryDirectory(prefix="dw") as name:
        asyncio.run(scenario(Path(name)))


def test_a_folder_that_is_not_there_is_an_error_that_leaves_no_socket_open() -> None:
    async def scenario() -> None:
        fronts = Fronts(Path("/nonexistent"), lambda _: asyncio.Protocol())
        with pytest.raises(OSError, match="No such file"):
            await fronts.open(HOME)

    asyncio.run(scenario())
