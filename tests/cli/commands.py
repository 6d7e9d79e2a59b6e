"""Commands, typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from doorward.cli.main import app
from tests.services.world import World


def run(*words: str, typed: str = "", environment: Mapping[str, str | None] | None = None) -> Result:
    """Run ``doorward`` with these words; ``typed`` is its standard input."""
    return CliRunner().invoke(app, list(words), input=typed, env=environment or {})


class Doorward:
    """Commands about the Doorward whose data folder is ``data``."""

    def __init__(self, data: Path, world: World) -> None:
        self.data = data
        self.world = world

    def run(self, *words: str, typed: str = "") -> Result:
        return run(*words, "--data", str(self.data), typed=typed)

    def says(self, *words: str, typed: str = "") -> str:
        """What a command that succeeds prints."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.says(*words, "--json"))
