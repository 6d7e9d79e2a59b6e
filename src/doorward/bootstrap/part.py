"""The entry of every part that is a Python process: ``python -m doorward.bootstrap.part NAME SETTINGS``.

``SETTINGS`` is a JSON object without secrets. The supervisor starts parts so; people use ``doorward``.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import uvicorn
import uvloop

from doorward.bootstrap import control_process, demo, demo_entra, places
from doorward.bootstrap.control_settings import ControlSettings
from doorward.bootstrap.logging import configure_logging
from doorward.bootstrap.system import SystemClock
from doorward.connector import main as connector
from doorward.connector.settings import ConnectorSettings
from doorward.envoy import names
from doorward.model.errors import AccessError
from doorward.relay import main as relay
from doorward.relay.settings import RelaySettings
from doorward.sample.app import create_app
from doorward.sample.entra.application import entra_application
from doorward.sample.entra.seed import demo_directory
from doorward.tunnel.token import decode

READY = "ready"
"""What a part without a socket to look for prints when it is ready."""

Settings = Mapping[str, Any]


def run_control(settings: Settings) -> None:
    """The control plane."""
    given: dict[str, Any] = {**settings, "data": Path(settings["data"])}
    for name in ("certificate", "private_key", "geoip_database"):
        given[name] = Path(settings[name]) if settings[name] else None
    for name in ("relay_public", "trusted_proxies"):
        given[name] = tuple(settings[name])
    uvloop.run(control_process.run(ControlSettings(**given)))


def run_relay(settings: Settings) -> None:
    """A relay."""
    places.FRONT_FOLDER.mkdir(mode=0o700, exist_ok=True)
    relay_settings = RelaySettings(
        listen_host=settings["listen_host"],
        listen_port=settings["listen_port"],
        certificate=places.RELAY_CERTIFICATE,
        private_key=places.RELAY_CERTIFICATE,
        front_folder=places.FRONT_FOLDER,
        control_socket=places.RELAY_SOCKET,
    )
    uvloop.run(_until_told(relay_settings))


async def _until_told(settings: RelaySettings) -> None:
    serving = asyncio.get_running_loop().create_task(relay.run(settings, _say_ready, clock=SystemClock()))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        return


def run_connector(settings: Settings) -> None:
    """A connector of this machine's own; its token is in a file."""
    token = decode(Path(settings["token_file"]).read_text().strip())
    sys.exit(connector.execute(ConnectorSettings(token=token, grace=5.0), _say_ready))


def run_sample_connector(settings: Settings) -> None:
    """The sample application's connector, which sets the demonstration up first."""
    demo.set_up(Path.cwd(), demo.Demonstration(**settings))
    run_connector({"token_file": str(places.SAMPLE_TOKEN)})


def run_sample(settings: Settings) -> None:
    """The sample application."""
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=settings["port"],
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def run_sample_entra(settings: Settings) -> None:
    """The stand-in for Microsoft Entra ID and Graph. It forgets what was changed in it."""
    access = settings["team_url"] + names.ACCESS_PATH
    directory = demo_directory(
        redirect_uri=f"{access}callback",
        logout_url=f"{access}logout/frontchannel/{demo_entra.IDENTITY_PROVIDER}",
        password=demo.demo_passwords(Path.cwd())["ada@example.com"],
    )
    application = entra_application(
        directory,
        base_url=demo_entra.base_url(settings["port"]),
        clock=SystemClock().now,
        randomness=os.urandom,
    )
    demo_entra.ask_for_more(application.state.entra)
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=settings["port"],
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )


RUN: Mapping[str, Callable[[Settings], None]] = MappingProxyType(
    {
        "control": run_control,
        "relay": run_relay,
        "connector": run_connector,
        "sample": run_sample,
        "sample-connector": run_sample_connector,
        "sample-entra": run_sample_entra,
    }
)


def _say_ready() -> None:
    sys.stdout.write(READY + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run the part that the arguments name."""
    name, settings = arguments
    configure_logging(name)
    try:
        RUN[name](json.loads(settings))
    except AccessError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
