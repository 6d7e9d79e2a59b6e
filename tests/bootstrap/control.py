"""A real control plane on a data folder of a test, without its process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from structlog.testing import capture_logs

from doorward.bootstrap.control_plane import ControlPlane, build
from doorward.bootstrap.control_settings import ControlSettings
from doorward.bootstrap.data_folder import DataFolder

T = TypeVar("T")


def settings(data: Path) -> ControlSettings:
    return ControlSettings(
        data=data,
        team_domain="access.localhost",
        https_host="127.0.0.1",
        https_port=8443,
        public_port=8443,
        relay_public=("127.0.0.1:7844",),
    )


def with_control_plane(
    data: Path, story: Callable[[ControlPlane], Awaitable[T]], given: ControlSettings | None = None
) -> T:
    """Build it, publish, let ``story`` happen, close it."""

    async def told() -> T:
        folder = DataFolder.open(data)
        try:
            control = await build(given or settings(data), folder, environment={})
            try:
                await control.services.tokens.refresh()
                await control.services.publisher.publish()
                return await story(control)
            finally:
                await control.close()
        finally:
            folder.close()

    with capture_logs():
        return asyncio.run(told())
