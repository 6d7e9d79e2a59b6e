from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from doorward.identity.external_evaluators import HttpEvaluators
from doorward.model.errors import Unavailable
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from tests.fakes.clock import FakeClock
from tests.fakes.evaluators import FAULTS, KEY_FAULTS, FakeEvaluator

CHECKS = ExternalEvaluation(
    id=ExternalEvaluationId("checks"),
    url="https://checks.example.com/evaluate",
    keys_url="https://checks.example.com/keys",
    timeout=timedelta(seconds=0.2),
)
OURS = ECKey.generate_key("P-256", {"kid": "ours"})


class Scene:
    """An evaluator, and Doorward asking it."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.clock = FakeClock()
        public = json.dumps({"keys": [OURS.as_dict(private=False)]})
        self.outside = FakeEvaluator(
            url=CHECKS.url, keys=lambda: public, clock=self.clock, algorithm=algorithm
        )
        self.opened: list[httpx.AsyncClient] = []
        self.evaluators = HttpEvaluators(clock=self.clock, open_client=self._open)
        self.number = 0

    def _open(self, ca: str) -> httpx.AsyncClient:
        del ca
        self.opened.append(httpx.AsyncClient(transport=httpx.ASGITransport(self.outside.app)))
        return self.opened[-1]

    async def ask(self, email: str = "ada@example.com", *, evaluation: ExternalEvaluation = CHECKS) -> bool:
        self.number += 1
        nonce, now = f"nonce-{self.number}", self.clock.now()
        claims = {
            "aud": [CHECKS.url],
            "type": "external_evaluation",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=1)).timestamp()),
            "nonce": nonce,
            "identity": {"email": email},
        }
        token = jwt.encode({"alg": "ES256", "kid": "ours"}, claims, OURS)
        return await self.evaluators.ask(evaluation, token, nonce=nonce)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_signed_answer_to_this_question_is_believed(algorithm: str) -> None:
    scene = Scene(algorithm)

    async def run() -> tuple[bool, bool]:
        return await scene.ask(), await scene.ask("eve@example.com")

    assert asyncio.run(run()) == (True, False)


@pytest.mark.parametrize("fault", [*FAULTS, *KEY_FAULTS])
def test_anything_else_is_no_answer(fault: str) -> None:
    scene = Scene()

    async def run() -> str:
        if fault == "replaying":
            assert await scene.ask()
        scene.outside.fault = fault
        with pytest.raises(Unavailable) as said:
            await scene.ask()
        return str(said.value)

    problem = asyncio.run(run())
    assert problem
    assert "identity provider" not in problem.lower()


SAID: dict[str, str] = {
    "slow": "external evaluator at checks.example.com took longer than 0.2 s",
    "replaying": "another question",
    "other key": "its signature is wrong",
    "own key": "brings a key of its own",
    "unsigned": "signature is wrong",
    "redirect": "status 307",
    "huge": "more than 65536 bytes",
    "symmetric key": "not published at keys_url",
    "no keys": "no JWK set",
}


@pytest.mark.parametrize("fault", SAID)
def test_what_was_wrong_is_said_in_words_for_the_log(fault: str) -> None:
    scene = Scene()

    async def run() -> None:
        if fault == "replaying":
            await scene.ask()
        scene.outside.fault = fault
        with pytest.raises(Unavailable, match=SAID[fault]):
            await scene.ask()

    asyncio.run(run())


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_an_algorithm_that_is_not_ours_is_refused(algorithm: str) -> None:
    scene = Scene()

    def lie(claims: dict[str, object], **header: object) -> str:
        del header
        head = {"alg": algorithm, "kid": "k"}
        parts = [urlsafe_b64encode(json.dumps(part).encode()) for part in (head, claims)]
        return ".".join([*(part.rstrip(b"=").decode() for part in parts), "c2ln"])

    scene.outside.signed = lie  # type: ignore[method-assign] # a fault of its own
    with pytest.raises(Unavailable, match="algorithm is not allowed"):
        asyncio.run(scene.ask())


def test_each_evaluator_has_connections_of_its_own_while_its_settings_stay() -> None:
    scene = Scene()
    other = replace(CHECKS, id=ExternalEvaluationId("other"))
    moved = replace(CHECKS, timeout=timedelta(seconds=1))

    async def run() -> None:
        for evaluation in (CHECKS, CHECKS, other, moved):
            assert await scene.ask(evaluation=evaluation)
        assert [client.is_closed for client in scene.opened] == [True, False, False]
        await scene.evaluators.keep_only([moved])
        assert [client.is_closed for client in scene.opened] == [True, True, False]
        await scene.evaluators.aclose()
        assert all(client.is_closed for client in scene.opened)

    asyncio.run(run())


def test_a_certificate_authority_that_cannot_be_read_is_no_answer() -> None:
    evaluators = HttpEvaluators(clock=FakeClock())
    with pytest.raises(Unavailable, match="ca: holds no certificate"):
        asyncio.run(evaluators.ask(replace(CHECKS, ca="nothing"), "token", nonce="n"))
