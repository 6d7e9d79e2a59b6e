"""Options that several commands share."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from doorward.declaration.durations import HOW_TO_WRITE, parse_duration
from doorward.model.errors import Invalid

DEFAULT_DATA = Path(".doorward")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="DOORWARD_DATA", help="The data folder of the Doorward that is meant."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def age(since: str) -> timedelta:
    """What ``--since`` says. Raises Invalid for what is no duration."""
    found = parse_duration(since)
    if found is None:
        raise Invalid("--since", f"{since!r} is not a duration: {HOW_TO_WRITE}")
    return found
