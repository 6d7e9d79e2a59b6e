"""The table that is printed, a row as soon as it is known."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print now."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def row(name: str, value: str, aim: str = "") -> None:
    """A line of the table."""
    say(f"| {name:<62} | {value:>24} | {aim:<14} |")
