"""Asking evaluators outside, when a decision hangs on them, and remembering what they said for a while.

Rule: an answer that cannot be had in time is no answer, and what is unknown lets nobody in. It is logged.
Rule: one evaluator that is slow keeps nobody waiting but those whose decision hangs on it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from doorward.model.access import AccessRequest
from doorward.model.application import Application
from doorward.model.claims import subject_of
from doorward.model.errors import AccessError
from doorward.model.external_evaluation import Evaluated, ExternalEvaluation
from doorward.model.identity_provider import type_of
from doorward.model.ids import ApplicationId, ExternalEvaluationId
from doorward.policy.evaluations import hangs_on
from doorward.policy.mentions import evaluations_in
from doorward.ports.clock import Clock, Randomness
from doorward.ports.evaluators import Evaluators
from doorward.services.current import InForce
from doorward.services.tokens import Tokens

log = structlog.get_logger("services.external_evaluations")

TOKEN_TYPE: Final = "external_evaluation"
"""The ``type`` of a question: no application takes it for a token of its own."""
QUESTION_LIFETIME: Final = timedelta(seconds=60)
PAUSE: Final = timedelta(seconds=5)
"""How long the same question is not asked again after it got no answer."""
MOST_KEPT: Final = 10_000
MOST_WAITING: Final = 1_000
"""How many questions are under way at most, for each evaluator."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A question: to whom, about whom (a session or a service token), where, and with which facts."""

    evaluation: ExternalEvaluation
    who: str
    application: ApplicationId
    facts: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was said, or that nothing was, and until when that counts."""

    success: bool | None
    until: datetime


class ExternalEvaluations:
    """Completes requests with what evaluators say. Keeps answers in memory, and never more than
    ``MOST_KEPT``."""

    def __init__(
        self, evaluators: Evaluators, *, tokens: Tokens, clock: Clock, randomness: Randomness
    ) -> None:
        self._evaluators = evaluators
        self._tokens = tokens
        self._clock = clock
        self._randomness = randomness
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._under_way: dict[_Key, asyncio.Task[_Kept]] = {}

    async def complete(
        self, in_force: InForce, application: Application, request: AccessRequest, *, who: str, ask: bool
    ) -> AccessRequest:
        """The request with every answer that its decision hangs on, as far as one can be had; without
        ``ask`` only with what is remembered.

        ``who`` is the session or the service token. It takes no longer than the longest timeout of those
        that are asked.
        """
        compiled = in_force.compiled[application.id]
        mentioned = evaluations_in(compiled)
        if not mentioned:
            return request
        facts = self._facts(in_force, application, request)
        spelt = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        keys = {
            each.id: _Key(each, who, application.id, spelt)
            for each in in_force.configuration.external_evaluations
            if each.id in mentioned
        }
        remembered = {id: kept for id, key in keys.items() if (kept := self._remembered(key))}
        request = _with(request, remembered)
        if not ask:
            return request
        wanted = sorted(id for id in hangs_on(compiled, request) if id in keys and id not in remembered)
        said = await asyncio.gather(*(self._ask(keys[id], facts) for id in wanted))
        return _with(request, dict(zip(wanted, said, strict=True)))

    async def close(self) -> None:
        """Give up on what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remembered(self, key: _Key) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is None or kept.until <= self._clock.now():
            return None
        return kept

    async def _ask(self, key: _Key, facts: Mapping[str, object]) -> _Kept:
        """Several who ask the same at once cause one question; who gives up does not end it for others."""
        task = self._under_way.get(key)
        if task is None:
            if sum(other.evaluation == key.evaluation for other in self._under_way) >= MOST_WAITING:
                log.warning("external evaluator overrun", external_evaluation=key.evaluation.id)
                return _Kept(None, self._clock.now())
            task = asyncio.get_running_loop().create_task(self._asked(key, facts))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)

    async def _asked(self, key: _Key, facts: Mapping[str, object]) -> _Kept:
        evaluation, nonce = key.evaluation, self._randomness.token()
        try:
            async with asyncio.timeout(evaluation.timeout.total_seconds()):
                question = self._tokens.sign(self._question(evaluation, facts, nonce))
                success = await self._evaluators.ask(evaluation, question, nonce=nonce)
        except (AccessError, TimeoutError) as error:
            problem = str(error) or f"it took longer than {evaluation.timeout.total_seconds():g} s"
            log.warning(
                "external evaluator gave no answer",
                external_evaluation=evaluation.id,
                application=key.application,
                problem=problem,
            )
            return self._keep(key, _Kept(None, self._clock.now() + PAUSE))
        return self._keep(key, _Kept(success, self._clock.now() + evaluation.valid_for))

    def _keep(self, key: _Key, kept: _Kept) -> _Kept:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept

    def _question(
        self, evaluation: ExternalEvaluation, facts: Mapping[str, object], nonce: str
    ) -> Mapping[str, object]:
        now = self._clock.now()
        identity = facts["identity"]
        return {
            "iss": self._tokens.issuer,
            "aud": [evaluation.url],
            "sub": identity.get("sub", "") if isinstance(identity, Mapping) else "",
            "type": TOKEN_TYPE,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + QUESTION_LIFETIME).timestamp()),
            "nonce": nonce,
            **facts,
        }

    def _facts(
        self, in_force: InForce, application: Application, request: AccessRequest
    ) -> Mapping[str, object]:
        """What an evaluator is told. Of the person's groups only those that the policies mention."""
        identity: dict[str, object] = {"ip": str(request.source), "country": request.country}
        if (person := request.identity) is not None:
            provider = in_force.providers.get(person.identity_provider)
            identity |= {
                "email": person.email,
                "sub": subject_of(person),
                "idp": {
                    "id": person.identity_provider,
                    "type": type_of(provider.settings) if provider else "removed",
                },
                "groups": sorted(person.groups & in_force.compiled[application.id].mentioned.groups),
                "facts": {name: fact.value for name, fact in sorted(request.facts.items())},
            }
        if request.service_token is not None:
            identity["service_token"] = request.service_token
        return {
            "identity": identity,
            "application": {
                "id": application.id,
                "destinations": [str(each) for each in application.destinations],
            },
        }


def _with(request: AccessRequest, kept: Mapping[ExternalEvaluationId, _Kept]) -> AccessRequest:
    said = {
        id: Evaluated(success=each.success, until=each.until)
        for id, each in kept.items()
        if each.success is not None
    }
    return replace(request, evaluations={**request.evaluations, **said})
