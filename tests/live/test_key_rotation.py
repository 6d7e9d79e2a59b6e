"""Signing keys change under people's hands, with a real Envoy that verifies: nobody is sent to sign in."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
import pytest
from joserfc import jws

from tests.fakes.signing import key_on_a_curve
from tests.live.stored_keys import a_day_earlier, keep_only
from tests.live.system import ADA, System, eventually
from tests.live.visitor import PAGE, SCRIPT, Visitor

TOKEN, FOOTHOLD = "__Host-doorward-token", "__Host-doorward-app"


def kid_in(token: str) -> str:
    """The key that a token says it was signed with."""
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def kid_at_origin(answer: httpx.Response) -> str:
    """The key of the assertion that reached the application."""
    return kid_in(dict(answer.json()["headers"])["cf-access-jwt-assertion"])


def keys(system: System) -> dict[str, str]:
    """The kid of each state; of several previous keys, the last."""
    return {key["state"]: key["kid"] for key in system.cli("keys", "list", "--json").json}


def rotate(system: System, *words: str) -> None:
    done = system.cli("keys", "rotate", *words)
    assert done.code == 0, done


class Watch:
    """Ada's browser, which asks for a page again and again on a connection that it keeps."""

    def __init__(self, system: System, visitor: Visitor) -> None:
        self._url = f"{system.app_url}/headers"
        self._visitor = visitor
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.answers: list[tuple[int, str]] = []
        """Status, and the kid in the assertion that reached the application, of each request."""

    def __enter__(self) -> Self:
        self._thread.start()
        self.goes_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(20)

    def goes_on(self, count: int = 5) -> None:
        """Wait for some more answers."""
        wanted = len(self.answers) + count
        for _ in eventually("the requests go on"):
            if len(self.answers) >= wanted:
                return

    def _run(self) -> None:
        while not self._over.is_set():
            answer = self._visitor.get(self._url, PAGE)
            came = answer.status_code == 200
            self.answers.append((answer.status_code, kid_at_origin(answer) if came else ""))
            time.sleep(0.02)


def passes_at_the_edge_alone(system: System, token: str) -> bool:
    """Whether the edge takes a token by itself: the control plane hangs."""
    with system.frozen("control"), system.visitor() as visitor:
        headers = {**SCRIPT, "cookie": f"{TOKEN}={token}"}
        return visitor.get(f"{system.app_url}/headers", headers).status_code == 200


@pytest.fixture
def visitor(system: System) -> Iterator[Visitor]:
    with system.sign_in(ADA) as signed_in:
        yield signed_in


def test_through_a_planned_roll_every_request_is_answered_and_both_keys_are_taken(
    system: System, visitor: Visitor
) -> None:
    first = keys(system)["current"]
    before = visitor.cookies(system.app_url)
    with Watch(system, visitor) as watch:
        rotate(system)
        second = keys(system)["announced"]
        watch.goes_on()
        a_day_earlier(system)
        rotate(system)  # reads the keys anew, so that nobody has to wait for the next minute
        watch.goes_on()
        found = keys(system)
        assert (found["previous"], found["current"]) == (first, second)
    assert {status for status, _ in watch.answers} == {200}
    assert {kid for _, kid in watch.answers} == {first}, "her token is good for its hour"
    with system.visitor() as renewing:
        answer = renewing.get(
            f"{system.app_url}/headers", {**PAGE, "cookie": f"{FOOTHOLD}={before[FOOTHOLD]}"}
        )
        assert answer.status_code == 200
        assert kid_at_origin(answer) == second
        assert passes_at_the_edge_alone(system, renewing.cookies(system.app_url)[TOKEN])


def test_after_a_leak_the_edge_refuses_the_old_key_and_people_go_on(system: System, visitor: Visitor) -> None:
    old = visitor.cookies(system.app_url)[TOKEN]
    by_token = {**SCRIPT, "cookie": f"{TOKEN}={old}"}
    with (
        system.visitor() as thief,
        visitor.websocket(f"{system.app_url}/ws") as stream,
        Watch(system, visitor) as watch,
    ):
        assert thief.get(f"{system.app_url}/headers", by_token).status_code == 200
        rotate(system, "--now")
        new = keys(system)
        assert new.keys() == {"current"}
        assert thief.get(f"{system.app_url}/headers", by_token).status_code == 401, "on an open connection"
        watch.goes_on()
        stream.send("still here")
        assert stream.recv(timeout=5) == "still here"
    assert {status for status, _ in watch.answers} == {200}
    assert [kid for _, kid in watch.answers[-3:]] == [new["current"]] * 3
    renewed = visitor.cookies(system.app_url)[TOKEN]
    assert kid_in(renewed) == new["current"]
    with system.visitor() as other_thief:
        assert other_thief.get(f"{system.app_url}/headers", by_token).status_code == 401
        sent = other_thief.get(f"{system.app_url}/", {**PAGE, "cookie": f"{TOKEN}={old}"})
        assert (sent.status_code, "/login" in sent.headers["location"]) == (302, True)
    published = visitor.get(f"{system.team_url}/cdn-cgi/access/certs", SCRIPT).json()
    assert [key["kid"] for key in published["keys"]] == [new["current"]]


def test_a_kid_of_ours_on_another_keys_signature_is_refused_at_the_edge(
    system: System, visitor: Visitor
) -> None:
    rotate(system)
    announced = keys(system)["announced"]
    _, claims, signature = visitor.cookies(system.app_url)[TOKEN].split(".")
    header = json.dumps({"alg": "RS256", "kid": announced, "typ": "JWT"}).encode()
    forged = f"{base64.urlsafe_b64encode(header).decode().rstrip('=')}.{claims}.{signature}"
    with system.visitor() as attacker:
        answer = attacker.get(f"{system.app_url}/headers", {**SCRIPT, "cookie": f"{TOKEN}={forged}"})
    assert answer.status_code == 401


def test_after_an_upgrade_from_es256_tokens_of_before_are_good_for_their_hour(tmp_path: Path) -> None:
    with System(tmp_path / "upgraded") as system:
        system.stop()
        made = datetime.now(UTC)
        keep_only(system, replace(key_on_a_curve(), created=made, not_before=made))
        system.start()
        assert keys(system)["current"] == "earlier"
        with system.sign_in(ADA) as ada:
            old = ada.cookies(system.app_url)
            assert jws.extract_compact(old[TOKEN].encode()).headers()["alg"] == "ES256"
            assert passes_at_the_edge_alone(system, old[TOKEN])
            a_day_earlier(system)
            rotate(system)  # reads the keys anew
            assert keys(system)["previous"] == "earlier"
            assert passes_at_the_edge_alone(system, old[TOKEN])
            renewed = ada.get(f"{system.app_url}/headers", {**PAGE, "cookie": f"{FOOTHOLD}={old[FOOTHOLD]}"})
            assert renewed.status_code == 200
            assert kid_at_origin(renewed) == keys(system)["current"]
