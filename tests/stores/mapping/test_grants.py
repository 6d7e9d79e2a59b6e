from __future__ import annotations

from doorward.stores.mapping.grants import from_row, to_row
from doorward.stores.tables import access_grants
from tests.fakes.clock import START
from tests.nouns import HOUR
from tests.ports.test_grants import ASKED
from tests.stores.mapping.rows import stored


def test_a_grant_comes_back_as_it_went_in() -> None:
    given = ASKED.approved("boss@example.com", needed=1, until=START + HOUR)
    for grant in (ASKED, given, given.closed_at(START, by="boss@example.com")):
        assert from_row(stored(access_grants, to_row(grant))) == grant
