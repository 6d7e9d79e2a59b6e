"""Passes at a real edge: shown in every way, judged at every use, cut like everything else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from html import unescape
from typing import Any

import pytest

from tests.live.system import ADA, BOB, System
from tests.live.test_revoke import Streams, open_streams
from tests.live.visitor import SCRIPT, Visitor

CUT_WITHIN = 1.0
PASSES = "/cdn-cgi/access/passes"
EVERY_WAY = ["header", "basic", "query"]


@pytest.fixture(autouse=True)
def taking(system: System) -> Iterator[None]:
    before = system.cli("export").out
    system.apply({"applications": [hello(system)]})
    yield
    for found in system.cli("pass", "list", "--json").json:
        assert system.cli("pass", "revoke", found["id"]).code == 0
    assert system.cli("apply", "-f", "-", stdin=before).code == 0


def hello(system: System, email: str = ADA, *policies: Mapping[str, Any]) -> dict[str, Any]:
    """The sample origin, with passes, for one person."""
    return {
        "id": "hello",
        "hostname": "hello.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "passes": {"presented": EVERY_WAY},
        "policies": [*policies, {"id": "one", "action": "allow", "include": [{"email": email}]}],
    }


def made(system: System, *, paths: str = "") -> str:
    """The secret of a pass that Ada makes in the launcher."""
    with system.sign_in(ADA) as ada:
        page = ada.open(f"{system.team_url}{PASSES}")
        shown = ada.submit(page, application="hello", name="Phone", days="7", paths=paths)
        assert shown.status_code == 200
        return str(re.findall(r"dwap_\w+", unescape(shown.text))[0])


@contextmanager
def nobody(system: System) -> Iterator[Visitor]:
    with system.visitor() as visitor:
        yield visitor


def by_header(secret: str) -> Mapping[str, str]:
    return {**SCRIPT, "doorward-pass": secret}


def test_a_pass_comes_in_every_way_and_the_origin_sees_the_person_and_no_pass(system: System) -> None:
    secret = made(system)
    with nobody(system) as phone:
        headers = f"{system.app_url}/headers"
        assert phone.get(headers, SCRIPT).status_code == 401
        asked = {
            "header": phone.get(headers, by_header(secret)),
            "basic": phone.http.get(headers, headers=SCRIPT, auth=("any", secret)),
            "query": phone.get(f"{headers}?a=1&doorward_pass={secret}&b=2", SCRIPT),
        }
        for way, answer in asked.items():
            assert answer.status_code == 200, (way, answer.text)
            assert ADA in answer.text, way
            assert secret not in answer.text, way
            assert "set-cookie" not in answer.headers, way


def test_beside_a_persons_cookie_the_pass_never_reaches_the_origin_either(system: System) -> None:
    secret = made(system)
    with system.sign_in(ADA) as ada:
        ada.open(f"{system.app_url}/headers")
        answers = [
            ada.get(f"{system.app_url}/headers", by_header(secret)),
            ada.http.get(f"{system.app_url}/headers", headers=SCRIPT, auth=("any", secret)),
            ada.get(f"{system.app_url}/headers?doorward_pass={secret}", SCRIPT),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert not any(secret in answer.text for answer in answers)
        wrong = ada.get(f"{system.app_url}/headers", by_header(secret[:-1] + "x"))
        assert wrong.status_code == 401, "what is shown counts, not what else would do"


def test_not_even_where_a_bypass_lets_everybody_in(system: System) -> None:
    secret = made(system)
    bypass = {"id": "open", "action": "bypass", "include": ["everyone"]}
    system.apply({"applications": [hello(system, ADA, bypass)]})
    with nobody(system) as phone:
        assert phone.get(f"{system.app_url}/headers", SCRIPT).status_code == 200
        for answer in (
            phone.get(f"{system.app_url}/headers", by_header(secret)),
            phone.get(f"{system.app_url}/headers?doorward_pass={secret}", SCRIPT),
        ):
            assert answer.status_code == 200
            assert secret not in answer.text


def test_a_pass_opens_its_paths_only_in_whatever_spelling(system: System) -> None:
    secret = made(system, paths="/headers")
    with nobody(system) as phone:
        assert phone.get(f"{system.app_url}/headers", by_header(secret)).status_code == 200
        for path in ("/", "/headersx", "/headers/../", "/headers/%2e%2e/", "//headers/../x"):
            assert phone.get(f"{system.app_url}{path}", by_header(secret)).status_code in (400, 403, 404), (
                path
            )


def test_who_loses_access_loses_it_for_passes_too_open_streams_included(system: System) -> None:
    secret = made(system)
    with nobody(system) as phone, ExitStack() as stack, Streams() as streams:
        open_streams(system.app_url, phone, streams, stack, {"doorward-pass": secret})
        streams.all_started()
        system.apply({"applications": [hello(system, BOB)]})
        returned = time.monotonic()
        assert phone.get(f"{system.app_url}/headers", by_header(secret)).status_code == 403
        streams.join(5)
        assert set(streams.ended) == {"websocket", "events", "download"}
        assert max(streams.ended.values()) - returned < CUT_WITHIN


def test_a_pass_that_is_ended_counts_no_more_and_cuts_what_it_opened(system: System) -> None:
    secret = made(system)
    [found] = system.cli("pass", "list", "--json").json
    with nobody(system) as phone:
        assert phone.get(f"{system.app_url}/headers", by_header(secret)).status_code == 200
        assert system.cli("pass", "revoke", found["id"]).code == 0
        assert phone.get(f"{system.app_url}/headers", by_header(secret)).status_code == 401
    assert system.cli("pass", "list", "--json").json == []
