from __future__ import annotations

import json
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from pydantic import ValidationError

from doorward.api import bodies, service_tokens
from doorward.model.ids import SessionId
from doorward.model.session import Session
from doorward.ports.edges import EdgeStatus
from doorward.services.status import Status
from tests.services.sample import ADA

NOW = datetime(2026, 3, 1, 12, 0, 5, 999, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        bodies.ApplyRequest,
        bodies.TunnelRequest,
        bodies.TokenRequest,
        bodies.PublicationRequest,
        service_tokens.ServiceTokenRequest,
        service_tokens.RotateRequest,
        service_tokens.RefreshRequest,
        bodies.RevokeRequest,
    ],
)
def test_a_misspelt_field_is_refused_and_not_overlooked(body: type[bodies.Body]) -> None:
    with pytest.raises(ValidationError, match=r"Extra inputs|extra_forbidden"):
        body.model_validate({"name": "a", "text": "", "hostname": "a", "url": "b", "rotat": True})


def test_a_file_and_its_secrets_are_not_in_what_is_printed_of_a_request() -> None:
    request = bodies.ApplyRequest(
        name="access.yaml", text="t0p", files={"a": "f1l"}, environment={"b": "v4r"}
    )
    assert not any(secret in repr(request) for secret in ("t0p", "f1l", "v4r"))


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_service_token_lives_from_a_day_to_ten_years(days: int) -> None:
    with pytest.raises(ValidationError):
        service_tokens.ServiceTokenRequest(name="ci", days=days)
    with pytest.raises(ValidationError):
        service_tokens.RefreshRequest(days=days)


def test_a_session_is_listed_without_any_secret_and_with_instants_to_the_second() -> None:
    session = Session(
        id=SessionId("s-1"), identity=ADA, created=NOW, expires=NOW, source=str(ip_address("192.0.2.7"))
    )
    found = bodies.session_body(session)
    assert found["created"] == "2026-03-01T12:00:05+00:00"
    assert found.keys() == {
        "id",
        "email",
        "identity_provider",
        "created",
        "expires",
        "source",
        "user_agent",
    }


def test_a_status_is_json() -> None:
    edge = EdgeStatus(id="e", version="1.40.0", connected=True, since=NOW, accepted="v1", refusal="")
    status = Status(version="0.1", published="v1", edges=[edge], relays=1, connectors=[])
    found = json.loads(json.dumps(bodies.status_body(status)))
    assert found["ready"] is True
    assert found["edges"][0]["accepted"] == "v1"
