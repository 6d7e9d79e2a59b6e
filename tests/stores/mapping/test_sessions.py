"""The mapping of sessions and footholds."""

from __future__ import annotations

from hypothesis import given

from doorward.model.session import ApplicationSession, Session
from doorward.stores.mapping import sessions as mapping
from doorward.stores.tables import application_sessions, sessions
from tests import strategies
from tests.stores.mapping.rows import stored


@given(session=strategies.sessions)
def test_a_session_that_goes_in_comes_out(session: Session) -> None:
    assert mapping.from_row(stored(sessions, mapping.to_row(session, secret_hash="x"))) == session


@given(foothold=strategies.footholds)
def test_a_foothold_that_goes_in_comes_out(foothold: ApplicationSession) -> None:
    row = stored(application_sessions, mapping.foothold_to_row(foothold, secret_hash="x"))
    assert mapping.foothold_from_row(row) == foothold


@given(foothold=strategies.footholds)
def test_a_foothold_comes_out_of_a_join(foothold: ApplicationSession) -> None:
    row = mapping.foothold_to_row(foothold, secret_hash="x")
    joined = {"created": "of the session", **{f"f_{name}": value for name, value in row.items()}}
    assert mapping.foothold_from_row(joined, prefix="f_") == foothold
