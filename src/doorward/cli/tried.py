"""A draft tried on the audit log: what commands print of it, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from doorward.audit.instants import written_instant
from doorward.bootstrap.processes_output import printable
from doorward.bootstrap.replays import try_draft
from doorward.bootstrap.system import SystemClock
from doorward.cli.options import age
from doorward.policy.decision import Decision
from doorward.policy.explain import summary
from doorward.policy.replay import Difference, Effect, LeftOut, Replay

SOMEBODY: Final = 3
"""The exit code when somebody would gain or lose access: neither an error nor a mistyped command."""
DEFAULT_SINCE: Final = "7d"
TriedSince = Annotated[
    str, typer.Option("--since", help="How far to go back in the audit log, such as 1h or 7d.")
]

WORDS: Final = {Effect.GAIN: "gains", Effect.LOSE: "loses"}
WHY: Final = {
    LeftOut.NOT_BY_POLICIES: "no policy had decided",
    LeftOut.APPLICATION_GONE: "to an application that is gone",
    LeftOut.PERSON_UNKNOWN: "by people whose sign-in is not in the log",
    LeftOut.LINK_UNKNOWN: "by linked applications' servers, which of them is not in the log",
    LeftOut.UNREADABLE: "that do not say where they came from",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of trying a draft on what was decided since ``since``."""

    since: datetime
    replay: Replay

    def document(self) -> dict[str, object]:
        """As JSON."""
        found = self.replay
        return {
            "since": written_instant(self.since),
            "requests": found.requests,
            "unrepeatable": found.unrepeatable,
            "unevaluated": found.unevaluated,
            "left_out": {str(why): count for why, count in sorted(found.left_out.items())},
            "differences": [_difference(each) for each in found.differences],
        }

    def print(self) -> None:
        """For people."""
        found, since = self.replay, f"{self.since:%Y-%m-%d %H:%M} UTC"
        if not found.requests:
            typer.echo(f"The audit log holds no decision since {since} to try this on.")
        elif not found.differences:
            typer.echo(f"Nobody would gain or lose access, by the {_requests(found.requests)} since {since}.")
        else:
            for each in found.differences:
                for line in _lines(each):
                    typer.echo(printable(line))
            typer.echo(f"Tried on the {_requests(found.requests)} since {since}.")
        for line in _remarks(found):
            typer.echo(line)

    def exit(self) -> None:
        """End with the code that says whether somebody gains or loses."""
        if self.replay.differences:
            raise typer.Exit(SOMEBODY)


def try_on_log(data: Path, outcome: Mapping[str, Any], since: str) -> Tried:
    """Try what a dry run came to on the audit log of ``data``. Tells on standard error how far it is.

    Raises Invalid for a ``since`` that is no duration, Unavailable.
    """
    moment = SystemClock().now() - age(since)
    found = try_draft(
        data,
        in_force=outcome["before"],
        draft=outcome["after"],
        since=moment,
        progress=lambda count: typer.echo(f"{count} entries of the audit log read", err=True),
    )
    return Tried(since=moment, replay=found)


def _remarks(found: Replay) -> list[str]:
    """What the figures do not say by themselves."""
    lines: list[str] = []
    if found.unrepeatable:
        lines.append(
            f"{_requests(found.unrepeatable)} would be decided otherwise by the rules in force than they "
            "were: rules have changed since, or it hung on a fact that the log does not hold."
        )
    if found.unevaluated:
        lines.append(
            f"{_requests(found.unevaluated)} went where an evaluator outside is asked: what it would say is "
            "not known, and so lets nobody in."
        )
    if found.left_out:
        parts = [f"{count} {WHY[why]}" for why, count in sorted(found.left_out.items())]
        lines.append(f"Left out: {', '.join(parts)}.")
    return lines


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count} requests"


def _lines(each: Difference) -> list[str]:
    """Somebody's gain or loss, in lines that fit a terminal."""
    first, last = _minute(each.first), _minute(each.last)
    when = last if first == last else f"{first} to {last}"
    where = f"the last for {each.path}" if each.requests > 1 else f"for {each.path}"
    return [
        f"{each.who} {WORDS[each.effect]} {each.application}: {_requests(each.requests)}, {when}, {where}",
        f"    now             {summary(each.before) if each.before else ''}",
        f"    with the draft  {summary(each.after) if each.after else ''}",
    ]


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "at an unknown time"


def _difference(each: Difference) -> dict[str, object]:
    return {
        "who": each.who,
        "effect": each.effect.value,
        "application": each.application,
        "requests": each.requests,
        "first": written_instant(each.first) if each.first else None,
        "last": written_instant(each.last) if each.last else None,
        "path": each.path,
        "before": _decision(each.before),
        "after": _decision(each.after),
    }


def _decision(decision: Decision | None) -> dict[str, object] | None:
    if decision is None:
        return None
    return {
        "allowed": decision.allowed,
        "policy": decision.policy,
        "reasons": [reason.value for reason in decision.reasons],
    }
