"""Evaluators outside: one that services ask, and a whole one over HTTP with faults to order.

The one over HTTP is an ASGI application that holds Doorward to its side too: it answers only questions
that Doorward signed, for it, lately, and never asked before.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from doorward.model.errors import Unavailable
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.ports.clock import Clock


class FakeEvaluators:
    """Implements ``ports.evaluators.Evaluators``. ``says`` is each one's answer; one that is not in it
    gives none. ``slow`` ones answer when ``go`` is set."""

    def __init__(self) -> None:
        self.says: dict[ExternalEvaluationId, bool] = {}
        self.asked: list[tuple[ExternalEvaluationId, str]] = []
        self.slow: set[ExternalEvaluationId] = set()
        self.go: asyncio.Event | None = None

    async def ask(self, evaluation: ExternalEvaluation, token: str, *, nonce: str) -> bool:
        """See ``Evaluators.ask``."""
        del nonce
        self.asked.append((evaluation.id, token))
        if evaluation.id in self.slow:
            self.go = self.go or asyncio.Event()
            await self.go.wait()
        if evaluation.id not in self.says:
            raise Unavailable("it answered with status 500")
        return self.says[evaluation.id]


class FakeEvaluator:
    """An evaluator at ``/evaluate`` with its keys at ``/keys``. It says yes to the addresses in ``friends``.

    ``fault`` names what is wrong with it: one of ``FAULTS``, or nothing.
    """

    def __init__(self, *, url: str, keys: Callable[[], str], clock: Clock, algorithm: str = "ES256") -> None:
        self._url = url
        self._keys = keys
        self._clock = clock
        self._algorithm = algorithm
        self._mine, self._other = _key(algorithm), _key(algorithm)
        self.friends = {"ada@example.com"}
        self.fault = ""
        self.questions: list[dict[str, Any]] = []
        self.last_answer = ""
        self.app = Starlette(
            routes=[
                Route("/evaluate", self._evaluate, methods=["POST"]),
                Route("/keys", self._publish),
            ]
        )

    async def _publish(self, request: Request) -> Response:
        del request
        key = self._mine.as_dict(private=False)
        if self.fault == "symmetric key":
            return JSONResponse({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": self._mine.kid}]})
        return JSONResponse({"keys": [key]} if self.fault != "no keys" else {"nothing": "here"})

    async def _evaluate(self, request: Request) -> Response:
        body = json.loads(await request.body())
        question = self._understood(body["token"])
        self.questions.append(question)
        if (faulty := FAULTS.get(self.fault)) is not None:
            return await faulty(self, question)
        return self._answered(self.claims(question))

    def _understood(self, token: str) -> dict[str, Any]:
        """The question. Raises AssertionError unless it is a good one: then the test fails."""
        keys = KeySet.import_key_set(json.loads(self._keys()))
        try:
            claims = jwt.decode(token, keys, algorithms=["ES256", "RS256"]).claims
        except JoseError as error:
            raise AssertionError("the question is not signed by Doorward") from error
        now = self._clock.now().timestamp()
        assert claims["aud"] == [self._url]
        assert claims["type"] != "app"
        assert claims["iat"] - 1 <= now < claims["exp"] <= claims["iat"] + 60
        assert claims["nonce"] not in [known["nonce"] for known in self.questions]
        return dict(claims)

    def claims(self, question: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """A good answer's claims."""
        now: datetime = self._clock.now()
        return {
            "success": question["identity"].get("email") in self.friends,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=1)).timestamp()),
            "nonce": question["nonce"],
            **changes,
        }

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """An answer's token."""
        head = {"alg": self._algorithm, "kid": self._mine.kid, "typ": "JWT", **header}
        return jwt.encode(head, claims, self._mine, [self._algorithm])

    def _answered(self, claims: dict[str, Any], **header: Any) -> Response:
        token = self.signed(claims, **header)
        self.last_answer = self.last_answer or token
        return JSONResponse({"token": token})

    async def slow(self, question: dict[str, Any]) -> Response:
        """Longer than anybody waits."""
        await asyncio.sleep(2)
        return self._answered(self.claims(question))

    async def lying(self, question: dict[str, Any]) -> Response:
        """Says yes without a signature."""
        segments = self.signed(self.claims(question, success=True)).split(".")
        return JSONResponse({"token": f"{segments[0]}.{segments[1]}."})

    async def replaying(self, question: dict[str, Any]) -> Response:
        """Its first answer again."""
        del question
        return JSONResponse({"token": self.last_answer})

    async def other_key(self, question: dict[str, Any]) -> Response:
        """Signed with a key that is published nowhere, under the name of one that is."""
        head = {"alg": self._algorithm, "kid": self._mine.kid}
        return JSONResponse(
            {"token": jwt.encode(head, self.claims(question, success=True), self._other, [self._algorithm])}
        )

    async def own_key(self, question: dict[str, Any]) -> Response:
        """Brings the key to check it with."""
        jwk = self._other.as_dict(private=False)
        head = {"alg": self._algorithm, "jwk": jwk}
        token = jwt.encode(head, self.claims(question, success=True), self._other, [self._algorithm])
        return JSONResponse({"token": token})

    async def changed(self, question: dict[str, Any], **changes: Any) -> Response:
        """A signed answer with other claims; None takes one away."""
        claims = {
            k: v for k, v in self.claims(question, **{"success": True, **changes}).items() if v is not None
        }
        return self._answered(claims)


def _key(algorithm: str) -> ECKey | RSAKey:
    made: ECKey | RSAKey = RSAKey.generate_key(2048) if algorithm == "RS256" else ECKey.generate_key("P-256")
    made.ensure_kid()
    return made


Faulty = Callable[[FakeEvaluator, dict[str, Any]], Awaitable[Response]]


def _changing(**changes: Any) -> Faulty:
    async def faulty(fake: FakeEvaluator, question: dict[str, Any]) -> Response:
        return await fake.changed(question, **changes)

    return faulty


def _answering(response: Callable[[], Response]) -> Faulty:
    async def faulty(fake: FakeEvaluator, question: dict[str, Any]) -> Response:
        del fake, question
        return response()

    return faulty


FAULTS: dict[str, Faulty] = {
    "slow": FakeEvaluator.slow,
    "unsigned": FakeEvaluator.lying,
    "replaying": FakeEvaluator.replaying,
    "other key": FakeEvaluator.other_key,
    "own key": FakeEvaluator.own_key,
    "wrong nonce": _changing(nonce="another"),
    "no nonce": _changing(nonce=None),
    "nonce of another type": _changing(nonce=["another"]),
    "old": _changing(iat=1_000_000_000, exp=4_000_000_000),
    "expired": _changing(exp=1_000_000_000),
    "from the future": _changing(iat=4_000_000_000, exp=4_000_000_100),
    "no expiry": _changing(exp=None),
    "success as text": _changing(success="true"),
    "success as number": _changing(success=1),
    "no success": _changing(success=None),
    "status 500": _answering(lambda: Response(status_code=500)),
    "redirect": _answering(lambda: RedirectResponse("/elsewhere")),
    "huge": _answering(lambda: Response(b'{"token": "' + b"x" * 200_000 + b'"}')),
    "not JSON": _answering(lambda: Response("<html>yes</html>")),
    "no token": _answering(lambda: JSONResponse({"success": True})),
    "token of another type": _answering(lambda: JSONResponse({"token": {"success": True}})),
    "not a token": _answering(lambda: JSONResponse({"token": "yes"})),
}
KEY_FAULTS = ("no keys", "symmetric key")
