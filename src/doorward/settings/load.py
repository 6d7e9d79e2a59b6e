"""Where settings come from: the command line first, then ``DOORWARD_*``, then the file, then defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import ValidationError

from doorward.model.errors import Invalid, Unavailable
from doorward.settings.settings import Settings

PREFIX = "DOORWARD_"


def load_settings(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    *,
    file: Path | None = None,
) -> Settings:
    """The settings from all sources. ``options`` holds the command line's; None means left out.

    Paths in the file begin at the file's folder.

    Raises:
        Invalid: names the setting, where it came from and what is allowed.
        Unavailable: the file cannot be read.
    """
    given: dict[str, object] = {}
    sources: dict[str, str] = {}
    for name, value in (_read(file) if file else {}).items():
        given[name], sources[name] = value, f"{name} in {file}"
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
        problem = error.errors()[0]
        name = str(problem["loc"][0]) if problem["loc"] else ""
        words = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            words = f"there is no such setting; there are {', '.join(Settings.model_fields)}"
        raise Invalid(sources.get(name, name), words) from None


def _read(file: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Unavailable(f"{file} cannot be read: {reason}") from None
    except yaml.YAMLError as error:
        raise Invalid(str(file), f"this is not YAML: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise Invalid(str(file), "settings are expected, one a line, such as 'https_port: 443'")
    found: dict[str, object] = {str(key): value for key, value in content.items()}
    for name in ("data", "certificate", "private_key"):
        if isinstance(found.get(name), str):
            found[name] = file.parent / str(found[name])
    return found
