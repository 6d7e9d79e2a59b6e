from __future__ import annotations

from hypothesis import given

from doorward.model.external_evaluation import ExternalEvaluation
from doorward.stores.mapping.external_evaluations import from_row, to_row
from doorward.stores.tables import external_evaluations as table
from tests.strategies import external_evaluations


@given(evaluation=external_evaluations)
def test_an_external_evaluation_is_the_same_after_a_row(evaluation: ExternalEvaluation) -> None:
    row = to_row(evaluation, position=0)
    assert set(row) == {column.name for column in table.columns}
    assert from_row(row) == evaluation
