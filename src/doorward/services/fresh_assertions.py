"""Assertions about machines that are handed out again while they are fresh: signing costs more than all else
that a machine's request asks of the control plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from doorward.model.claims import Verdicts
from doorward.model.ids import ApplicationId
from doorward.ports.clock import Clock
from doorward.services.current import InForce
from doorward.services.issue import Issued
from doorward.services.tokens import RawToken, Tokens

FRESH: Final = timedelta(minutes=1)
"""How long one is handed out again before another is signed."""
MOST_KEPT: Final = 10_000


@dataclass(slots=True)
class _Kept:
    """The assertions that were signed for one configuration with one set of keys."""

    in_force: InForce
    keys: str
    assertions: dict[tuple[ApplicationId, str, Verdicts], tuple[datetime, Issued]] = field(
        default_factory=dict
    )


class FreshAssertions:
    """Those that are still fresh, and nothing else."""

    def __init__(self, *, tokens: Tokens, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._kept: _Kept | None = None

    def get(
        self,
        in_force: InForce,
        key: tuple[ApplicationId, str, Verdicts],
        sign: Callable[[datetime], Issued],
    ) -> RawToken:
        """The assertion for an application about a machine (by its credential) and what was found of its
        request; made by ``sign``, to which the time is given, unless there is a fresh one."""
        now = self._clock.now()
        kept = self._kept
        if kept is None or kept.in_force is not in_force or kept.keys != self._tokens.jwks:
            kept = self._kept = _Kept(in_force, self._tokens.jwks)
        if key in kept.assertions:
            signed, issued = kept.assertions[key]
            # A clock that was set back leaves assertions from the future, which no origin takes.
            if timedelta() <= now - signed < min(FRESH, issued.lifetime):
                return issued.token
        issued = sign(now)
        if len(kept.assertions) >= MOST_KEPT:
            kept.assertions.clear()
        kept.assertions[key] = (now, issued)
        return issued.token
