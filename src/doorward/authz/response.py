"""An ``Answer`` as Envoy's check response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envoy.config.core.v3 import base_pb2
from envoy.config.core.v3.base_pb2 import HeaderValueOption
from envoy.service.auth.v3 import external_auth_pb2
from envoy.type.v3 import http_status_pb2
from google.protobuf import struct_pb2
from google.rpc import code_pb2, status_pb2

from doorward.services.questions import Answer, Deny, Facts, Pass, SendAway, SendToSignIn


def response_of(answer: Answer, *, body: str, headers: Mapping[str, str]) -> external_auth_pb2.CheckResponse:
    """``body`` and ``headers`` are what a refused person or program is shown."""
    if isinstance(answer, Pass):
        return _passed(answer)
    if isinstance(answer, SendToSignIn):
        return _refused(
            answer,
            302,
            [
                _header("location", answer.location),
                _header("cache-control", "no-store"),
                *map(_cookie, answer.cookies),
            ],
            "",
        )
    if isinstance(answer, SendAway):
        return _refused(
            answer, 302, [_header("location", answer.location), _header("cache-control", "no-store")], ""
        )
    return _refused(answer, answer.status, [_header(*pair) for pair in headers.items()], body)


def _passed(answer: Pass) -> external_auth_pb2.CheckResponse:
    return external_auth_pb2.CheckResponse(
        status=status_pb2.Status(code=code_pb2.OK),
        ok_response=external_auth_pb2.OkHttpResponse(
            headers=[_header(key, value) for key, value in answer.headers.items()],
            headers_to_remove=answer.without_headers,
            query_parameters_to_remove=answer.without_query,
            response_headers_to_add=[_cookie(cookie) for cookie in answer.cookies],
        ),
        dynamic_metadata=_metadata(answer.facts),
    )


def _refused(
    answer: SendToSignIn | SendAway | Deny, status: int, headers: Iterable[HeaderValueOption], body: str
) -> external_auth_pb2.CheckResponse:
    return external_auth_pb2.CheckResponse(
        status=status_pb2.Status(code=code_pb2.PERMISSION_DENIED),
        denied_response=external_auth_pb2.DeniedHttpResponse(
            status=http_status_pb2.HttpStatus(code=status), headers=headers, body=body
        ),
        dynamic_metadata=_metadata(answer.facts),
    )


def _header(key: str, value: str) -> HeaderValueOption:
    return HeaderValueOption(
        header=base_pb2.HeaderValue(key=key, value=value),
        append_action=HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD,
    )


def _cookie(value: str) -> HeaderValueOption:
    return HeaderValueOption(
        header=base_pb2.HeaderValue(key="set-cookie", value=value),
        append_action=HeaderValueOption.APPEND_IF_EXISTS_OR_ADD,
    )


def _metadata(facts: Facts) -> struct_pb2.Struct:
    """What the access log says of the answer."""
    metadata = struct_pb2.Struct()
    named = {
        "decision": facts.decision.value,
        "decided_by": "control",
        "person": facts.person,
        "session": facts.session,
        "service_token": facts.service_token,
        "policy": facts.policy,
        "policy_version": facts.policy_version,
        "reason": facts.reason,
    }
    metadata.update({key: value for key, value in named.items() if value})
    return metadata
