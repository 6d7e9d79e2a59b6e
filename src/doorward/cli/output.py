"""What commands print: tables for people, JSON for scripts, errors in sentences."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.table import Table

from doorward.model.errors import AccessError


def print_json(value: object) -> None:
    """One JSON document."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """A table, or the sentence ``empty`` where there is nothing to show."""
    if not rows:
        sys.stdout.write(empty + "\n")
        return
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    width = None if sys.stdout.isatty() else 200
    Console(width=width, highlight=False, markup=False, soft_wrap=not sys.stdout.isatty()).print(table)


@contextmanager
def sentences() -> Iterator[None]:
    """Errors of ours become a sentence on standard error and exit code 1."""
    try:
        yield
    except AccessError as error:
        sys.stderr.write(f"doorward: {error}\n")
        raise typer.Exit(1) from None
