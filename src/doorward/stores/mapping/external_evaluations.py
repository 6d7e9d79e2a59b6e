"""External evaluations."""

from __future__ import annotations

from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(evaluation: ExternalEvaluation, *, position: int) -> Row:
    """A row of ``external_evaluations``."""
    return {
        "id": evaluation.id,
        "position": position,
        "name": evaluation.name,
        "url": evaluation.url,
        "keys_url": evaluation.keys_url,
        "timeout": evaluation.timeout,
        "valid_for": evaluation.valid_for,
        "ca": evaluation.ca,
    }


def from_row(row: ReadRow) -> ExternalEvaluation:
    """The external evaluation of one row."""
    return ExternalEvaluation(
        id=ExternalEvaluationId(row["id"]),
        name=row["name"],
        url=row["url"],
        keys_url=row["keys_url"],
        timeout=row["timeout"],
        valid_for=row["valid_for"],
        ca=row["ca"],
    )
