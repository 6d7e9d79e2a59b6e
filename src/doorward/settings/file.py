"""The settings file: YAML, one setting a line. Remembers on which line each one stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from doorward.model.errors import Invalid, Unavailable

NOTHING = "tag:yaml.org,2002:null"

PATHS = ("data", "certificate", "private_key", "geoip_database")
"""Relative paths in the file begin at the file's folder."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting of a file: its name, its value as YAML has it, and where it stands."""

    name: str
    value: object
    source: str


def read_settings_file(file: Path) -> list[Entry]:
    """The file's entries, in its order. An empty file has none.

    Raises:
        Invalid: it is not a list of settings, or names one twice; names the line.
        Unavailable: it cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Unavailable(f"{file} cannot be read: {reason}") from None
    try:
        return list(_entries(file, text))
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Invalid(f"{file}{line}", f"this is not YAML: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Invalid(str(file), f"this is not YAML: {error}") from None


def _entries(file: Path, text: str) -> Iterator[Entry]:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None or root.tag == NOTHING:
            return
        if not isinstance(root, yaml.MappingNode):
            raise Invalid(str(file), "settings are expected, one a line, such as 'https_port: 443'")
        seen: set[str] = set()
        for key, node in root.value:
            name = str(key.value)
            source = f"{name} in {file} line {key.start_mark.line + 1}"
            if name in seen:
                raise Invalid(source, "this setting was given before")
            seen.add(name)
            yield Entry(name, _at_home(name, loader.construct_object(node, deep=True), file), source)
    finally:
        loader.dispose()


def _at_home(name: str, value: object, file: Path) -> object:
    return file.parent / value if name in PATHS and isinstance(value, str) else value
