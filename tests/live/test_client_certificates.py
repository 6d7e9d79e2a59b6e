"""Client certificates at a real edge: who gets in with one, and how one that does not count is tried."""

from __future__ import annotations

import json
import socket
import ssl
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.certificates import DAY, Authority, Issued
from tests.live.http2 import http2
from tests.live.system import ADA, System
from tests.live.test_revoke import CUT_WITHIN, Streams, open_streams
from tests.live.visitor import SCRIPT, Door, Visitor, status_of

CORP = Authority.named("Corp CA", now=datetime.now(UTC))
LAB = Authority.named("Lab CA", now=datetime.now(UTC))
BUILD = CORP.issue("build-7", sans=[x509.UniformResourceIdentifier("spiffe://corp/build")])
DEPLOY = CORP.issue("deploy-1")
LABS = LAB.issue("probe")
VAULT, BENCH, OPEN, DESK = "vault.localhost", "bench.localhost", "open.localhost", "desk.localhost"
COUNTS_NOT = "it asks for a client certificate"


def authorities(revoked: Issued | None = None, *, corp: tuple[str, ...] = (VAULT, DESK)) -> dict[str, Any]:
    crl = CORP.crl(*([revoked.certificate] if revoked else []))
    return {
        "certificate_authorities": [
            {"id": "corp", "hostnames": [*corp], "certificate": CORP.pem, "crl": crl},
            {"id": "lab", "hostnames": [BENCH], "certificate": LAB.pem},
        ]
    }


def application(system: System, hostname: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": hostname.partition(".")[0],
        "hostname": hostname,
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "policies": [{"id": "p", **policy}],
    }


def machines(*included: object) -> dict[str, Any]:
    return {"action": "service_auth", "include": [*included]}


@pytest.fixture(scope="module", autouse=True)
def applications(system: System) -> None:
    assert system.apply(authorities()).code == 0
    system.add_applications(
        application(system, VAULT, machines({"certificate": "corp"})),
        application(system, BENCH, machines({"certificate": "lab"})),
        application(system, OPEN, {"action": "bypass", "include": ["everyone"]}),
        application(
            system, DESK, {"action": "allow", "include": [{"email": ADA}], "require": ["certificate"]}
        ),
    )


@pytest.fixture
def with_build(system: System, tmp_path: Path) -> Iterator[Visitor]:
    with visitor(system, BUILD, tmp_path) as made:
        yield made


def door(system: System, shown: Issued | None, folder: Path) -> Door:
    made = system.door
    if shown is not None:
        made.context.load_cert_chain(*shown.files(folder))
    return made


def visitor(system: System, shown: Issued | None, folder: Path) -> Visitor:
    return Visitor(door=door(system, shown, folder))


def get(asked: Visitor, system: System, hostname: str, headers: Mapping[str, str] = SCRIPT) -> Any:
    return asked.get(f"{system.url(hostname)}/headers", headers)


# --- what counts --------------------------------------------------------------------------------------


def test_a_machine_gets_in_with_its_certificate_alone_and_the_origin_is_told_which(
    system: System, with_build: Visitor
) -> None:
    answer = get(with_build, system, VAULT)
    assert answer.status_code == 200, answer.text
    assert "set-cookie" not in answer.headers
    assert "cf-access-jwt-assertion" in answer.text.lower()
    token = next(word for word in answer.text.split('"') if word.startswith("eyJ"))
    claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["common_name"] == "build-7"
    assert set(claims) == {"iss", "aud", "sub", "type", "gen", "iat", "nbf", "exp", "common_name", "cnf"}
    assert get(with_build, system, VAULT, SCRIPT | {"cf-access-token": token}).status_code == 200
    with system.visitor() as thief:
        stolen = get(thief, system, VAULT, SCRIPT | {"cf-access-token": token})
    assert stolen.status_code == 403, "the assertion admits to nothing"


@pytest.mark.parametrize("headers", [SCRIPT, {"accept": "text/html", "sec-fetch-mode": "navigate"}])
def test_without_a_certificate_one_sees_a_page_that_says_what_is_missing(
    system: System, tmp_path: Path, headers: dict[str, str]
) -> None:
    with visitor(system, None, tmp_path) as nobody:
        answer = get(nobody, system, VAULT, headers)
    assert answer.status_code == 403
    assert COUNTS_NOT in answer.text.lower()


@pytest.mark.parametrize(
    "shown",
    [
        CORP.issue(begins=-2 * DAY, ends=-DAY),
        CORP.issue(begins=DAY, ends=2 * DAY),
        LABS,
        Authority.named("Corp CA", now=datetime.now(UTC)).issue(),
        Issued(CORP.certificate, CORP.key),
        CORP.issue(extensions=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)]),
    ],
    ids=["expired", "not valid yet", "another's", "a CA of the same name", "the CA's own", "a server's"],
)
def test_a_certificate_that_does_not_count_is_as_none(system: System, tmp_path: Path, shown: Issued) -> None:
    with visitor(system, shown, tmp_path) as stranger:
        answer = get(stranger, system, VAULT)
    assert answer.status_code == 403
    assert COUNTS_NOT in answer.text.lower()


