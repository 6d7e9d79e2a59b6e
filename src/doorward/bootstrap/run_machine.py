"""Run one machine's Doorward in the foreground, for ``doorward serve`` and ``doorward demo``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from doorward.bootstrap import machine
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.envoy_binary import find_envoy
from doorward.bootstrap.logging import configure_logging
from doorward.bootstrap.supervisor_parts import Part
from doorward.settings import Settings


@dataclass(frozen=True, slots=True)
class Started:
    """What is known once everything runs. ``data`` is absolute."""

    settings: Settings
    folder: DataFolder

    @property
    def team_url(self) -> str:
        """The team domain's front page."""
        return self.url(self.settings.team)

    def url(self, hostname: str) -> str:
        """The front page of a hostname."""
        port = self.settings.port_in_urls
        return f"https://{hostname}" + ("" if port == 443 else f":{port}")

    @property
    def ca_file(self) -> str:
        """The private authority's certificate."""
        return str(self.folder.keys / "ca.pem")


def run_machine(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    on_ready: Callable[[Started], None],
    extra: Callable[[DataFolder], list[Part]] = lambda _: [],
    echo: TextIO | None = None,
) -> None:
    """Start everything, call ``on_ready``, and return when it was told to stop.

    The working folder becomes the data folder: unix sockets have short names there.

    Raises Unavailable and Invalid, in sentences, for whatever keeps it from starting.
    """
    envoy = find_envoy(environment)
    folder = DataFolder.open(settings.data)
    settings = _absolute(settings)
    os.chdir(folder.path)
    try:
        with Path("logs/supervisor.log").open("a", buffering=1) as log:
            configure_logging("supervisor", stream=log)
            machine.prepare(settings, folder)
            parts = [*machine.parts(settings, folder, envoy), *extra(folder)]
            asyncio.run(_supervise(parts, Started(settings, folder), on_ready, echo))
    finally:
        folder.close()


async def _supervise(
    parts: list[Part],
    started: Started,
    on_ready: Callable[[Started], None],
    echo: TextIO | None,
) -> None:
    supervisor = machine.supervisor(parts, started.folder, echo=echo)
    await supervisor.run(on_ready=lambda: on_ready(started))


def _absolute(settings: Settings) -> Settings:
    paths = {
        name: value.absolute()
        for name in ("data", "certificate", "private_key", "geoip_database")
        if (value := getattr(settings, name)) is not None
    }
    return settings.model_copy(update=paths)
