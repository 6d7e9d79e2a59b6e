"""Where settings come from: the command line first, then ``DOORWARD_*``, then the file, then defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from doorward.model.errors import Invalid
from doorward.settings.file import read_settings_file
from doorward.settings.settings import Settings

PREFIX = "DOORWARD_"


def load_settings(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    file: Path | None = None,
) -> Settings:
    """The settings from all sources. ``options`` holds the command line's; None means left out.

    A variable that is empty counts as left out. Paths in the file begin at the file's folder.

    Raises:
        Invalid: names the setting, where it came from and what is allowed.
        Unavailable: the file cannot be read.
    """
    given: dict[str, object] = {}
    sources: dict[str, str] = {}
    for entry in read_settings_file(file) if file else ():
        given[entry.name], sources[entry.name] = entry.value, entry.source
    for name in Settings.model_fields:
        variable = PREFIX + name.upper()
        if environment.get(variable):
            given[name], sources[name] = environment[variable], variable
    for name, value in options.items():
        if value is not None:
            given[name], sources[name] = value, "--" + name.replace("_", "-")
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise _first_problem(error, sources) from None


def _first_problem(error: ValidationError, sources: Mapping[str, str]) -> Invalid:
    """The first thing that is wrong, in our words, and where it was given."""
    problem = error.errors()[0]
    name = str(problem["loc"][0]) if problem["loc"] else str(problem.get("ctx", {}).get("setting", ""))
    words = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        words = f"there is no such setting; there are {', '.join(Settings.model_fields)}"
    return Invalid(sources.get(name, name), words)
