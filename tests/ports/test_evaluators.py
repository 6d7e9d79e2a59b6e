"""What every ``Evaluators`` promises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from doorward.identity.external_evaluators import HttpEvaluators
from doorward.model.errors import Unavailable
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.ports.evaluators import Evaluators
from tests.fakes.clock import FakeClock
from tests.fakes.evaluators import FakeEvaluator, FakeEvaluators

CHECKS = ExternalEvaluation(
    id=ExternalEvaluationId("checks"),
    url="https://checks.example.com/evaluate",
    keys_url="https://checks.example.com/keys",
)
OURS = ECKey.generate_key("P-256", {"kid": "ours"})


@dataclass
class Both:
    """Evaluators of one sort, and how to make the one behind them say yes, no, or nothing (None)."""

    evaluators: Evaluators
    say: Callable[[bool | None], None]


def fake() -> Both:
    evaluators = FakeEvaluators()

    def say(what: bool | None) -> None:  # noqa: FBT001 - it is what is said
        evaluators.says = {} if what is None else {CHECKS.id: what}

    return Both(evaluators, say)


def over_http() -> Both:
    clock = FakeClock()
    outside = FakeEvaluator(
        url=CHECKS.url, keys=lambda: json.dumps({"keys": [OURS.as_dict(private=False)]}), clock=clock
    )
    transport = httpx.ASGITransport(outside.app)
    evaluators = HttpEvaluators(clock=clock, open_client=lambda _: httpx.AsyncClient(transport=transport))

    def say(what: bool | None) -> None:  # noqa: FBT001 - as above
        outside.friends = {"ada@example.com"} if what else set()
        outside.fault = "status 500" if what is None else ""

    return Both(evaluators, say)


def question(nonce: str) -> str:
    now = FakeClock().now()
    claims = {
        "aud": [CHECKS.url],
        "type": "external_evaluation",
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=1)).timestamp()),
        "nonce": nonce,
        "identity": {"email": "ada@example.com"},
    }
    return jwt.encode({"alg": "ES256", "kid": "ours"}, claims, OURS)


@pytest.mark.parametrize("made", [fake, over_http])
def test_yes_is_yes_no_is_no_and_nothing_is_unavailable(made: Callable[[], Both]) -> None:
    both = made()

    async def run() -> None:
        for number, answer in enumerate((True, False, True)):
            both.say(answer)
            nonce = f"nonce-{number}"
            assert await both.evaluators.ask(CHECKS, question(nonce), nonce=nonce) is answer
        both.say(None)
        with pytest.raises(Unavailable, match="status 500"):
            await both.evaluators.ask(CHECKS, question("last"), nonce="last")

    asyncio.run(run())
