from __future__ import annotations

from collections.abc import Iterable

import pytest
from envoy.config.core.v3 import base_pb2
from google.protobuf import json_format
from google.rpc import code_pb2

from doorward.authz.response import response_of
from doorward.services.questions import Deny, Facts, Kind, Pass, SendToSignIn

FACTS = Facts(
    decision=Kind.ALLOW,
    person="ada@example.com",
    session="s-1",
    policy="engineers",
    policy_version="7f",
    reason="included",
)
ADD, SET = "APPEND_IF_EXISTS_OR_ADD", "OVERWRITE_IF_EXISTS_OR_ADD"


def told(options: Iterable[base_pb2.HeaderValueOption]) -> list[tuple[str, str, str]]:
    action = base_pb2.HeaderValueOption.HeaderAppendAction.Name
    return [(o.header.key, o.header.value, action(o.append_action)) for o in options]


def test_what_passes_gets_its_headers_and_the_browser_its_cookies() -> None:
    answer = Pass(facts=FACTS, headers={"cf-access-jwt-assertion": "token"}, cookies=["a=1", "b=2"])
    response = response_of(answer, body="not shown", headers={"not": "shown"})
    assert response.status.code == code_pb2.OK
    assert told(response.ok_response.headers) == [("cf-access-jwt-assertion", "token", SET)]
    assert told(response.ok_response.response_headers_to_add) == [
        ("set-cookie", "a=1", ADD),
        ("set-cookie", "b=2", ADD),
    ]
    assert not response.HasField("denied_response")


def test_who_must_sign_in_is_sent_there_and_the_answer_is_kept_nowhere() -> None:
    answer = SendToSignIn(facts=FACTS, location="https://access.example.com/login", cookies=["flow=1"])
    response = response_of(answer, body="", headers={})
    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == 302
    assert told(response.denied_response.headers) == [
        ("location", "https://access.example.com/login", SET),
        ("cache-control", "no-store", SET),
        ("set-cookie", "flow=1", ADD),
    ]
    assert not response.HasField("ok_response")


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_refusal_has_its_status_body_and_headers(status: int) -> None:
    answer = Deny(facts=FACTS, status=status, sentences=["No."])
    response = response_of(answer, body="<p>No.</p>", headers={"content-type": "text/html"})
    assert response.status.code == code_pb2.PERMISSION_DENIED
    assert response.denied_response.status.code == status
    assert response.denied_response.body == "<p>No.</p>"
    assert told(response.denied_response.headers) == [("content-type", "text/html", SET)]


def test_the_log_is_told_who_decided_what_about_whom_and_why() -> None:
    response = response_of(Pass(facts=FACTS), body="", headers={})
    assert json_format.MessageToDict(response.dynamic_metadata) == {
        "decision": "allow",
        "decided_by": "control",
        "person": "ada@example.com",
        "session": "s-1",
        "policy": "engineers",
        "policy_version": "7f",
        "reason": "included",
    }


def test_what_is_not_known_is_left_out_of_the_log() -> None:
    answer = Deny(facts=Facts(decision=Kind.DENY), status=404, sentences=["None."])
    response = response_of(answer, body="", headers={})
    assert json_format.MessageToDict(response.dynamic_metadata) == {
        "decision": "deny",
        "decided_by": "control",
    }
