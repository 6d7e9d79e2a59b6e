"""External evaluation: a service of the organisation's own that says yes or no about whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.model.ids import ExternalEvaluationId


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalEvaluation:
    """One such service, the evaluator.

    It is asked at ``url``, and signs its answers with a key that is published at ``keys_url`` (RFC 7517).
    A request waits for it no longer than ``timeout``; an answer counts for ``valid_for``. ``ca`` are PEM
    certificates to trust instead of the system's.
    """

    id: ExternalEvaluationId
    url: str
    keys_url: str
    name: str = ""
    timeout: timedelta = timedelta(seconds=2)
    valid_for: timedelta = timedelta(minutes=5)
    ca: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What an evaluator said of a request, and until when that counts."""

    success: bool
    until: datetime
