"""Reasons and approvals at a real edge: who asks, who says yes, and that it ends on time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.live.system import ADA, BOB, System
from tests.live.test_revoke import Streams, open_streams
from tests.live.visitor import SCRIPT

CUT_WITHIN = 1.0
OPEN = {"websocket", "events", "download"}


@contextmanager
def asking(system: System, **policy: Any) -> Iterator[None]:
    """Within the block the sample origin lets Ada in, once she was asked; Bob comes in by another policy."""
    before = system.cli("export", "--with-secrets").out
    hello = {
        "id": "hello",
        "hostname": "hello.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "policies": [
            {"id": "ada", "action": "allow", "include": [{"email": ADA}], **policy},
            {"id": "bob", "action": "allow", "include": [{"email": BOB}]},
        ],
    }
    done = system.apply({"applications": [hello]})
    assert done.code == 0, done
    try:
        yield
    finally:
        for grant in system.cli("grant", "list", "--json").json:
            system.cli("grant", "revoke", grant["id"])
        assert system.cli("apply", "-f", "-", stdin=before).code == 0


def test_who_says_why_is_in_and_the_reason_is_recorded(system: System) -> None:
    with asking(system, purpose={"prompt": "Which ticket?"}), system.visitor() as ada:
        asked = ada.sign_in(f"{system.app_url}/headers", ADA, system.password(ADA))
        assert "Which ticket?" in asked.text
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 401
        inside = ada.submit(asked, reason="Ticket 4711")
        assert inside.url.path == "/headers"
        assert ADA in inside.text
        acts = system.cli("audit", "list", "--json").out
        assert "Ticket 4711" in acts


def test_one_approves_for_another_and_what_is_open_ends_when_the_time_is_over(system: System) -> None:
    approval = {"approvers": [BOB], "longest": "1h"}
    with asking(system, approval=approval), ExitStack() as stack:
        ada, bob = stack.enter_context(system.visitor()), stack.enter_context(system.sign_in(BOB))
        asked = ada.sign_in(f"{system.app_url}/headers", ADA, system.password(ADA))
        waiting = ada.submit(asked, reason="the disk is full", minutes="15")
        assert "refresh" in waiting.headers
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 401

        page = bob.open(f"{system.team_url}/cdn-cgi/access/approvals")
        assert "the disk is full" in page.text
        assert "Approved." in bob.submit(page, minutes="15").text
        inside = ada.open(f"{system.app_url}/headers")
        assert ADA in inside.text

        streams = stack.enter_context(Streams())
        open_streams(system.app_url, ada, streams, stack)
        streams.all_started()
        taken_back = bob.submit(bob.open(f"{system.team_url}/cdn-cgi/access/approvals"))
        returned = time.monotonic()
        assert "cut off" in taken_back.text
        streams.join(5)
        assert set(streams.ended) == OPEN
        assert max(streams.ended.values()) - returned < CUT_WITHIN
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 401


def test_access_for_a_minute_ends_after_a_minute_open_streams_included(system: System) -> None:
    with asking(system, purpose={}, session_duration="1m"), ExitStack() as stack:
        ada = stack.enter_context(system.visitor())
        asked = ada.sign_in(f"{system.app_url}/headers", ADA, system.password(ADA))
        began = time.monotonic()
        assert ADA in ada.submit(asked, reason="a look").text
        streams = stack.enter_context(Streams())
        open_streams(system.app_url, ada, streams, stack)
        streams.all_started()
        streams.join(70)
        took = {name: at - began for name, at in streams.ended.items()}
        print(f"seconds from the reason to each stream's end: {took}")
        assert set(took) == OPEN
        assert min(took.values()) > 59
        assert max(took.values()) < 60 + 2 * CUT_WITHIN
        assert ada.get(f"{system.app_url}/headers", SCRIPT).status_code == 401


def test_the_edge_kept_its_line_to_the_control_plane_through_all_these_minutes(system: System) -> None:
    """By itself, gRPC ends connections of whoever pings often: here that was every twenty seconds."""
    assert system.log("control").count('"edge connected"') == 1


def test_nobody_approves_for_themselves_and_whoever_is_no_approver_sees_nothing(system: System) -> None:
    approval = {"approvers": [ADA], "longest": "1h"}
    with asking(system, approval=approval), ExitStack() as stack:
        ada, bob = stack.enter_context(system.visitor()), stack.enter_context(system.sign_in(BOB))
        asked = ada.sign_in(f"{system.app_url}/headers", ADA, system.password(ADA))
        ada.submit(asked, reason="for me", minutes="15")
        for visitor in (ada, bob):
            page = visitor.open(f"{system.team_url}/cdn-cgi/access/approvals")
            assert "for me" not in page.text
            assert "Nothing waits for you." in page.text
