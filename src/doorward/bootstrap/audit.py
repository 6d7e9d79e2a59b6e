"""The audit log for commands, which read it whether Doorward runs or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from doorward.audit.checkpoints import Checkpoint, Keys, parse_public, public_text
from doorward.audit.entries import ActEntry, DecisionEntry, Entry
from doorward.audit.verification import Known, Verified
from doorward.audit_files.reading import acts, decision_of, entries, verify_folder
from doorward.bootstrap.audit_key import read_audit_signer
from doorward.bootstrap.data_folder import AUDIT, DATABASE
from doorward.model.errors import NotFound, Unavailable
from doorward.stores.sql_stores import newest_audit_checkpoint

PATIENCE = timedelta(seconds=5)


def read_entries(data: Path, since: datetime | None, *, all_acts: bool = False) -> Iterator[Entry]:
    """The entries in a data folder since then; with ``all_acts`` every act from before, too.

    Raises Unavailable.
    """
    with _reading(data / AUDIT) as folder:
        yield from entries(folder, since, all_acts=all_acts)


def read_acts(data: Path) -> Iterator[ActEntry]:
    """Every act in a data folder. Raises Unavailable."""
    with _reading(data / AUDIT) as folder:
        yield from acts(folder)


def find_decision(data: Path, request_id: str) -> DecisionEntry:
    """The decision about a request. Raises NotFound, Unavailable."""
    with _reading(data / AUDIT) as folder:
        found = decision_of(folder, request_id)
    if found is None:
        raise NotFound(
            f"the audit log holds no request {request_id!r}: an entry is there about a second after the "
            "request ended; 'doorward audit list' shows what there is"
        )
    return found


def newest_checkpoint(data: Path) -> dict[str, object]:
    """The newest checkpoint, with the public key that it can be verified with.

    Raises NotFound before the first one, Unavailable.
    """
    found = _of_database(data)
    if found is None:
        raise NotFound(f"the audit log of {data} has no checkpoint yet: it gets one once Doorward runs")
    return {**found.as_json(), "public_key": public_text(read_audit_signer(data / "keys").public)}


def verify_audit(data: Path, *, folder: Path | None, file: Path | None) -> Verified:
    """Verify the log in a data folder against its newest checkpoint, or the one in ``folder``, and against
    the checkpoint in ``file`` where one is given.

    Of a ``folder`` elsewhere the public key is the file's; without a file, the data folder's.
    Raises Invalid for a file that holds no checkpoint, Unavailable.
    """
    known: list[Known] = []
    public: list[Ed25519PublicKey] = []
    if file is not None:
        checkpoint, key = _of_file(file)
        known.append(Known(checkpoint, str(file)))
        public.append(key)
    if folder is None or file is None:
        public.append(read_audit_signer(data / "keys").public)
    if folder is None:
        newest = _of_database(data)
        if newest is not None:
            known.append(Known(newest, "the database"))
    with _reading(folder or data / AUDIT) as place:
        return verify_folder(place, Keys(public), known)


def _of_database(data: Path) -> Checkpoint | None:
    path = data / DATABASE
    if not path.exists():
        raise Unavailable(f"{path} does not exist: name the data folder with --data")
    return asyncio.run(newest_audit_checkpoint(path, patience=PATIENCE))


def _of_file(file: Path) -> tuple[Checkpoint, Ed25519PublicKey]:
    try:
        content = json.loads(file.read_text())
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        content = None
    checkpoint = Checkpoint.from_json(content, field=str(file))
    return checkpoint, parse_public(content.get("public_key"))


@contextmanager
def _reading(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise Unavailable(f"{folder} is no folder with an audit log: name the data folder with --data")
    try:
        yield folder
    except OSError as error:
        raise Unavailable(f"{folder} cannot be read: {error.strerror}") from None
