from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from doorward.model.ids import SessionId
from doorward.model.session import Session
from tests.services.sample import ADA

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SESSION = Session(id=SessionId("s-1"), identity=ADA, created=BEGIN, expires=BEGIN + timedelta(hours=1))


def test_a_session_lives_until_the_instant_at_which_it_expires() -> None:
    assert SESSION.is_live(BEGIN)
    assert SESSION.is_live(SESSION.expires - timedelta(microseconds=1))
    assert not SESSION.is_live(SESSION.expires)


def test_a_revoked_session_is_dead_at_every_instant() -> None:
    revoked = replace(SESSION, revoked=BEGIN + timedelta(minutes=5))
    assert not revoked.is_live(BEGIN + timedelta(minutes=5))
    assert not revoked.is_live(BEGIN)
