"""Where a request comes from when load balancers stand in front of the edge, in a whole Doorward.

127.0.0.1 is a load balancer that is trusted, as are all in 10.0.0.0/8; 127.0.0.2 is anybody. What an
application is told, what the access log says, what the edge judges, what the control plane judges and
what a stream is known by must be the same address, and never one that a client chose.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.live.system import System, eventually
from tests.live.visitor import SCRIPT, Visitor, status_of

BALANCER, ANYBODY = "127.0.0.1", "127.0.0.2"
CLIENT = "203.0.113.5"
LIE = "198.51.100.66"
SECRET = "a-secret-of-more-than-32-characters-for-ci"

Shape = tuple[str, ...]
"""The values of the header's lines."""

READ: Mapping[Shape, str] = {
    (): BALANCER,
    ("",): BALANCER,
    (CLIENT,): CLIENT,
    (f" {CLIENT}\t",): CLIENT,
    (f"{CLIENT}, 10.1.2.3",): CLIENT,
    (f"{CLIENT},10.1.2.3,10.255.255.255",): CLIENT,
    (f"{LIE}, {CLIENT}",): CLIENT,
    (f"{LIE}, 10.9.9.9, {CLIENT}, 10.1.2.3",): CLIENT,
    (f"garbage, unknown, , {CLIENT}",): CLIENT,
    (f"127.0.0.1, {CLIENT}",): CLIENT,
    (LIE, CLIENT): CLIENT,
    (CLIENT, "10.1.2.3"): CLIENT,
    (LIE, f"{CLIENT}, 10.1.2.3"): CLIENT,
    (", ".join([*[LIE] * 19, CLIENT]),): CLIENT,
    ("192.168.7.7",): "192.168.7.7",
    ("2001:db8::5",): "2001:db8::5",
    ("2001:DB8:0:0:0:0:0:5, 10.1.2.3",): "2001:db8::5",
    (f"::ffff:{CLIENT}",): f"::ffff:{CLIENT}",
    (f"{CLIENT}, ::ffff:10.1.2.3",): CLIENT,
    ("fe80::1%1",): "fe80::1%1",
}
"""What a trusted proxy may say, and where the request then comes from."""

