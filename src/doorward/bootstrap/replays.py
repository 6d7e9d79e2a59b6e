"""Trying a draft on the audit log, and explaining what is in it, for commands.

They read and judge in their own process. A million decisions take a minute of work, and the control plane
has people waiting for its answers (docs/decisions/2026-11-24-replays-run-in-the-command.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from doorward.api.explanations import explanation_body
from doorward.audit.entries import Entry
from doorward.audit.instants import written_instant
from doorward.bootstrap.audit import find_decision, read_acts, read_entries
from doorward.bootstrap.system import SystemRandomness
from doorward.declaration import past_configuration
from doorward.policy.replay import Replay
from doorward.services.audited.configurations import access_document_of
from doorward.services.current import InForce
from doorward.services.logged_explanations import explain_decision
from doorward.services.replays import replay_log

EVERY: Final = 25_000
"""After how many entries progress is told."""


def try_draft(
    data: Path,
    *,
    in_force: Mapping[str, Any],
    draft: Mapping[str, Any],
    since: datetime,
    progress: Callable[[int], None],
) -> Replay:
    """Try a draft on the decisions in the audit log of ``data`` since then.

    ``in_force`` and ``draft`` are ``before`` and ``after`` of a dry run. ``progress`` is told how many
    entries have been read. Raises Unavailable for a log that cannot be read.
    """
    entries = _counted(read_entries(data, since, all_acts=True), progress)
    present = _side(in_force)
    return replay_log(entries, since=since, in_force=present, draft=_side(draft, before=present))


def explain_logged(data: Path, request_id: str) -> dict[str, Any]:
    """The explanation of a request in the audit log, as JSON. Raises as ``explain_decision``, and
    NotFound, Unavailable."""
    entry = find_decision(data, request_id)
    found = explain_decision(entry, read_acts(data), randomness=SystemRandomness())
    return {
        **explanation_body(found.explanation),
        "logged": {
            "request_id": entry.request_id,
            "time": written_instant(entry.time),
            "decision": entry.decision,
            "decided_by": entry.decided_by,
            "policy": entry.policy or None,
            "policy_version": entry.policy_version,
            "reasons": list(entry.reasons),
            "status": entry.status,
        },
        "rules": {
            "configuration": found.configuration,
            "since": written_instant(found.since),
            "policy_version": found.policy_version,
            "exact": found.exact,
        },
        "differs": found.differs,
    }


def _side(facts: Mapping[str, Any], *, before: InForce | None = None) -> InForce:
    configuration = past_configuration(access_document_of(facts), randomness=SystemRandomness())
    return InForce.of(configuration, int(facts["version"]), before=before)


def _counted(entries: Iterator[Entry], progress: Callable[[int], None]) -> Iterator[Entry]:
    for number, entry in enumerate(entries, start=1):
        if number % EVERY == 0:
            progress(number)
        yield entry
