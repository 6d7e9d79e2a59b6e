"""Reported facts: how they are spelt, and what counts where several sources tell of the same.

Rule: a fact that nobody repeats in time is unknown, and never good.
Rule: of several risk levels the highest counts. Of any other fact, sources that contradict each other
leave it unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.fact import Fact
from doorward.model.report import Report

RISK = "risk"
"""The name of the fact that the selector ``risk`` looks at."""
LEVELS = ("none", "low", "medium", "high")
"""Its values, the least first."""
PASS = "pass"
"""The value of a check that was passed, where nothing else is said."""
LONGEST_VALUE = 256

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


def canonical_name(value: str, *, field: str) -> str:
    """A fact's name in lower case. Raises Invalid unless it is letters, digits, and . _ - between them."""
    name = value.strip().lower()
    if not _NAME.fullmatch(name):
        raise Invalid(
            field,
            f"{value[:64]!r} is not the name of a fact: use 1-64 letters, digits, dots, underscores and "
            "hyphens, beginning and ending with a letter or digit",
        )
    return name


def canonical_value(name: str, value: str, *, field: str) -> str:
    """A fact's value without blanks around it; case matters. Raises Invalid for an empty, very long or
    unprintable one, and for a risk that is no level."""
    if name == RISK:
        return level(value, field)
    text = value.strip()
    if not text or len(text) > LONGEST_VALUE or not text.isprintable():
        raise Invalid(
            field, f"the value of {name} must be 1-{LONGEST_VALUE} printable characters, such as {PASS}"
        )
    return text


def level(value: str, field: str) -> str:
    """A level of risk in lower case. Raises Invalid for anything else."""
    found = value.strip().lower()
    if found not in LEVELS:
        raise Invalid(field, f"{value[:64]!r} is not a level of risk: use one of {', '.join(LEVELS)}")
    return found


def current(request: AccessRequest, name: str) -> Fact | None:
    """The fact, if somebody reported it and it counts at the time of the request."""
    fact = request.facts.get(name)
    if fact is None or request.at is None or request.identity is None or not fact.is_current(request.at):
        return None
    return fact


def settled(reports: Iterable[Report], now: datetime) -> Mapping[str, Fact]:
    """What counts of reports about the same person, by name."""
    by_name: dict[str, list[Report]] = {}
    for report in reports:
        if report.is_current(now):
            by_name.setdefault(report.name, []).append(report)
    found = {name: _settled(name, said) for name, said in by_name.items()}
    return MappingProxyType({name: fact for name, fact in found.items() if fact is not None})


def _settled(name: str, said: Sequence[Report]) -> Fact | None:
    values = {report.value for report in said}
    if name == RISK and values <= set(LEVELS):
        values = {max(values, key=LEVELS.index)}
    elif name == RISK or len(values) > 1:
        return None  # a level that this version does not know may be worse than all it does
    last = max((report for report in said if report.value in values), key=lambda report: report.expires)
    return Fact(value=last.value, expires=last.expires, source=last.source)
