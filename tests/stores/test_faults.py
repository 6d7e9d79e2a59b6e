"""What the driver says, and what a person reads."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from doorward.model.errors import Invalid, Unavailable
from doorward.stores.faults import explain, explained


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("database is locked", "locked by another program: stop that program"),
        ("database or disk is full", "the disk is full: free some space"),
        ("attempt to write a readonly database", "may not be written: check the owner and mode"),
        ("unable to open database file", "cannot be opened: check that its folder and file are there"),
        ("disk I/O error", "the disk failed to read or write"),
        ("something new", "the database failed: something new"),
    ],
)
def test_a_passing_fault_may_be_tried_again_and_says_what_to_do(said: str, read: str) -> None:
    error = explain(sqlite3.OperationalError(said), "data/doorward.db")
    assert isinstance(error, Unavailable)
    assert error.retryable
    assert str(error).startswith("data/doorward.db: ")
    assert read in str(error)
    assert said in str(error)


@pytest.mark.parametrize("said", ["database disk image is malformed", "file is not a database"])
def test_damage_is_not_to_be_tried_again(said: str) -> None:
    error = explain(sqlite3.DatabaseError(said), "data/doorward.db")
    assert isinstance(error, Invalid)
    assert "damaged and was left as it is" in str(error)
    assert "backup" in str(error)


def test_faults_of_the_driver_come_out_explained() -> None:
    locked = OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked"))
    with pytest.raises(Unavailable, match="the file: the database is locked"), explained("the file"):
        raise locked


def test_a_queue_that_is_too_long_may_be_tried_again() -> None:
    with pytest.raises(Unavailable, match="too much waits"), explained("the file"):
        raise PoolTimeout


def test_a_broken_constraint_is_the_callers_to_explain() -> None:
    broken = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))
    with pytest.raises(IntegrityError), explained("the file"):
        raise broken


def test_errors_of_other_code_pass() -> None:
    with pytest.raises(KeyError), explained("the file"):
        raise KeyError
