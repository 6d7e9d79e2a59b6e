"""Asking Microsoft Graph: patiently where it has too much to do, and never longer than is bearable.

Rule: what Graph asks for in ``Retry-After`` is honoured or not waited for at all. Where it says nothing (the
interfaces of Conditional Access don't), pauses double, with chance in them.
Rule: part of a batch may fail while the rest succeeds. Each part is judged by itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from doorward import __version__
from doorward.identity.entra.clouds import GRAPH_VERSION
from doorward.identity.entra.graph_answers import (
    THROTTLED,
    Throttled,
    check_status,
    next_link,
    refusal,
    retry_after,
)
from doorward.identity.oidc.fetching import Answer, Fetcher, Unanswered, read
from doorward.model.entra_names import guid
from doorward.model.errors import Unavailable
from doorward.ports.clock import Randomness

LARGEST_BATCH = 20
MOST_PAGES = 40
FIRST_PAUSE = timedelta(seconds=0.5)

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a question is asked: ``attempts`` at most, with pauses of ``longest`` together."""

    attempts: int
    longest: timedelta
    urgent: bool = False


SIGNING_IN = Manner(attempts=3, longest=timedelta(seconds=4), urgent=True)
"""Somebody waits for it."""

IN_THE_BACKGROUND = Manner(attempts=4, longest=timedelta(seconds=30))

EVENTUAL: Mapping[str, str] = {"ConsistencyLevel": "eventual"}
"""What Graph wants to hear before it searches, counts or casts: that a little age does not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One question of a batch. ``path`` is below the version."""

    path: str
    method: str = "GET"
    body: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What became of it: a document, or the error."""

    document: Mapping[str, object] = field(default_factory=dict)
    error: Unavailable | None = None
    status: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Graph at one address, asked with one token, in one manner."""

    address: str
    token: str = field(repr=False)
    manner: Manner
    fetcher: Fetcher
    randomness: Randomness
    sleep: Sleep = asyncio.sleep

    @property
    def root(self) -> str:
        """Everything that is asked is below this."""
        return f"{self.address}{GRAPH_VERSION}"

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Mapping[str, object]:
        """The document at ``path``.

        Raises:
            Throttled: Graph had too much to do, again and again.
            GraphRefused: it says no.
            Unanswered: it cannot be reached, or answers unreadably.
        """
        return await self._ask("GET", f"{self.root}{path}", headers=headers or {})

    async def post(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        """What a function answers. Raises as ``get``; for functions that change nothing."""
        return await self._ask("POST", f"{self.root}{path}", headers={}, body=body)

    async def pages(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[Mapping[str, object]]:
        """Every page of a list, of ``MOST_PAGES`` at most.

        Raises:
            Unanswered: also where there are more pages, or the next one is not at Graph.
        """
        link = f"{self.root}{path}"
        for _ in range(MOST_PAGES):
            page = await self._ask("GET", link, headers=headers or {})
            yield page
            link = next_link(page, root=self.root)
            if not link:
                return
        raise Unanswered("Microsoft Graph's list has no end.")

    async def batch(self, parts: Sequence[Part]) -> Sequence[PartAnswer]:
        """What became of each part, in their order.

        Raises:
            as ``post``: the batch as a whole could not be asked.
        """
        found: list[PartAnswer] = []
        for start in range(0, len(parts), LARGEST_BATCH):
            found += await self._batch(parts[start : start + LARGEST_BATCH])
        return found

    async def _batch(self, parts: Sequence[Part]) -> list[PartAnswer]:
        document = await self.post("/$batch", {"requests": [_step(i, part) for i, part in enumerate(parts)]})
        responses = document.get("responses")
        if not isinstance(responses, list):
            raise Unanswered("Microsoft Graph did not answer to a batch as it should.")
        by_id = {r.get("id"): r for r in responses if isinstance(r, Mapping) and isinstance(r.get("id"), str)}
        # Answers come in any order, and one may be missing.
        return [_judged(by_id.get(str(i))) for i in range(len(parts))]

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Mapping[str, object] | None = None,
    ) -> Mapping[str, object]:
        left = self.manner.longest
        for attempt in range(1, self.manner.attempts + 1):
            answer = await self._once(method, url, headers=headers, body=body)
            try:
                check_status(answer)
                return read(answer, url=url)
            except Throttled as throttled:
                pause = throttled.after if throttled.after is not None else self._pause(attempt)
                if attempt == self.manner.attempts or pause > left:
                    raise
                left -= pause
            await self.sleep(pause.total_seconds())
        raise Throttled

    async def _once(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Mapping[str, object] | None
    ) -> Answer:
        common = {
            "Authorization": f"Bearer {self.token}",
            "User-Agent": f"Doorward/{__version__}",
            "client-request-id": guid(self.randomness.identifier()),
        }
        if self.manner.urgent:
            common["x-ms-throttle-priority"] = "high"
        return await self.fetcher.ask(method, url, headers={**common, **headers}, json=body)

    def _pause(self, attempt: int) -> timedelta:
        """Between half and all of a span that doubles."""
        chance = int(self.randomness.identifier()[:8], 16) / 2**32
        return FIRST_PAUSE * ((1 << attempt) * (0.5 + chance / 2))


def _step(number: int, part: Part) -> Mapping[str, object]:
    step: dict[str, object] = {"id": str(number), "method": part.method, "url": part.path}
    if part.body is not None:
        step |= {"headers": {"Content-Type": "application/json"}, "body": part.body}
    return step


def _judged(response: Mapping[str, object] | None) -> PartAnswer:
    status = response.get("status") if response else None
    if response is None or not isinstance(status, int):
        return PartAnswer(error=Unanswered("Microsoft Graph left a part of a batch out."), status=0)
    body, headers = response.get("body"), response.get("headers")
    if status in THROTTLED:
        named = headers.items() if isinstance(headers, Mapping) else ()
        return PartAnswer(
            error=Throttled(retry_after({str(k).lower(): str(v) for k, v in named})), status=status
        )
    if not 200 <= status < 300:
        return PartAnswer(error=refusal(status, body), status=status)
    if isinstance(body, str):  # [K] Some answers come as text that holds JSON.
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = None
    if not isinstance(body, Mapping):
        return PartAnswer(error=Unanswered("Microsoft Graph gave an answer without content."), status=status)
    return PartAnswer(document=body, status=status)
