"""The section ``external_evaluations``."""

from __future__ import annotations

from datetime import timedelta

from doorward.declaration import addresses, durations, values
from doorward.declaration.reading import At
from doorward.declaration.secret_fields import ca
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.policy.external_evaluations import LONGEST_TIMEOUT, LONGEST_VALIDITY, SHORTEST

EXTERNAL_EVALUATION_FIELDS = ("id", "name", "url", "keys_url", "timeout", "valid_for", "ca", "ca_file")

_DEFAULT = ExternalEvaluation(id=ExternalEvaluationId(""), url="", keys_url="")


def external_evaluation(at: At) -> ExternalEvaluation:
    """One external evaluation of the file."""
    fields = at.fields(EXTERNAL_EVALUATION_FIELDS)
    return ExternalEvaluation(
        id=ExternalEvaluationId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        url=fields.required("url", addresses.endpoint, instead=""),
        keys_url=fields.required("keys_url", addresses.endpoint, instead=""),
        timeout=fields.optional("timeout", _timeout, _DEFAULT.timeout),
        valid_for=fields.optional("valid_for", _validity, _DEFAULT.valid_for),
        ca=ca(fields),
    )


def _timeout(at: At) -> timedelta:
    return durations.within(at, shortest=SHORTEST, longest=LONGEST_TIMEOUT)


def _validity(at: At) -> timedelta:
    return durations.within(at, shortest=SHORTEST, longest=LONGEST_VALIDITY)