def test_a_person_needs_it_besides_their_sign_in(system: System, tmp_path: Path) -> None:
    with visitor(system, BUILD, tmp_path) as ada:
        page = ada.sign_in(f"{system.url(DESK)}/headers", ADA, system.password(ADA))
        assert page.status_code == 200, page.text
        assert page.url.host == DESK
        cookies = {"cookie": ada.cookie(str(page.url))}
    with visitor(system, None, tmp_path) as without:
        assert get(without, system, DESK, SCRIPT | cookies).status_code == 403
        page = without.sign_in(f"{system.url(DESK)}/headers", ADA, system.password(ADA))
        assert page.status_code == 403
        assert COUNTS_NOT in page.text.lower()


# --- attacks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [None, LABS, BUILD], ids=["none", "lab's", "corp's"])
@pytest.mark.parametrize("opened_for", [OPEN, BENCH, "hello.localhost", "127.0.0.1"])
def test_a_connection_opened_for_one_hostname_carries_no_request_for_another(
    system: System, tmp_path: Path, shown: Issued | None, opened_for: str
) -> None:
    way = door(system, shown, tmp_path)
    way.context.check_hostname = False
    request = f"GET /headers HTTP/1.1\r\nHost: {VAULT}:{way.port}\r\nConnection: close\r\n\r\n".encode()
    assert status_of(way.ask(request, opened_for)) == 421
    fields = [
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", f"{VAULT}:{way.port}"),
        (":path", "/headers"),
    ]
    with http2(way, opened_for) as client:
        assert client.ask(fields).status == 421
        if opened_for != "127.0.0.1":
            own = [*fields[:2], (":authority", f"{opened_for}:{way.port}"), fields[3]]
            assert client.ask(own, stream=3).status in {200, 302, 401, 403}, "the connection goes on"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("before", [OPEN, BENCH, VAULT])
def test_a_resumed_tls_session_proves_no_more_than_its_certificate(
    system: System, tmp_path: Path, before: str, version: ssl.TLSVersion
) -> None:
    def asked(way: Door, hostname: str, session: ssl.SSLSession | None) -> tuple[int, ssl.SSLSession | None]:
        way.context.check_hostname = False
        plain = socket.create_connection(("127.0.0.1", way.port), 10)
        with way.context.wrap_socket(plain, server_hostname=hostname, session=session) as connection:
            host = f"{hostname}:{way.port}"
            connection.sendall(f"GET /headers HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return status_of(answer), connection.session

    shown = {OPEN: None, BENCH: LABS, VAULT: BUILD}[before]
    way = door(system, shown, tmp_path)
    way.context.maximum_version = version
    first, session = asked(way, before, None)
    assert (first, session is not None) == (200, True)
    assert asked(way, VAULT, session)[0] == (200 if before == VAULT else 403)
    try:
        assert system.apply(authorities(revoked=BUILD)).code == 0
        assert asked(way, VAULT, session)[0] == 403, "revoked since"
    finally:
        assert system.apply(authorities()).code == 0


@pytest.mark.parametrize("hostname", [VAULT, OPEN])
def test_certificates_in_headers_are_nothing(system: System, tmp_path: Path, hostname: str) -> None:
    forged = {
        "x-forwarded-client-cert": f'Hash={"0" * 64};Subject="CN=build-7";URI=spiffe://corp/build',
        "ssl-client-cert": BUILD.pem.replace("\n", "%0A"),
        "x-forwarded-tls-client-cert": BUILD.pem.replace("\n", ""),
        "cf-client-cert-der-base64": "".join(BUILD.pem.splitlines()[1:-1]),
    }
    with visitor(system, None, tmp_path) as forger:
        answer = get(forger, system, hostname, SCRIPT | forged)
    assert answer.status_code == (403 if hostname == VAULT else 200)
    assert "x-forwarded-client-cert" not in answer.text.lower()


# --- changes ----------------------------------------------------------------------------------------------


def test_a_revoked_certificate_is_out_at_once_with_all_its_streams_and_nobody_else_notices(
    system: System, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        build = stack.enter_context(visitor(system, BUILD, tmp_path))
        deploy = stack.enter_context(visitor(system, DEPLOY, tmp_path))
        ended, unharmed = stack.enter_context(Streams()), stack.enter_context(Streams())
        open_streams(system.url(VAULT), build, ended, stack)
        open_streams(system.url(VAULT), deploy, unharmed, stack)
        ended.all_started()
        unharmed.all_started()
        try:
            assert system.apply(authorities(revoked=BUILD)).code == 0
            returned = time.monotonic()
            assert get(build, system, VAULT).status_code == 403, "over a connection from before"
            assert get(deploy, system, VAULT).status_code == 200
            ended.join(5)
            assert set(ended.ended) == {"websocket", "events", "download"}
            assert max(ended.ended.values()) - returned < CUT_WITHIN
            assert not unharmed.ended
        finally:
            assert system.apply(authorities()).code == 0


def test_an_authority_for_one_hostname_more_disturbs_no_connection_of_another(
    system: System, tmp_path: Path
) -> None:
    with visitor(system, None, tmp_path) as nobody, nobody.websocket(f"{system.url(OPEN)}/ws") as socket:
        try:
            assert system.apply(authorities(corp=(VAULT, DESK, "more.localhost"))).code == 0
            socket.send("still here")
            assert socket.recv(timeout=5) == "still here"
        finally:
            assert system.apply(authorities()).code == 0


def test_an_outdated_revocation_list_is_refused_when_it_is_given(system: System) -> None:
    outdated = authorities()
    outdated["certificate_authorities"][0]["crl"] = CORP.crl(begins=-2 * DAY, ends=-DAY)
    applied = system.apply(outdated)
    assert applied.code != 0
    assert "certificate_authorities[0].crl" in applied.err
    assert "give the newest" in applied.err
