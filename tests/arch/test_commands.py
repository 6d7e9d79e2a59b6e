"""Every command and option of ``doorward`` is in the reference, and the reference has no others."""

from __future__ import annotations

import re
from collections.abc import Iterator

import typer.main
from typer.core import TyperGroup, TyperOption

from doorward.cli.main import app
from tests.arch.places import DOCS

REFERENCE = DOCS / "reference" / "cli.md"
SECTION = re.compile(r"^#+ `(doorward[^`]*)`$(.*?)(?=^#+ `doorward|\Z)", re.MULTILINE | re.DOTALL)


def commands() -> dict[str, set[str]]:
    """What can be typed: each command with its long options."""
    return dict(_commands_below("doorward", typer.main.get_command(app)))


def _commands_below(name: str, command: object) -> Iterator[tuple[str, set[str]]]:
    if isinstance(command, TyperGroup):
        for word, inner in command.commands.items():
            if not inner.hidden:
                yield from _commands_below(f"{name} {word}", inner)
        if not command.invoke_without_command:
            return
    params = getattr(command, "params", [])
    options = (param for param in params if isinstance(param, TyperOption) and not param.hidden)
    spellings = (spelling for option in options for spelling in option.opts)
    yield name, {spelling for spelling in spellings if spelling.startswith("--") and spelling != "--help"}


def sections() -> dict[str, str]:
    """The reference, taken apart at its headings."""
    return dict(SECTION.findall(REFERENCE.read_text()))


def test_the_reference_has_a_heading_for_each_command_and_no_other() -> None:
    assert sorted(sections()) == sorted(commands())


def test_each_option_is_named_below_its_commands_heading() -> None:
    texts = sections()
    missing = [
        f"{command} {option}"
        for command, options in commands().items()
        for option in sorted(options)
        if f"`{option}" not in texts.get(command, "")
    ]
    assert missing == []
