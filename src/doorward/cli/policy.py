"""``doorward policy ...``: trying policies before they are applied."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorward.cli.access_file import send_file
from doorward.cli.options import DEFAULT_DATA, Data, Json
from doorward.cli.output import print_json, sentences
from doorward.cli.tried import DEFAULT_SINCE, TriedSince, try_on_log

app = typer.Typer(help="Policies, before they are applied.", no_args_is_help=True)

Draft = Annotated[
    Path, typer.Option("--draft", help="The access file as it may become; - for standard input.")
]


@app.command()
def replay(
    *, draft: Draft, since: TriedSince = DEFAULT_SINCE, data: Data = DEFAULT_DATA, json: Json = False
) -> None:
    """Say who would gain and who would lose access, by what was asked lately. Nothing is applied.

    Exit code 0 when nobody would, 3 when somebody would, 1 for an error.
    """
    with sentences():
        tried = try_on_log(data, send_file(data, draft, dry_run=True), since)
    if json:
        print_json(tried.document())
    else:
        tried.print()
    tried.exit()
