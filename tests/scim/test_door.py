"""Who may come in: secrets, hostnames, and how fast."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from doorward.model.ids import IdentityProviderId
from doorward.scim.door import NO_HASH
from doorward.scim.limits import BURST, RATE, Pace
from doorward.services.rate_limits import TooMany
from doorward.services.secrets import hashed
from tests.fakes.clock import FakeClock
from tests.scim.server import PARTNER, SECRETS, Server
from tests.services.sample import COMPANY, STAFF

SECRET = SECRETS[COMPANY]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("sent", [f"Bearer {SECRET}", f"bearer  {SECRET}", f"BEARER {SECRET}", SECRET])
def test_the_secret_opens_the_directory_with_bearer_and_without(server: Server, sent: str) -> None:
    assert server.send("GET", "/Users", headers={"authorization": sent}).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Basic {SECRET}",
        f"Bearer {SECRET}x",
        f"Bearer {SECRET[:-1]}",
        f"Bearer Bearer {SECRET}",
        f"Bearer {hashed(SECRET)}",
        f"Bearer {NO_HASH}",
        hashed(SECRET),
        f"Bearer {SECRETS[PARTNER]}",
    ],
)
def test_anything_else_is_refused(server: Server, sent: str) -> None:
    response = server.send("GET", "/Users", headers={"authorization": sent})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="scim"'


def test_a_refusal_tells_nothing_of_which_providers_there_are(server: Server) -> None:
    answers = set()
    for provider, sent in (
        (COMPANY, "Bearer wrong"),
        (STAFF, f"Bearer {SECRET}"),
        (STAFF, ""),
        ("nothing", "Bearer wrong"),
        (PARTNER, f"Bearer {SECRET}"),
        ("%2e%2e", "Bearer wrong"),
    ):
        for target in ("/Users", "/Groups/x", "/ServiceProviderConfig", "/Schemas", "/Bulk"):
            method = "POST" if target == "/Bulk" else "GET"
            response = server.send(method, target, provider=provider, headers={"authorization": sent})
            answers.add((response.status_code, response.text, tuple(sorted(response.headers.items()))))
    assert len(answers) == 1


def test_a_secret_works_for_its_own_provider_only(server: Server) -> None:
    assert server.send("GET", "/Users", provider=PARTNER).status_code == 200
    wrong = {"authorization": f"Bearer {SECRETS[PARTNER]}"}
    assert server.send("GET", "/Users", provider=COMPANY, headers=wrong).status_code == 401


@pytest.mark.parametrize("host", ["hello.example.com", "other.example.com", ""])
def test_only_the_team_domain_has_scim(server: Server, host: str) -> None:
    assert server.send("GET", "/Users", headers={"host": host}).status_code == 404


def test_no_body_is_read_of_whom_the_door_refuses(server: Server) -> None:
    response = server.send(
        "POST", "/Users", content=b"x" * 5_000_000, headers={"authorization": "Bearer wrong"}
    )
    assert response.status_code == 401


def test_secrets_are_never_logged(server: Server) -> None:
    with structlog.testing.capture_logs() as logged:
        server.add_user()
        server.send("GET", "/Users", headers={"authorization": "Bearer a wrong secret"})
        server.send("GET", "/Users", provider="nothing", headers={"authorization": SECRET})
    assert len(logged) == 3
    assert not any(SECRET in str(entry) or "wrong secret" in str(entry) for entry in logged)
    assert not any(hashed(SECRET) in str(entry) for entry in logged)


def test_one_provider_that_is_too_fast_waits_and_others_do_not(server: Server) -> None:
    for _ in range(int(BURST)):
        assert server.send("GET", "/Users?count=0").status_code == 200
    response = server.send("GET", "/Users?count=0")
    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    assert response.json()["status"] == "429"
    assert server.send("GET", "/Users", provider=PARTNER).status_code == 200
    server.pass_time()
    assert server.send("GET", "/Users").status_code == 200


def test_wrong_secrets_do_not_hold_up_the_right_one(server: Server) -> None:
    for _ in range(int(BURST) + 1):
        server.send("GET", "/Users", headers={"authorization": "Bearer wrong"})
    assert server.send("GET", "/Users").status_code == 200


def test_the_pace_is_the_rate_after_a_burst() -> None:
    clock = FakeClock()
    pace, provider = Pace(clock), IdentityProviderId("company")
    for _ in range(int(BURST)):
        pace.check(provider)
    clock.advance(timedelta(seconds=0.5))
    for _ in range(int(RATE / 2)):
        pace.check(provider)
    with pytest.raises(TooMany):
        pace.check(provider)
    clock.advance(timedelta(days=1))
    for _ in range(int(BURST)):
        pace.check(provider)
    with pytest.raises(TooMany):
        pace.check(provider)
