"""Facts act on what is open, an evaluator outside is asked over HTTP, and an application's server calls
another: with a real edge, relay and database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from doorward.bootstrap.system import SystemClock
from tests.fakes.evaluators import FakeEvaluator
from tests.live.system import ADA, BOB, System, eventually
from tests.live.test_revoke import Streams, open_streams
from tests.live.visitor import SCRIPT, Visitor
from tests.serving import serving

CUT_WITHIN = 1.0
OPEN = {"websocket", "events", "download"}


@contextmanager
def applied(system: System, **sections: Any) -> Iterator[None]:
    """Within the block these sections are in force; afterwards it is as it was."""
    before = system.cli("export").out
    done = system.apply(sections)
    assert done.code == 0, done
    try:
        yield
    finally:
        restored = system.cli("apply", "-f", "-", stdin=before)
        assert restored.code == 0, restored


def sample(system: System, name: str, *policies: Mapping[str, Any]) -> dict[str, Any]:
    """The sample origin as the application ``name``."""
    return {
        "id": name,
        "hostname": f"{name}.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "policies": list(policies),
    }


def allow(**rules: Any) -> dict[str, Any]:
    return {"id": "people", "action": "allow", "include": [{"email": ADA}, {"email": BOB}], **rules}


def report(system: System, *words: str, lasts: str = "1h", email: str = ADA) -> float:
    """Report, and return the instant at which the command had returned."""
    done = system.cli("fact", "set", "--email", email, "--for", lasts, *words)
    assert done.code == 0, done
    return time.monotonic()


GUARDED = allow(require=[{"posture": "disk-encrypted"}], exclude=[{"risk": "high"}])


def test_a_fact_that_turns_bad_cuts_one_person_and_a_change_that_matters_not_disturbs_nobody(
    system: System,
) -> None:
    with ExitStack() as stack:
        stack.enter_context(applied(system, applications=[sample(system, "hello", GUARDED)]))
        for email in (ADA, BOB):
            report(system, "disk-encrypted", "risk=low", email=email)
        ada, bob = (stack.enter_context(system.sign_in(email)) for email in (ADA, BOB))
        hers, his = stack.enter_context(Streams()), stack.enter_context(Streams())
        open_streams(system.app_url, ada, hers, stack)
        open_streams(system.app_url, bob, his, stack)
        hers.all_started()
        his.all_started()

        report(system, "risk=medium", email=BOB)
        answer = bob.get(f"{system.app_url}/headers")
        assert answer.status_code == 200
        assert his.ended == {}

        returned = report(system, "risk=high")
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 403
        hers.join(5)
        took = {name: round(at - returned, 3) for name, at in hers.ended.items()}
        print(f"seconds from the command's return to the end of each stream: {took}")
        assert set(hers.ended) == OPEN
        assert max(took.values()) < CUT_WITHIN
        assert his.ended == {}

        report(system, "risk=none")
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 200


def test_when_a_fact_expires_what_is_open_ends_within_a_second(system: System) -> None:
    with ExitStack() as stack:
        stack.enter_context(applied(system, applications=[sample(system, "hello", GUARDED)]))
        report(system, "disk-encrypted", "risk=low")
        ada = stack.enter_context(system.sign_in(ADA))
        streams = stack.enter_context(Streams())
        open_streams(system.app_url, ada, streams, stack)
        streams.all_started()
        (kept,) = json.loads(
            system.cli("fact", "set", "--email", ADA, "--for", "3s", "disk-encrypted", "--json").out
        )
        assert kept["value"] == "pass"
        began = time.monotonic()
        streams.join(10)
        took = max(streams.ended.values()) - began
        print(f"the last stream ended {took:.2f} s after a fact was reported for 3 s")
        assert set(streams.ended) == OPEN
        assert took < 3 + CUT_WITHIN
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 403


class Outside:
    """The evaluator, at whatever port it is served."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.evaluator: FakeEvaluator | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.evaluator is not None
        await self.evaluator.app(scope, receive, send)

    def keys(self) -> str:
        with self._system.visitor() as visitor:
            return visitor.get(f"{self._system.team_url}/cdn-cgi/access/certs").text

    @contextmanager
    def at_work(self) -> Iterator[tuple[FakeEvaluator, dict[str, Any]]]:
        """The evaluator, and its section of the access file."""
        with serving(self) as port:
            where = f"http://127.0.0.1:{port}"
            self.evaluator = FakeEvaluator(
                url=f"{where}/evaluate", keys=self.keys, clock=SystemClock(), algorithm="RS256"
            )
            section = {
                "id": "checks",
                "url": f"{where}/evaluate",
                "keys_url": f"{where}/keys",
                "timeout": "1s",
            }
            yield self.evaluator, section


