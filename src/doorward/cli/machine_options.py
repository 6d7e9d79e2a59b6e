"""The options of the commands that run a whole machine; each has a ``DOORWARD_*`` variable too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option("--data", help="The data folder [.doorward].")]
Domain = Annotated[str | None, typer.Option("--domain", help="The team domain is access.DOMAIN [localhost].")]
HttpsPort = Annotated[int | None, typer.Option("--https-port", help="Where people come in [8443].")]
RelayPort = Annotated[int | None, typer.Option("--relay-port", help="Where connectors come in [7844].")]
MetricsPort = Annotated[
    int | None, typer.Option("--metrics-port", help="Loopback port of /metrics and /ready [9180].")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show what every part logs.")]
