"""Evaluators outside, over HTTP: a signed question goes out, a signed answer comes back.

Rule: the answer is believed only if a key that the evaluator publishes signed it, in a way of ours (RS256
or ES256), lately, and for this very question (its nonce).
Rule: each evaluator has connections of its own: a slow one keeps no other waiting.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from doorward.identity.oidc.claims import Claims, seconds_of
from doorward.identity.oidc.fetching import Fetcher, Unanswered, open_client, read
from doorward.identity.oidc.id_token import Header, read_header, read_signed
from doorward.identity.oidc.key_ring import KeyRing
from doorward.identity.oidc.keys import PublishedKey
from doorward.model.errors import AccessError, Refused, Unavailable
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.ports.clock import Clock

NOUN = "external evaluator"
ALGORITHMS = frozenset({"RS256", "ES256"})
LARGEST = 64 * 1024
"""Bytes of the largest answer that is read, keys included."""
SKEW = timedelta(seconds=60)
"""How far the evaluator's clock and ours may differ."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is kept of one evaluator: its connections and its keys."""

    evaluation: ExternalEvaluation
    client: httpx.AsyncClient = field(repr=False)
    fetcher: Fetcher
    keys: KeyRing


class HttpEvaluators:
    """``ports.evaluators.Evaluators``. Keeps connections and keys for as long as an evaluator's settings
    stay the same."""

    def __init__(
        self, *, clock: Clock, open_client: Callable[[str], httpx.AsyncClient] = open_client
    ) -> None:
        self._clock = clock
        self._open_client = open_client
        self._known: dict[ExternalEvaluationId, _Asked] = {}

    async def ask(self, evaluation: ExternalEvaluation, token: str, *, nonce: str) -> bool:
        """Send the signed question; return what the evaluator says. Raises Unavailable."""
        asked = await self._asked(evaluation)
        since = self._clock.now()
        answer = await asked.fetcher.ask("POST", evaluation.url, headers={}, json={"token": token})
        if answer.status != 200:
            raise Unavailable(f"it answered with status {answer.status}")
        signed = read(answer, url=evaluation.url, noun=NOUN).get("token")
        if not isinstance(signed, str):
            raise Unavailable("its answer holds no token")
        try:
            header = read_header(signed, algorithms=ALGORITHMS)
            claims = read_signed(signed, header, await _key(asked.keys, header))
            self._check(claims, nonce=nonce, since=since)
        except Refused as refused:
            raise Unavailable(_why(refused)) from None
        success = claims.get("success")
        if not isinstance(success, bool):
            raise Unavailable("its answer says neither true nor false (success)")
        return success

    async def keep_only(self, evaluations: Collection[ExternalEvaluation]) -> None:
        """Let go of the connections to every other evaluator."""
        for gone in [asked for asked in self._known.values() if asked.evaluation not in evaluations]:
            del self._known[gone.evaluation.id]
            await gone.client.aclose()

    async def aclose(self) -> None:
        """Let go of all connections. Questions under way fail."""
        await self.keep_only(())

    async def _asked(self, evaluation: ExternalEvaluation) -> _Asked:
        """Raises Unavailable where ``ca`` cannot be used."""
        known = self._known.get(evaluation.id)
        if known is not None and known.evaluation == evaluation:
            return known
        try:
            client = self._open_client(evaluation.ca)
        except AccessError as error:
            raise Unavailable(str(error)) from error
        fetcher = Fetcher(client, patience=evaluation.timeout, largest=LARGEST, noun=NOUN)

        async def keys() -> Mapping[str, object]:
            return await fetcher.document(evaluation.keys_url)

        made = _Asked(evaluation, client, fetcher, KeyRing(keys, clock=self._clock))
        self._known[evaluation.id] = made
        if known is not None:
            await known.client.aclose()
        return made

    def _check(self, claims: Claims, *, nonce: str, since: datetime) -> None:
        """Raises Refused unless the answer is to the question with this nonce, and of now."""
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
            raise Refused("token: it answers another question (nonce)")
        issued, expires = seconds_of(claims, "iat"), seconds_of(claims, "exp")
        now = self._clock.now()
        if expires <= now.timestamp() or expires < issued:
            raise Refused("token: it has expired")
        if not (since - SKEW).timestamp() <= issued <= (now + SKEW).timestamp():
            raise Refused("token: it was not issued just now; is a clock wrong?")


async def _key(keys: KeyRing, header: Header) -> PublishedKey:
    """The key that the answer says it was signed with. Raises Unavailable where there is none."""
    try:
        return await keys.find(kid=header.kid, algorithm=header.algorithm)
    except Unanswered as silence:
        words = str(silence)
        raise Unavailable(words if NOUN in words else "what is at keys_url is no JWK set") from None
    except AccessError:
        raise Unavailable("its answer was signed with a key that is not published at keys_url") from None


def _why(refused: Refused) -> str:
    """What is wrong with the answer, without the words that are about identity providers."""
    return f"its answer does not hold: {str(refused).partition(': ')[2].rstrip('.')}"
