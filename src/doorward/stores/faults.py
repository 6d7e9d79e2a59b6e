"""Turns what the database driver raises into errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from doorward.model.errors import AccessError, Invalid, Unavailable

DAMAGED = (
    "the database is damaged and was left as it is: stop Doorward, keep a copy of the file, "
    "and put a backup in its place"
)

# A piece of the driver's message, and what it means to the person who reads it.
_MEANINGS = (
    ("locked", "the database is locked by another program: stop that program, then try again"),
    ("is full", "the disk is full: free some space, then try again"),
    ("readonly", "the database may not be written: check the owner and mode of its file and folder"),
    ("unable to open", "the database cannot be opened: check that its folder and file are there"),
    ("disk I/O error", "the disk failed to read or write the database: check the disk"),
)
_SIGNS_OF_DAMAGE = ("malformed", "not a database")


@contextmanager
def explained(database: str) -> Iterator[None]:
    """Within, errors of the database come out as Unavailable or Invalid; ``database`` is its name.

    A broken constraint (IntegrityError) passes: what it means depends on what was tried.
    """
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise explain(error.orig or error, database) from error
    except PoolTimeout as error:
        raise Unavailable(f"{database}: too much waits for the database: try again") from error


def explain(error: BaseException, database: str) -> AccessError:
    """The error to raise for one that the driver raised."""
    message = str(error)
    if any(sign in message for sign in _SIGNS_OF_DAMAGE):
        return Invalid(database, f"{DAMAGED} ({message})")
    for piece, meaning in _MEANINGS:
        if piece in message:
            return Unavailable(f"{database}: {meaning} ({message})")
    return Unavailable(f"{database}: the database failed: {message}")