def timed(visitor: Visitor, url: str) -> tuple[int, float]:
    began = time.monotonic()
    return visitor.get(url, SCRIPT).status_code, time.monotonic() - began


def test_an_evaluator_outside_decides_and_when_it_is_slow_only_those_wait_whom_it_concerns(
    system: System,
) -> None:
    with ExitStack() as stack:
        evaluator, section = stack.enter_context(Outside(system).at_work())
        gated = sample(system, "gated", allow(require=[{"external_evaluation": "checks"}]))
        plain = sample(system, "hello", allow())
        stack.enter_context(
            applied(system, external_evaluations=[section | {"valid_for": "2s"}], applications=[gated, plain])
        )
        where = system.url("gated.localhost")
        ada = stack.enter_context(system.sign_in(ADA, f"{where}/"))
        bob = stack.enter_context(system.sign_in(BOB, f"{system.app_url}/"))
        assert ada.get(f"{where}/headers", SCRIPT).status_code == 200
        assert bob.open(f"{where}/headers").status_code == 403  # no friend of the evaluator's
        assert {question["identity"]["email"] for question in evaluator.questions} == {ADA, BOB}

        asked = len(evaluator.questions)
        for _ in range(20):
            assert ada.get(f"{where}/headers", SCRIPT).status_code == 200
        assert len(evaluator.questions) <= asked + 1

        evaluator.fault = "slow"
        time.sleep(2.1)  # until what it said before counts no longer
        status, took = timed(ada, f"{where}/headers")
        print(f"a request that waits for a slow evaluator with a timeout of 1 s: {status} after {took:.2f} s")
        assert status == 403
        assert took < 2
        status, took = timed(bob, f"{system.app_url}/headers")
        assert status == 200
        assert took < 0.5
        for _ in eventually("the log says that the evaluator gave no answer"):
            if "external evaluator gave no answer" in system.log("control"):
                break


def told(answer: httpx.Response) -> Mapping[str, str]:
    """The headers that the origin saw."""
    return dict(answer.json()["headers"])


@pytest.mark.parametrize("ended", [False, True])
def test_one_applications_server_calls_another_on_behalf_of_the_person_it_serves(
    system: System, *, ended: bool
) -> None:
    linked = {"id": "apps", "action": "service_auth", "include": [{"linked_app_token": "hello"}]}
    with ExitStack() as stack:
        files, hello = sample(system, "files", linked), sample(system, "hello", allow())
        stack.enter_context(applied(system, applications=[hello, files]))
        ada = stack.enter_context(system.sign_in(ADA))
        assertion = told(ada.get(f"{system.app_url}/headers", SCRIPT))["cf-access-jwt-assertion"]
        if ended:
            assert system.cli("session", "revoke", "--email", ADA).code == 0
        server = stack.enter_context(system.visitor())
        answer = server.get(
            f"{system.url('files.localhost')}/headers", {**SCRIPT, "cf-access-token": assertion}
        )
        if ended:
            assert answer.status_code == 403
            return
        assert answer.status_code == 200
        seen = told(answer)
        assert seen["cf-access-authenticated-user-email"] == ADA
        assert seen["cf-access-jwt-assertion"] != assertion
        assert "cf-access-token" not in seen
