"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA = Path(".doorward")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="DOORWARD_DATA", help="The data folder of the Doorward that is meant."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
