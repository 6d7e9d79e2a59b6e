"""``doorward rotate-key``: another key for the secrets in the database."""

from __future__ import annotations

import asyncio
import os

import typer

from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.encryption_keys import rotate_encryption_key
from doorward.cli.options import DEFAULT_DATA, Data
from doorward.cli.output import sentences


def rotate_key(*, data: Data = DEFAULT_DATA) -> None:
    """Make a new key and encrypt every secret in the database with it. Doorward must be stopped."""
    with sentences():
        folder = DataFolder.open(data)
        try:
            path = asyncio.run(rotate_encryption_key(folder, os.environ))
        finally:
            folder.close()
    typer.echo(f"Every secret is encrypted with the new key in {path}: back it up, apart from the database.")
