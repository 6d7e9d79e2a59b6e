"""External evaluations in a configuration, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from doorward.model.errors import Invalid
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId

LONGEST_TIMEOUT: Final = timedelta(seconds=10)
LONGEST_VALIDITY: Final = timedelta(hours=1)
SHORTEST: Final = timedelta(seconds=1)


def resolve(
    evaluations: Iterable[ExternalEvaluation],
) -> Mapping[ExternalEvaluationId, ExternalEvaluation]:
    """The external evaluations by id. Raises Invalid for an id used twice, and for times out of range."""
    found: dict[ExternalEvaluationId, ExternalEvaluation] = {}
    for each in evaluations:
        field = f"external_evaluations[{each.id}]"
        if each.id in found:
            raise Invalid(field, "there are two external evaluations with this id: give one another id")
        if not timedelta() < each.timeout <= LONGEST_TIMEOUT:
            raise Invalid(f"{field}.timeout", "is out of range: use 1s to 10s")
        if not timedelta() < each.valid_for <= LONGEST_VALIDITY:
            raise Invalid(f"{field}.valid_for", "is out of range: use 1s to 1h")
        found[each.id] = each
    return MappingProxyType(found)
