from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.ids import SessionId
from doorward.model.report import Report, Whom
from doorward.stores.mapping.facts import from_row, to_row
from doorward.stores.tables import facts
from tests.fakes.clock import START
from tests.nouns import identity


@pytest.mark.parametrize("whom", [Whom.person(identity()), Whom.session(SessionId("s1"))])
def test_a_report_is_the_same_after_a_row(whom: Whom) -> None:
    report = Report(
        whom=whom,
        name="encrypted",
        source="mdm",
        value="pass",
        reported=START,
        expires=START + timedelta(hours=1),
        email="ada@example.com",
    )
    row = to_row(report)
    assert set(row) == {column.name for column in facts.columns}
    assert from_row(row) == report
