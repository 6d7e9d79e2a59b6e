"""Replays: a draft of the configuration is tried on the decisions in the audit log. Nothing is applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from doorward.audit.entries import ActEntry, DecisionEntry, Entry
from doorward.model.access import AccessRequest
from doorward.model.ids import ApplicationId
from doorward.policy.mentions import evaluations_in
from doorward.policy.replay import Decided, LeftOut, Replay, replay
from doorward.services.current import InForce
from doorward.services.logged_facts import LoggedFacts
from doorward.services.logged_requests import NOT_SIGNED_IN, LoggedRequest, logged_request


def replay_log(entries: Iterable[Entry], *, since: datetime, in_force: InForce, draft: InForce) -> Replay:
    """Judge the decisions ``since`` then by the rules in force and by the draft's.

    ``entries`` are in the order of the log, and hold every act from before as well: who somebody is was
    said when they signed in. They are looked at one by one, however many there are.
    """
    return _Replaying(since, in_force, draft).result(entries)


class _Replaying:
    def __init__(self, since: datetime, in_force: InForce, draft: InForce) -> None:
        self._since = since
        self._in_force = in_force
        self._draft = draft
        self._known = LoggedFacts(since)
        self._left_out: Counter[LeftOut] = Counter()
        self._unevaluated = 0
        self._alike = _alike(in_force, draft)
        self._asking = {
            application
            for side in (in_force, draft)
            for application, compiled in side.compiled.items()
            if evaluations_in(compiled)
        }

    def result(self, entries: Iterable[Entry]) -> Replay:
        found = replay(self._decided(entries), in_force=self._in_force.compiled, draft=self._draft.compiled)
        found.left_out, found.unevaluated = self._left_out, self._unevaluated
        return found

    def _decided(self, entries: Iterable[Entry]) -> Iterator[Decided]:
        for entry in entries:
            if isinstance(entry, ActEntry):
                self._known.learn(entry)
            elif entry.time >= self._since and not _is_page(entry):
                found = self._rebuilt(entry)
                if isinstance(found, LeftOut):
                    self._left_out[found] += 1
                else:
                    yield found

    def _rebuilt(self, entry: DecisionEntry) -> Decided | LeftOut:
        name = ApplicationId(entry.application)
        logged = logged_request(entry, self._known, self._in_force.compiled.get(name))
        if isinstance(logged, LeftOut):
            return logged
        before = self._seen_by(self._in_force, logged, name)
        after = None if name in self._alike else self._seen_by(self._draft, logged, name)
        request = before or after
        if request is None:
            return LeftOut.APPLICATION_GONE
        self._unevaluated += name in self._asking
        who = logged.who or NOT_SIGNED_IN
        return Decided(who=who, request=request, allowed=logged.allowed, drafted=after)

    def _seen_by(self, side: InForce, logged: LoggedRequest, name: ApplicationId) -> AccessRequest | None:
        application = side.by_id.get(name)
        return logged.request(self._known, side, application) if application is not None else None


def _alike(in_force: InForce, draft: InForce) -> frozenset[ApplicationId]:
    """The applications on which a request is the same to both, and the policies too."""
    present, drafted = in_force.configuration, draft.configuration
    if present.lists != drafted.lists or present.identity_providers != drafted.identity_providers:
        return frozenset()
    return frozenset(
        name for name, compiled in in_force.compiled.items() if draft.compiled.get(name) is compiled
    )


def _is_page(entry: DecisionEntry) -> bool:
    """Whether this is no decision at all: Doorward's own pages, and hostnames of nobody."""
    return entry.application.startswith("(")
