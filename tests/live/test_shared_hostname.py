"""Two applications on one hostname: signed in at one is not signed in at the other, in either direction,
and the token of one is worth nothing at the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from doorward.envoy import names
from tests.live.echo import echo
from tests.live.system import ADA, BOB, System
from tests.live.visitor import SCRIPT, Visitor, status_of

HOST = "shared.localhost"
TOKEN, ADMIN_TOKEN = names.TOKEN_COOKIE, f"{names.TOKEN_COOKIE}-admin"
FOOTHOLD, ADMIN_FOOTHOLD = names.FOOTHOLD_COOKIE, f"{names.FOOTHOLD_COOKIE}-admin"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with echo() as port, System(tmp_path_factory.mktemp("shared")) as system:
        applied = system.apply({"applications": applications(port)})
        assert applied.code == 0, applied
        yield system


def applications(port: int) -> list[dict[str, object]]:
    url = f"http://127.0.0.1:{port}"
    ada = [{"email": ADA}]
    everybody = [*ada, {"email": BOB}]
    return [
        {
            "id": "site",
            "hostname": HOST,
            "url": url,
            "policies": [{"action": "allow", "include": everybody}],
        },
        {
            "id": "admin",
            "destinations": [f"{HOST}/admin"],
            "url": url,
            "origin": {
                "headers": {"add": {"X-Part": "50% admin"}, "remove": ["X-Debug"]},
                "identity_headers": {"X-User": "email", "X-Groups": "groups", "X-Upn": "upn"},
            },
            "policies": [{"action": "allow", "include": ada}],
        },
        {
            "id": "open",
            "destinations": [f"{HOST}/admin/open"],
            "url": url,
            "origin": {"identity_headers": {"X-User": "email"}},
            "policies": [{"action": "bypass", "include": ["everyone"]}],
        },
    ]


def at(system: System, path: str) -> str:
    return f"{system.url(HOST)}{path}"


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, (answer.status_code, answer.text[:500])
    return dict(answer.json())


def signed_in(system: System, email: str, path: str) -> Visitor:
    return system.sign_in(email, at(system, path))


def test_each_has_cookies_of_its_own_and_one_sign_in_serves_both(shared: System) -> None:
    with signed_in(shared, ADA, "/") as ada:
        assert {TOKEN, FOOTHOLD} <= ada.cookies(at(shared, "/")).keys()
        assert ADMIN_TOKEN not in ada.cookies(at(shared, "/"))
        refused = ada.get(at(shared, "/admin/api"), SCRIPT)
        assert refused.status_code == 401, "a page at / that fetches /admin before going there"
        assert told(ada.open(at(shared, "/admin/page")))["path"] == "/admin/page"
        assert {TOKEN, FOOTHOLD, ADMIN_TOKEN, ADMIN_FOOTHOLD} <= ada.cookies(at(shared, "/")).keys()
        assert told(ada.get(at(shared, "/admin/api"), SCRIPT))["path"] == "/admin/api"
        assert told(ada.get(at(shared, "/api"), SCRIPT))["path"] == "/api"


def test_the_origin_sees_none_of_our_cookies_and_all_of_its_own(shared: System) -> None:
    with signed_in(shared, ADA, "/admin") as ada:
        ada.open(at(shared, "/"))
        ada.http.cookies.set("theirs", "1", domain=HOST)
        for path in ("/", "/admin"):
            assert told(ada.get(at(shared, path), SCRIPT))["headers"]["cookie"] == ["theirs=1"]


def test_who_may_open_the_site_may_not_open_the_stricter_path_and_stays_signed_in(shared: System) -> None:
    with signed_in(shared, BOB, "/") as bob:
        refused = bob.open(at(shared, "/admin/x"))
        assert refused.status_code == 403
        assert told(bob.get(at(shared, "/"), SCRIPT))["path"] == "/"
        for spelt in ("/ADMIN", "/Admin/x", "/%61dmin", "/x/../admin", "//admin", "/admin;x=1", "/admin."):
            answer = bob.get(at(shared, spelt), SCRIPT)
            assert answer.status_code == 401, (spelt, answer.status_code)


@pytest.mark.parametrize(("mine", "other"), [("/", "/admin"), ("/admin", "/")])
def test_a_token_of_one_counts_for_nothing_at_the_other(shared: System, mine: str, other: str) -> None:
    with signed_in(shared, ADA, mine) as ada:
        cookies = ada.cookies(at(shared, "/"))
    token = cookies[TOKEN if mine == "/" else ADMIN_TOKEN]
    foothold = cookies[FOOTHOLD if mine == "/" else ADMIN_FOOTHOLD]
    with shared.visitor() as stranger:
        for cookie in (
            f"{TOKEN}={token}; {FOOTHOLD}={foothold}",
            f"{ADMIN_TOKEN}={token}; {ADMIN_FOOTHOLD}={foothold}",
        ):
            assert stranger.get(at(shared, other), {**SCRIPT, "cookie": cookie}).status_code == 401
        by_header = {**SCRIPT, names.CLIENT_TOKEN_HEADER: token}
        assert stranger.get(at(shared, other), by_header).status_code == 401
        assert stranger.get(at(shared, mine), by_header).status_code == 200


@pytest.mark.parametrize("name", [TOKEN, ADMIN_TOKEN])
@pytest.mark.parametrize("path", ["/", "/admin"])
def test_a_token_twice_is_refused_whichever_it_is(shared: System, path: str, name: str) -> None:
    lines = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{shared.door.port}\r\n"
    once = f"{lines}Cookie: {name}=a; {name}=b\r\n\r\n"
    in_two = f"{lines}Cookie: {name}=a\r\nCookie: {name}=b\r\n\r\n"
    for request in (once, in_two):
        assert status_of(shared.door.ask(request.encode(), HOST)) == 400


def test_signing_out_at_one_signs_out_at_both_and_forgets_every_cookie(shared: System) -> None:
    with signed_in(shared, ADA, "/") as ada:
        ada.open(at(shared, "/admin"))
        ada.open(f"{shared.url(HOST)}/cdn-cgi/access/logout")
        assert not {TOKEN, FOOTHOLD, ADMIN_TOKEN, ADMIN_FOOTHOLD} & ada.cookies(at(shared, "/")).keys()
        for path in ("/", "/admin"):
            assert ada.get(at(shared, path), SCRIPT).status_code == 401


def test_doorwards_own_paths_are_there_once_for_the_host(shared: System) -> None:
    with signed_in(shared, ADA, "/admin") as ada:
        who = ada.get(f"{shared.url(HOST)}/cdn-cgi/access/get-identity", SCRIPT)
        assert who.json()["email"] == ADA


FORGED = {"x-user": "eve@example.com", "X-Groups": "admins", "x-upn": "eve", "X-Debug": "1", "x-part": "mine"}


def test_identity_headers_are_the_edges_alone(shared: System) -> None:
    with signed_in(shared, ADA, "/admin") as ada:
        for headers in ({**SCRIPT, **FORGED}, SCRIPT):
            for _ in range(2):  # by the control plane's answer first, perhaps, and by the fast path then
                seen = told(ada.get(at(shared, "/admin/a"), headers))["headers"]
                assert seen["x-user"] == [ADA]
                assert "x-groups" not in seen or seen["x-groups"] != ["admins"]
                assert "x-upn" not in seen
                assert "x-debug" not in seen
                assert seen["x-part"] == ["50% admin"]
        ada.http.cookies.delete(ADMIN_TOKEN, domain=HOST)
        renewed = ada.get(at(shared, "/admin/a"), {**SCRIPT, **FORGED})
        assert told(renewed)["headers"]["x-user"] == [ADA]
        # A bypass admits without looking at who it is: nothing is said of them.
        passed = told(ada.get(at(shared, "/admin/open"), {**SCRIPT, **FORGED}))["headers"]
        assert "x-user" not in passed
        # The other application asked for no such headers, and what clients send is not its business.
        ada.open(at(shared, "/"))
        assert told(ada.get(at(shared, "/"), {**SCRIPT, "x-user": "eve"}))["headers"]["x-user"] == ["eve"]


def test_the_fast_path_decides_for_both(shared: System) -> None:
    with signed_in(shared, ADA, "/admin") as ada:
        ada.open(at(shared, "/"))
        for path, policy in (("/one", "site"), ("/admin/two", "admin")):
            told(ada.get(at(shared, path), SCRIPT))
            line = shared.logged(path)
            assert (line["decision"], line["decided_by"], line["application"]) == ("allow", "edge", policy)
