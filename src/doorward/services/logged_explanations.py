"""A decision of the past explained, by the rules that were in force then and what was known then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from doorward.audit.acts import ActName
from doorward.audit.entries import ActEntry, DecisionEntry
from doorward.declaration import past_configuration
from doorward.model.errors import NotFound
from doorward.model.ids import ApplicationId
from doorward.policy.mentions import evaluations_in
from doorward.policy.replay import LeftOut
from doorward.policy.trace import trace
from doorward.ports.clock import Randomness
from doorward.services.audited.configurations import access_document_of
from doorward.services.current import InForce
from doorward.services.explanations import Explanation
from doorward.services.logged_facts import History, LoggedFacts, Since
from doorward.services.logged_requests import LoggedRequest, logged_request

CATCHING_UP: Final = timedelta(minutes=1)
"""For how long an edge may still decide by rules that are not in force any more: one that took its time."""
_RULES: Final = frozenset({ActName.STARTED, ActName.CONFIGURATION_CHANGED})
_WHY: Final = {
    LeftOut.NOT_BY_POLICIES: "no application's policies were asked about it",
    LeftOut.APPLICATION_GONE: "there was no such application",
    LeftOut.PERSON_UNKNOWN: "the sign-in that said who asked is not in the audit log",
    LeftOut.LINK_UNKNOWN: "the audit log does not say which linked application's server asked",
    LeftOut.UNREADABLE: "its entry does not say where it came from",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedExplanation:
    """``configuration`` is the version of the configuration whose rules these are, in force ``since``.
    ``exact`` is whether they are those that decided, as far as the entry says which did. ``differs`` says
    in a sentence where the tree comes to something else than was decided; empty where it does not."""

    entry: DecisionEntry
    explanation: Explanation
    configuration: int
    since: datetime
    policy_version: str
    exact: bool
    differs: str


def explain_decision(
    entry: DecisionEntry, acts: Iterable[ActEntry], *, randomness: Randomness
) -> LoggedExplanation:
    """Judge the request of ``entry`` again. ``acts`` are all of the log, in its order.

    Raises:
        NotFound: no policies were asked, or the log does not hold who it was or by which rules.
        DeclarationInvalid: this version would not take those rules any more.
    """
    known, rules = LoggedFacts(entry.time), History[Any]()
    for act in acts:
        if act.name == ActName.NOT_DONE:
            rules.drop(act.facts.get("sequence", 0))
        if act.name in _RULES and act.time <= entry.time:
            rules.add(Since(act.time, act.sequence, act.facts), keep_from=entry.time - CATCHING_UP)
        elif act.time <= entry.time or act.name == ActName.NOT_DONE:
            known.learn(act)
    in_force, since, exact = _rules_of(entry, list(rules.until(entry.time)), randomness)
    name = ApplicationId(entry.application)
    logged = logged_request(entry, known, in_force.compiled.get(name))
    if isinstance(logged, LoggedRequest) and name not in in_force.by_id:
        logged = LeftOut.APPLICATION_GONE
    if isinstance(logged, LeftOut):
        raise NotFound(_cannot(entry, logged))
    application = in_force.by_id[name]
    request = logged.request(known, in_force, application)
    explanation = Explanation(
        application=application,
        whose=_whose(logged),
        request=request,
        trace=trace(in_force.compiled[name], request),
    )
    return LoggedExplanation(
        entry=entry,
        explanation=explanation,
        configuration=in_force.version,
        since=since,
        policy_version=in_force.compiled[name].version,
        exact=exact,
        differs=_differs(logged, explanation, asks=bool(evaluations_in(in_force.compiled[name]))),
    )


def _rules_of(
    entry: DecisionEntry, candidates: Sequence[Since[Any]], randomness: Randomness
) -> tuple[InForce, datetime, bool]:
    """The rules that the entry names by their version; where none fit, those that were the newest."""
    newest: tuple[InForce, datetime] | None = None
    for candidate in candidates:
        text = access_document_of(candidate.value)
        configuration = past_configuration(text, randomness=randomness)
        in_force = InForce.of(configuration, int(candidate.value["version"]))
        compiled = in_force.compiled.get(ApplicationId(entry.application))
        fits = compiled is not None and compiled.version == entry.policy_version
        if fits or not entry.policy_version or entry.policy_version == "-":
            return in_force, candidate.time, fits
        newest = newest or (in_force, candidate.time)
    if newest is None:
        raise NotFound(
            f"request {entry.request_id} cannot be explained: the audit log does not hold the rules "
            "that were in force then"
        )
    return *newest, False


def _cannot(entry: DecisionEntry, why: LeftOut) -> str:
    decided = ", ".join((entry.decision or "nothing decided", *entry.reasons))
    return (
        f"request {entry.request_id} on {entry.application} ({decided}, status {entry.status}) cannot be "
        f"explained: {_WHY[why]}"
    )


def _whose(logged: LoggedRequest) -> str:
    if logged.session is not None:
        return f"Facts of session {logged.session.id}, as the audit log has them of that moment."
    if logged.linked is not None:
        return f"Asked by the server of {logged.linked} on behalf of {logged.entry.person}."
    return "Facts of that moment." if logged.service_token else "Nobody was asked who they are."


def _differs(logged: LoggedRequest, explanation: Explanation, *, asks: bool) -> str:
    decision, entry = explanation.trace.decision, logged.entry
    same = decision.allowed == logged.allowed
    if same and (not logged.allowed or decision.policy == entry.policy):
        return ""
    then = f"{entry.decision}{f' by {entry.policy}' if entry.policy else ''} ({', '.join(entry.reasons)})"
    why = (
        "an evaluator outside was asked, and what it said is not in the audit log"
        if asks
        else "it hung on a fact that is not in the audit log"
    )
    return f"The decision was another: {then}. Most likely {why}."
