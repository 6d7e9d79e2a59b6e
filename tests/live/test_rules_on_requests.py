"""Rules about method and path, and lists, in a whole Doorward: what they let through, under whatever
spelling, and which open streams a change of them ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.live.system import ADA, System
from tests.live.test_attacks_on_requests import path_at_origin, request
from tests.live.test_revoke import CUT_WITHIN, Streams, application, open_streams
from tests.live.visitor import Visitor, status_of


@pytest.fixture(autouse=True)
def leaves_all_as_it_was(system: System) -> Iterator[None]:
    before = system.cli("export").out
    yield
    assert system.cli("apply", "-f", "-", stdin=before).code == 0


def guarded(system: System, *policies: dict[str, Any], **more: object) -> None:
    """The sample application with these policies."""
    hello = {**application(system, group="engineers"), "policies": list(policies)}
    applied = system.apply({**more, "applications": [hello]})
    assert applied.code == 0, applied


ENGINEERS: dict[str, Any] = {"id": "engineers", "action": "allow", "include": [{"group": "engineers"}]}
KEPT_OUT = {"id": "none", "action": "deny", "include": [{"path": "/headers"}]}
SPELLINGS = (
    "/headers",
    "/headers/",
    "/HEADERS",
    "/%68eaders",
    "/%48EADERS",
    "/%2568eaders",
    "/headers;a=b",
    "/headers.",
    "/x/../headers",
    "//headers",
    "/headers?x=/public",
    "/headers%3Fx",
)


def test_no_spelling_of_a_path_slips_past_a_rule(system: System, ada: Visitor) -> None:
    cookie = ada.cookie(system.app_url)
    guarded(system, KEPT_OUT, ENGINEERS)
    assert status_of(system.door.ask(request(system, "/download?bytes=1", cookie=cookie))) == 200
    for spelling in SPELLINGS:
        answer = system.door.ask(request(system, spelling, cookie=cookie))
        assert (spelling, status_of(answer), path_at_origin(answer)) == (spelling, 403, None)


def test_what_is_open_is_open_for_this_path_and_method_alone(system: System) -> None:
    guarded(
        system,
        {"id": "open", "action": "bypass", "include": [{"path": "/headers"}], "require": [{"method": "GET"}]},
        ENGINEERS,
    )
    answer = system.door.ask(request(system, "/%68eaders?x=1"))
    assert (status_of(answer), path_at_origin(answer)) == (200, "/headers")
    assert status_of(system.door.ask(request(system, "/headers", method="HEAD"))) == 401
    assert status_of(system.door.ask(request(system, "/HEADERS"))) == 401
    assert status_of(system.door.ask(request(system, "/download?bytes=1"))) == 401


def ended_after(streams: Streams, returned: float, *, wait: float = 1.5) -> dict[str, float]:
    """The streams that have ended, and how long after the command."""
    time.sleep(wait)  # for what must not happen there is nothing to wait for
    return {name: round(at - returned, 3) for name, at in streams.ended.items()}


def test_a_rule_about_paths_ends_the_streams_to_others_and_no_more(system: System, new_ada: Visitor) -> None:
    guarded(system, {**ENGINEERS, "exclude": [{"path": "/admin/**"}]})
    with ExitStack() as stack, Streams() as streams:
        open_streams(system.app_url, new_ada, streams, stack)
        streams.all_started()
        guarded(system, {**ENGINEERS, "require": [{"path": "/download"}], "exclude": [{"path": "/admin/**"}]})
        returned = time.monotonic()
        ended = ended_after(streams, returned)
    assert set(ended) == {"websocket", "events"}
    assert max(ended.values()) < CUT_WITHIN, ended


def test_long_lived_streams_outlive_the_first_rule_about_paths(system: System, new_ada: Visitor) -> None:
    guarded(system, ENGINEERS)
    with ExitStack() as stack, Streams() as streams:
        open_streams(system.app_url, new_ada, streams, stack)
        streams.all_started()
        guarded(system, KEPT_OUT, ENGINEERS)
        ended = ended_after(streams, time.monotonic())
    assert set(ended) <= {"download"}


def test_who_is_taken_off_a_list_loses_open_streams_and_who_stays_keeps_them(
    system: System, new_ada: Visitor
) -> None:
    crew = {"id": "crew", "kind": "email", "items": [ADA, "carol@example.com"]}
    guarded(system, {"id": "crew", "action": "allow", "include": [{"email_list": "crew"}]}, lists=[crew])
    with ExitStack() as stack, Streams() as streams:
        open_streams(system.app_url, new_ada, streams, stack)
        streams.all_started()
        assert system.cli("list", "remove", "crew", "carol@example.com").code == 0
        assert ended_after(streams, time.monotonic()) == {}
        assert new_ada.get(f"{system.app_url}/headers").status_code == 200
        assert system.cli("list", "remove", "crew", ADA).code == 0
        returned = time.monotonic()
        assert new_ada.get(f"{system.app_url}/headers").status_code == 403
        streams.join(5)
    delays = {name: round(at - returned, 3) for name, at in streams.ended.items()}
    assert set(delays) == {"websocket", "events", "download"}
    assert max(delays.values()) < CUT_WITHIN, delays