UNREADABLE: Sequence[Shape] = (
    (f"{CLIENT}:80",),
    ("[::1]:80",),
    ("[2001:db8::5]",),
    (f'"{CLIENT}"',),
    (f"{CLIENT} 10.1.2.3",),
    (f"{CLIENT};10.1.2.3",),
    (f"for={CLIENT}",),
    ("unknown",),
    ("_x",),
    ("garbage",),
    ("0x7f.1.1.1",),
    ("1.2.3",),
    ("01.2.3.4",),
    ("1.2.3.4/32",),
    ("fe80::1%no-such-zone",),
    (", ,",),
    (f"{CLIENT},,",),
    (f"{LIE}, garbage, 10.1.2.3",),
    (CLIENT, "garbage"),
    (", ".join([*[LIE] * 20, CLIENT]),),
    (", ".join(f"203.0.113.{number}" for number in range(100)),),
    ("10.1.2.3",),
    ("10.9.9.9, 10.1.2.3",),
    (BALANCER,),
)
"""Of these Envoy would take the balancer's address; a policy that admits its network must not see that."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    settings = {"trusted_proxies": f"{BALANCER}, 10.0.0.0/8"}
    with System(tmp_path_factory.mktemp("balanced"), settings=settings) as running:
        running.add_applications(
            application(running, "open", bypass("everyone")),
            application(running, "direct", bypass("everyone"), tunnel=False),
            application(running, "office", bypass({"ip_range": "203.0.113.0/24"})),
            application(running, "inside", bypass({"ip_range": "10.0.0.0/8"}, {"ip_range": BALANCER})),
        )
        yield running


def application(
    system: System, name: str, *policies: Mapping[str, object], tunnel: bool = True
) -> dict[str, object]:
    found: dict[str, object] = {
        "id": name,
        "hostname": f"{name}.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "policies": policies,
    }
    return found | ({"tunnel": "sample"} if tunnel else {})


def bypass(*include: object) -> dict[str, object]:
    return {"id": "open", "action": "bypass", "include": list(include)}


def ask(
    system: System, shape: Shape, *, host: str = "open.localhost", peer: str = BALANCER, more: str = ""
) -> bytes:
    lines = "".join(f"X-Forwarded-For: {value}\r\n" for value in shape)
    sent = (
        f"GET /headers HTTP/1.1\r\nHost: {host}:{system.ports['https']}\r\nAccept: */*\r\n"
        f"{lines}{more}Connection: close\r\n\r\n"
    )
    return system.door_from(peer).ask(sent.encode(), host)


def headers_at_origin(answer: bytes) -> list[tuple[str, str]]:
    found = re.search(rb'\{"method.*\}', answer, re.DOTALL)
    assert found, answer[:300]
    return [(name, value) for name, value in json.loads(found.group())["headers"]]


def forwarded_for(answer: bytes) -> list[str]:
    """What the origin is told of where the request comes from."""
    return [value for name, value in headers_at_origin(answer) if name == "x-forwarded-for"]


def sources_logged(system: System, wanted: set[str]) -> dict[str, str]:
    """The source that the access log has for each of these request ids, once all are there."""
    for _ in eventually("every request is in the access log"):
        lines = map(json.loads, system.log("access").splitlines())
        found = {line["request_id"]: line["source"] for line in lines if line["request_id"] in wanted}
        if found.keys() == wanted:
            return found
    raise AssertionError


def request_id(answer: bytes) -> str:
    found = re.search(rb"x-request-id: (\S+)\r\n", answer)
    assert found, answer[:300]
    return found.group(1).decode()


@pytest.mark.parametrize("host", ["open.localhost", "direct.localhost"])
def test_a_trusted_proxy_says_where_a_request_comes_from(system: System, host: str) -> None:
    logged: dict[str, str] = {}
    for shape, source in READ.items():
        answer = ask(system, shape, host=host)
        assert forwarded_for(answer) == [source], shape
        logged[request_id(answer)] = source
    assert sources_logged(system, set(logged)) == logged


@pytest.mark.parametrize("shape", UNREADABLE, ids=lambda shape: "/".join(shape)[:40])
def test_what_a_trusted_proxy_says_unreadably_is_refused_everywhere(system: System, shape: Shape) -> None:
    for host in ("open", "direct", "office", "inside", "hello", "access"):
        answer = ask(system, shape, host=f"{host}.localhost")
        assert status_of(answer) == 403, (host, answer[:300])
        assert b'"unknown-source"' in answer
        assert b'{"method' not in answer


@pytest.mark.parametrize("shape", [*READ, *UNREADABLE], ids=lambda shape: "/".join(shape)[:40])
def test_nobody_else_is_asked(system: System, shape: Shape) -> None:
    assert forwarded_for(ask(system, shape, peer=ANYBODY)) == [ANYBODY]
    assert status_of(ask(system, shape, host="office.localhost", peer=ANYBODY)) != 200
    assert status_of(ask(system, shape, host="inside.localhost", peer=ANYBODY)) != 200


def test_the_edge_judges_by_that_address(system: System) -> None:
    for shape, source in READ.items():
        office = source.removeprefix("::ffff:").startswith("203.0.113.")
        assert (status_of(ask(system, shape, host="office.localhost")) == 200) == office, shape
        inside = status_of(ask(system, shape, host="inside.localhost"))
        assert (inside == 200) == (source == BALANCER), shape


def test_the_control_plane_judges_by_that_address(system: System) -> None:
    """Only it knows a machine by id and secret."""
    token = {"id": "ci", "client_id": "ci.access", "secret": SECRET}
    machines = {
        "id": "machines",
        "action": "service_auth",
        "include": [{"service_token": "ci"}],
        "require": [{"ip_range": "203.0.113.0/24"}],
    }
    assert system.apply({"service_tokens": [token]}).code == 0
    system.add_applications(application(system, "builds", machines))
    shown = f"CF-Access-Client-Id: ci.access\r\nCF-Access-Client-Secret: {SECRET}\r\n"
    for shape, source in READ.items():
        wanted = 200 if source.removeprefix("::ffff:").startswith("203.0.113.") else 403
        assert status_of(ask(system, shape, host="builds.localhost", more=shown)) == wanted, shape
        lied = ask(system, shape, host="builds.localhost", more=shown, peer=ANYBODY)
        assert status_of(lied) == 403, shape


def test_whatever_else_a_client_sends_is_dropped_as_without_the_setting(system: System) -> None:
    lies = "".join(
        f"{name}: {LIE}\r\n"
        for name in (
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Forwarded-Client-Cert",
            "Forwarded",
            "X-Real-IP",
            "X-Doorward-Source",
            "X-Doorward-Country",
            "Kept-Forwarded-For",
            "X-Envoy-External-Address",
            "X-Envoy-Decorator-Operation",
            "X-Request-Id",
        )
    )
    for peer, source in ((BALANCER, CLIENT), (ANYBODY, ANYBODY)):
        answer = ask(system, (CLIENT,), peer=peer, more=lies)
        seen = dict(headers_at_origin(answer))
        assert LIE not in json.dumps(seen)
        assert seen["x-forwarded-for"] == source
        assert seen["x-forwarded-proto"] == "https"
        assert seen["x-request-id"] == request_id(answer) != LIE
        alone = ask(system, (), peer=peer, more=f"Kept-Forwarded-For: {LIE}\r\n")
        assert forwarded_for(alone) == [peer]


def test_a_person_is_signed_in_from_where_they_are(system: System) -> None:
    with system.visitor() as visitor:
        visitor.http.headers["x-forwarded-for"] = f"{LIE}, {CLIENT}"
        visitor.sign_in(f"{system.app_url}/", "ada@example.com", system.password("ada@example.com"))
        assert visitor.get(f"{system.app_url}/headers", SCRIPT).status_code == 200
        listed = json.loads(system.cli("session", "list", "--json").out)
    assert [session["source"] for session in listed] == [CLIENT]


def is_open(socket: ClientConnection) -> bool:
    try:
        socket.send("hello")
        return socket.recv(timeout=5) == "hello"
    except ConnectionClosed:
        return False


def test_an_open_stream_is_known_by_that_address_and_cut_when_the_policy_excludes_it(system: System) -> None:
    """Both come through the same balancer; the one whose address stays in the policy notices nothing."""
    before = application(system, "streams", bypass({"ip_range": "203.0.113.0/24"}))
    system.add_applications(before)
    url = f"{system.url('streams.localhost')}/ws"
    with (
        Visitor(system.door_from(BALANCER)) as one,
        Visitor(system.door_from(BALANCER)) as other,
        one.websocket(url, {"X-Forwarded-For": "203.0.113.5"}) as goes,
        other.websocket(url, {"X-Forwarded-For": "203.0.113.6"}) as stays,
    ):
        assert is_open(goes)
        assert is_open(stays)
        began = time.monotonic()
        narrowed = {**before, "policies": [bypass({"ip_range": "203.0.113.6"})]}
        system.add_applications(narrowed)
        for _ in eventually("the stream from the excluded address is cut"):
            if not is_open(goes):
                break
        print(f"\ncut {time.monotonic() - began:.2f} s after the command began")
        assert is_open(stays)
