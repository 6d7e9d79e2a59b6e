"""The authorization server. Whatever goes wrong in it refuses the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import grpc
import structlog
from envoy.service.auth.v3 import external_auth_pb2, external_auth_pb2_grpc

from doorward.authz.request import question_of
from doorward.authz.response import response_of
from doorward.envoy import names
from doorward.model.errors import AccessError
from doorward.services.decide import Decider
from doorward.services.questions import Deny, Facts, Kind, Question

log = structlog.get_logger("authz")

Renderer = Callable[[Deny, Question | None], tuple[str, Mapping[str, str]]]
"""Makes the body and headers of a refusal, as a page or as JSON."""


Context = grpc.aio.ServicerContext[external_auth_pb2.CheckRequest, external_auth_pb2.CheckResponse]


class AuthorizationServer(external_auth_pb2_grpc.AuthorizationServicer):
    """``render`` makes the refusals that people and programs see."""

    def __init__(self, decider: Decider, render: Renderer) -> None:
        self._decider = decider
        self._render = render

    async def Check(
        self,
        request: external_auth_pb2.CheckRequest,
        context: Context,
    ) -> external_auth_pb2.CheckResponse:
        """Answer one question of an edge."""
        question: Question | None = None
        try:
            question = question_of(request, source=_source(context))
            answer = await self._decider.answer(question)
        except AccessError as error:
            answer = _refusal(503 if error.retryable else 400, str(error))
        except Exception:
            log.exception("a question could not be answered")
            answer = _refusal(500, "Doorward could not decide about this request.")
        body: str = ""
        headers: Mapping[str, str] = {}
        if isinstance(answer, Deny):
            body, headers = self._render(answer, question)
        return response_of(answer, body=body, headers=headers)


def _source(context: Context) -> str:
    """What the edge says of where the request comes from; empty where it does not say one thing."""
    said = [value for key, value in context.invocation_metadata() or () if key == names.SOURCE_HEADER]
    return str(said[0]) if len(said) == 1 else ""


def _refusal(status: int, sentence: str) -> Deny:
    return Deny(facts=Facts(decision=Kind.DENY, reason="not-decidable"), status=status, sentences=[sentence])
