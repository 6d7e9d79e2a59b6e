"""Machines through a real edge and relay: what they send and get, and what an end of their credentials
ends: everything that they have open, and nothing that another has.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.live.system import System
from tests.live.test_revoke import CUT_WITHIN, Streams, open_streams
from tests.live.visitor import PAGE, Visitor, status_of

ALL = {"websocket", "events", "download"}
ANY: tuple[dict[str, Any], ...] = (
    {"id": "machines", "action": "service_auth", "include": ["any_service_token"]},
)
PEOPLE = {"id": "engineers", "action": "allow", "include": [{"group": "engineers"}]}
OWN_HEADER = "x-machine"


@dataclass(frozen=True)
class Machine:
    """A service token as its holder has it."""

    name: str
    client_id: str
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"CF-Access-Client-Id": self.client_id, "CF-Access-Client-Secret": self.secret}


def made(system: System, name: str) -> Machine:
    found = system.cli("service-token", "create", name, "--json").json
    return Machine(name, found["client_id"], found["secret"])


def set_policies(system: System, *policies: Mapping[str, Any]) -> None:
    application = {
        "id": "hello",
        "name": "Hello",
        "hostname": "hello.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "read_service_tokens_from_header": OWN_HEADER,
        "policies": [*policies, PEOPLE],
    }
    applied = system.apply({"applications": [application]})
    assert applied.code == 0, applied


@pytest.fixture(autouse=True)
def open_to_machines(system: System) -> None:
    set_policies(system, *ANY)


@pytest.fixture
def ci(system: System) -> Iterator[Machine]:
    machine = made(system, "ci")
    yield machine
    set_policies(system, *ANY)
    system.cli("service-token", "delete", "ci")


@pytest.fixture
def other(system: System) -> Iterator[Machine]:
    machine = made(system, "other")
    yield machine
    set_policies(system, *ANY)
    system.cli("service-token", "delete", "other")


@pytest.fixture
def client(system: System) -> Iterator[Visitor]:
    with system.visitor() as visitor:
        yield visitor


# --- what is sent and got ----------------------------------------------------------------------------


def test_a_machine_passes_without_a_cookie_and_its_secret_stays_at_the_edge(
    system: System, ci: Machine, client: Visitor
) -> None:
    answer = client.get(f"{system.app_url}/headers", {**PAGE, **ci.headers, "accept": "application/json"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert ci.secret not in answer.text
    assert ci.client_id not in answer.text.lower().replace("cf-access-jwt-assertion", "")
    assert "cf-access-jwt-assertion" in answer.text.lower()


def test_both_parts_may_stand_in_a_header_that_the_origin_never_sees(
    system: System, ci: Machine, client: Visitor
) -> None:
    both = {key.lower(): value for key, value in ci.headers.items()}
    answer = client.get(f"{system.app_url}/headers", {OWN_HEADER: json.dumps(both)})
    assert answer.status_code == 200
    assert OWN_HEADER not in answer.text.lower()
    assert ci.secret not in answer.text
    for odd in ("{", "[" * 20_000, json.dumps({**both, "more": 1})):
        assert client.get(f"{system.app_url}/", {**PAGE, OWN_HEADER: odd}).status_code == 400
    assert client.get(f"{system.app_url}/", {**PAGE, OWN_HEADER: "x" * (1 << 20)}).status_code == 431


def test_a_bad_one_is_401_a_good_one_that_no_policy_admits_403_and_neither_is_sent_to_sign_in(
    system: System, ci: Machine, client: Visitor
) -> None:
    def status(**changed: str) -> int:
        headers = {**ci.headers, **{key.replace("_", "-"): value for key, value in changed.items()}}
        answer = client.get(f"{system.app_url}/", {**PAGE, **headers})
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
        return answer.status_code

    assert status() == 200
    assert status(CF_Access_Client_Secret=ci.secret[:-1] + "x" * (ci.secret[-1] != "x")) == 401
    assert status(CF_Access_Client_Secret="0" * 64) == 401
    assert status(CF_Access_Client_Id="nobody.access") == 401
    set_policies(system, {**ANY[0], "require": [{"ip_range": "192.0.2.0/24"}]})
    assert status() == 403
    assert system.cli("service-token", "disable", "ci").code == 0
    assert status() == 401


def test_two_spellings_of_one_header_are_two_headers_and_refused(system: System, ci: Machine) -> None:
    host = f"hello.localhost:{system.ports['https']}"

    def status(*lines: str) -> int:
        request = "\r\n".join(["GET / HTTP/1.1", f"host: {host}", "accept: text/html", *lines, "", ""])
        return status_of(system.door.ask(request.encode()))

    client_id, secret = f"Cf-Access-Client-Id: {ci.client_id}", f"CF-Access-Client-Secret: {ci.secret}"
    assert status(client_id, secret) == 200
    assert status(client_id.upper().replace(ci.client_id.upper(), ci.client_id), secret.lower()) in {400, 401}
    assert status(client_id, f"CF-ACCESS-CLIENT-ID: {ci.client_id}", secret) == 400
    assert status(client_id, secret, f"cf-access-client-secret: {ci.secret}") == 400
    assert status(client_id) == 400
    assert status(secret) == 400


def test_a_machine_that_sends_a_persons_cookie_or_token_too_is_neither(
    system: System, ci: Machine, new_ada: Visitor
) -> None:
    assert new_ada.get(f"{system.app_url}/").status_code == 200
    both = new_ada.get(f"{system.app_url}/", {**PAGE, **ci.headers})
    assert both.status_code == 400
    own = {key.lower(): value for key, value in ci.headers.items()}
    assert new_ada.get(f"{system.app_url}/", {**PAGE, OWN_HEADER: json.dumps(own)}).status_code == 400
    token = new_ada.cookies(system.app_url)["__Host-doorward-token"]
    with system.visitor() as client:
        with_token = {**ci.headers, "Cf-Access-Token": token}
        assert client.get(f"{system.app_url}/", with_token).status_code == 400


def test_who_used_it_when_and_from_where_is_listed_within_two_seconds(
    system: System, ci: Machine, client: Visitor
) -> None:
    assert client.get(f"{system.app_url}/", ci.headers).status_code == 200
    until = time.monotonic() + 5
    while True:
        (found,) = [t for t in system.cli("service-token", "list", "--json").json if t["name"] == "ci"]
        if found["last_seen"] or time.monotonic() > until:
            break
        time.sleep(0.2)
    assert found["last_source"] == "127.0.0.1"
    assert datetime.now(UTC) - datetime.fromisoformat(found["last_seen"]) < timedelta(seconds=10)


# --- what is open ------------------------------------------------------------------------------------


def ends(
    system: System,
    act: Callable[[], object],
    *,
    of: Mapping[str, str],
    spared: Mapping[str, str],
) -> dict[str, float]:
    """Open streams with both sets of headers, act, and say how long after that those of ``of`` ended;
    those of ``spared`` must go on."""
    with (
        ExitStack() as stack,
        Streams() as cut,
        Streams() as kept,
        system.visitor() as one,
        system.visitor() as another,
    ):
        open_streams(system.app_url, one, cut, stack, of)
        open_streams(system.app_url, another, kept, stack, spared)
        cut.all_started()
        kept.all_started()
        # A change that lets both in disturbs neither.
        set_policies(system, {**ANY[0], "require": [{"ip_range": "127.0.0.0/8"}]})
        time.sleep(CUT_WITHIN)
        assert not cut.ended
        act()
        acted = time.monotonic()
        cut.join(5)
        time.sleep(CUT_WITHIN)
        assert not kept.ended, kept.ended
        assert set(cut.ended) == ALL
        delays = {name: round(at - acted, 3) for name, at in cut.ended.items()}
    print(f"\nseconds from the command's end to each stream's: {delays}")
    return delays


@pytest.mark.parametrize("by", ["disabling", "rotation", "deletion", "policy"])
def test_what_an_ended_credential_has_open_is_cut_and_nothing_else(
    system: System, ci: Machine, other: Machine, by: str
) -> None:
    def act() -> None:
        if by == "policy":
            set_policies(system, {**ANY[0], "include": [{"service_token": "other"}]})
            return
        words = {
            "disabling": ["disable", "ci"],
            "rotation": ["rotate", "ci", "--grace-hours", "0"],
            "deletion": ["delete", "ci"],
        }
        assert system.cli("service-token", *words[by]).code == 0

    delays = ends(system, act, of=ci.headers, spared=other.headers)
    assert max(delays.values()) < CUT_WITHIN


def test_the_secret_before_a_rotation_has_its_streams_until_the_grace_period_is_over(system: System) -> None:
    old, new = "old-secret-" + "0" * 32, "new-secret-" + "1" * 32
    token = {"id": "grace", "client_id": "grace.access", "secret": old}
    assert system.apply({"service_tokens": [token]}).code == 0
    before = Machine("grace", "grace.access", old).headers
    after = Machine("grace", "grace.access", new).headers
    with ExitStack() as stack, Streams() as cut, Streams() as kept, system.visitor() as client:
        open_streams(system.app_url, client, cut, stack, before)
        cut.all_started()
        until = datetime.now(UTC) + timedelta(seconds=5)
        rotated = {
            "secret": new,
            "previous_secret_hash": sha256(old.encode()).hexdigest(),
            "previous_until": until.isoformat(),
        }
        assert system.apply({"service_tokens": [{**token, **rotated}]}).code == 0
        open_streams(system.app_url, client, kept, stack, after)
        kept.all_started()
        assert client.get(f"{system.app_url}/", before).status_code == 200
        assert not cut.ended
        cut.join(10)
        late = datetime.now(UTC) - until
        assert set(cut.ended) == ALL
        assert client.get(f"{system.app_url}/", before).status_code == 401
        assert client.get(f"{system.app_url}/", after).status_code == 200
        assert not kept.ended
    assert timedelta() <= late < timedelta(seconds=CUT_WITHIN + 1), late
    assert system.apply({"service_tokens": []}).code == 0


def test_a_machine_that_its_origin_gave_the_assertion_is_decided_at_the_edge_and_ends_all_the_same(
    system: System, ci: Machine, other: Machine, client: Visitor
) -> None:
    shown = client.get(f"{system.app_url}/headers", {**ci.headers, "accept": "application/json"}).text
    token = next(
        word for word in shown.replace('"', " ").split() if word.startswith("ey") and word.count(".") == 2
    )
    by_token = {"Cf-Access-Token": token.rstrip(",")}
    with system.frozen("control"):
        assert client.get(f"{system.app_url}/", by_token).status_code == 200

    def act() -> None:
        assert system.cli("service-token", "disable", "ci").code == 0

    delays = ends_by_token(system, act, by_token, other.headers)
    assert max(delays.values()) < CUT_WITHIN
    assert client.get(f"{system.app_url}/", by_token).status_code == 401


def ends_by_token(
    system: System, act: Callable[[], object], by_token: Mapping[str, str], spared: Mapping[str, str]
) -> dict[str, float]:
    """As ``ends``, for a token that a policy's change would outdate: nothing is changed in between."""
    with ExitStack() as stack, Streams() as cut, Streams() as kept, system.visitor() as client:
        open_streams(system.app_url, client, cut, stack, by_token)
        open_streams(system.app_url, client, kept, stack, spared)
        cut.all_started()
        kept.all_started()
        act()
        acted = time.monotonic()
        cut.join(5)
        assert set(cut.ended) == ALL
        assert not kept.ended
        return {name: round(at - acted, 3) for name, at in cut.ended.items()}
