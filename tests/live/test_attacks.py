"""What somebody may try at the edge from outside: forged headers and tokens, odd requests, odd paths.

The origin is the sample, whose ``/headers`` tells what reached it. An attack may be refused, or have no
effect; nothing else passes.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.live.http2 import Answer, http2
from tests.live.system import ADA, BOB, System
from tests.live.visitor import SCRIPT, Visitor, status_of

MARK = "forged-by-a-client"
HOST = "hello.localhost"

IDENTITY_HEADERS = (
    "Cf-Access-Jwt-Assertion",
    "Cf-Access-Authenticated-User-Email",
    "X-Doorward-Session",
    "X-Doorward-Token",
    "X-Doorward-Source",
    "X-Doorward-Country",
    "X-Doorward-Continent",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Uri",
    "X-Forwarded-User",
    "X-Forwarded-Client-Cert",
    "Forwarded",
    "X-Original-URL",
    "X-Original-Host",
    "X-Rewrite-URL",
    "X-Real-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "True-Client-IP",
    "Cf-Connecting-IP",
    "X-Envoy-External-Address",
    "X-Envoy-Original-Path",
    "X-Envoy-Internal",
    "X-Envoy-Decorator-Operation",
    "X-Request-Id",
    "Proxy",
)


def plain(name: str) -> str:
    return f"{name}: {MARK}\r\n"


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "as it is": plain,
    "lower case": lambda name: plain(name.lower()),
    "upper case": lambda name: plain(name.upper()),
    "mixed case": lambda name: plain(name.swapcase()),
    "twice": lambda name: plain(name) + f"{name}: {MARK}-2\r\n",
    "empty and full": lambda name: f"{name}:\r\n" + plain(name),
    "underscores": lambda name: plain(name.replace("-", "_")),
    "one underscore": lambda name: plain(name.replace("-", "_", 1)),
    "nominated": lambda name: f"Connection: {name}\r\n" + plain(name),
    "nominated behind": lambda name: plain(name) + f"Connection: keep-alive, {name.lower()}\r\n",
    "folded": lambda name: f"{name}: {MARK}\r\n {MARK}\r\n",
    "a space before the colon": lambda name: f"{name} : {MARK}\r\n",
    "a space before the name": lambda name: f"X-A: b\r\n {name}: {MARK}\r\n",
    "a bare line feed": lambda name: f"X-A: b\n{name}: {MARK}\r\n",
    "a bare carriage return": lambda name: f"X-A: b\r{name}: {MARK}\r\n",
}


def raw(system: System, head: str, *, cookie: str = "", body: str = "", host: str = HOST) -> bytes:
    """A request whose head is what the test says; ``head`` begins with the request line."""
    line, _, rest = head.partition("\r\n")
    sent = f"{line}\r\nHost: {host}:{system.ports['https']}\r\nAccept: */*\r\n"
    sent += f"Cookie: {cookie}\r\n" if cookie else ""
    sent += f"{rest}Connection: close\r\n\r\n{body}" if "Connection" not in rest else f"{rest}\r\n{body}"
    return system.door.ask(sent.encode("latin-1"))


def at_origin(answer: bytes) -> list[tuple[str, str]] | None:
    """The headers that the origin reports, or none when it was not reached."""
    if status_of(answer) != 200:
        return None
    found = re.search(rb'\{"method.*\}', answer, re.DOTALL)
    assert found, answer
    return [(name, value) for name, value in json.loads(found.group())["headers"]]


# --- headers by which somebody could claim to be somebody else --------------------------------------


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_an_identity_header_reaches_the_origin(
    system: System, ada: Visitor, spelling: str
) -> None:
    cookie = ada.cookie(system.app_url)
    reached = 0
    for name in IDENTITY_HEADERS:
        answer = raw(system, f"GET /headers HTTP/1.1\r\n{SPELLINGS[spelling](name)}", cookie=cookie)
        seen = at_origin(answer)
        if seen is None:
            assert 400 <= status_of(answer) < 500, (name, answer[:300])
            continue
        reached += 1
        sent = {key: value for key, value in seen if key != "x-a"}
        assert MARK not in json.dumps(sent), name
        assert sent["cf-access-authenticated-user-email"] == ADA
        names = [key for key, _ in seen]
        assert names.count("cf-access-authenticated-user-email") == 1
        assert names.count("cf-access-jwt-assertion") == 1
    print(f"\n{spelling}: {reached} of {len(IDENTITY_HEADERS)} reached the origin, without effect")


@pytest.mark.parametrize("spelling", ["as it is", "twice", "underscores", "nominated", "a bare line feed"])
def test_no_identity_header_opens_a_door(system: System, spelling: str) -> None:
    for name in IDENTITY_HEADERS:
        answer = raw(system, f"GET /headers HTTP/1.1\r\n{SPELLINGS[spelling](name)}")
        assert 400 <= status_of(answer) < 500, (name, answer[:200])


def test_the_source_is_the_connections_whatever_the_client_says(system: System, ada: Visitor) -> None:
    for name in (
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Doorward-Source",
        "X-Envoy-External-Address",
    ):
        found = ada.get(f"{system.app_url}/cdn-cgi/access/get-identity", {**SCRIPT, name: "203.0.113.9"})
        assert found.json()["ip"] == "127.0.0.1", name
        seen = ada.get(f"{system.app_url}/headers", {**SCRIPT, name: "203.0.113.9"}).json()["headers"]
        assert dict(seen)["x-forwarded-for"] == "127.0.0.1"
        assert "203.0.113.9" not in json.dumps(seen)


# --- tokens ---------------------------------------------------------------------------------------------


def segments(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified."""
    header, claims, _ = token.split(".")
    first, second = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims))
    return first, second


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def forgeries(system: System, token: str) -> Mapping[str, str]:
    """Tokens that nobody but an attacker would send, made from a good one."""
    header, claims = segments(token)
    head, body, signature = token.split(".")
    with system.visitor() as anybody:
        published = anybody.get(f"{system.team_url}/cdn-cgi/access/certs", SCRIPT).json()["keys"][0]
    other = RSAKey.generate_key(2048, {"kid": header["kid"]})
    curved = ECKey.generate_key("P-256", {"kid": header["kid"]})
    now = int(time.time())

    def signed(changed: Mapping[str, object], key: RSAKey | ECKey = other, **more: object) -> str:
        whole = {**header, **more}
        return str(jwt.encode(whole, {**claims, **changed}, key, [str(whole["alg"])]))

    def unsigned(algorithm: str) -> str:
        return f"{b64(json.dumps({**header, 'alg': algorithm}).encode())}.{body}."

    def keyed(secret: bytes) -> str:
        """HS256 under a public key, which joserfc rightly refuses to make."""
        signed_part = f"{b64(json.dumps({**header, 'alg': 'HS256'}).encode())}.{body}"
        return f"{signed_part}.{b64(hmac.digest(secret, signed_part.encode(), 'sha256'))}"

    public = RSAKey.import_key(published).public_key
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    raised = b64(json.dumps({**claims, "email": "admin@example.com"}).encode())
    return {
        "HS256 with the public key as PEM": keyed(public.public_bytes(serialization.Encoding.PEM, form)),
        "HS256 with the public key as DER": keyed(public.public_bytes(serialization.Encoding.DER, form)),
        "HS256 with the public key as JSON": keyed(json.dumps(published).encode()),
        **{f"alg {name}": unsigned(name) for name in ("none", "None", "NONE", "nOnE", "")},
        "malformed": "not.a.token",
        "one part": "x",
        "four parts": f"{token}.{signature}",
        "without a signature": f"{head}.{body}.",
        "a cut signature": token[:-4],
        "another signature": f"{head}.{body}.{b64(b'x' * 256)}",
        "a signature of zeros": f"{head}.{body}.{b64(bytes(256))}",
        "other claims under the old signature": f"{head}.{raised}.{signature}",
        "another key": signed({}),
        "another key, for another algorithm": signed({}, curved, alg="ES256"),
        "another key, with other padding": signed({}, alg="PS256"),
        "another key, brought along": signed({}, jwk=other.as_dict(private=False)),
        "another key, to be fetched": signed({}, jku="http://127.0.0.1:9/keys"),
        "a chain to be fetched": signed({}, x5u="http://127.0.0.1:9/chain"),
        "a key of no name": signed({}, kid="../../../../dev/null"),
        "expired": signed({"exp": now - 60}),
        "for ever": signed({"exp": now + 10**8}),
        "very long": f"{head}.{b64(b'x' * 12000)}.{signature}",
    }


@pytest.mark.parametrize("carrier", ["cookie", "header", "assertion", "authorization"])
def test_a_forged_token_is_worth_nothing(system: System, ada: Visitor, carrier: str) -> None:
    token = ada.cookies(system.app_url)["__Host-doorward-token"]
    for name, forged in forgeries(system, token).items():
        headers = {
            "cookie": {"cookie": f"__Host-doorward-token={forged}"},
            "header": {"cf-access-token": forged},
            "assertion": {"cf-access-jwt-assertion": forged},
            "authorization": {"authorization": f"Bearer {forged}"},
        }[carrier]
        with system.visitor() as attacker:
            answer = attacker.get(f"{system.app_url}/headers", {**SCRIPT, **headers})
        assert answer.status_code == 401, (name, answer.status_code, answer.text[:300])


def test_the_good_token_works_where_it_should_and_nowhere_else(system: System, ada: Visitor) -> None:
    token = ada.cookies(system.app_url)["__Host-doorward-token"]
    expected = {"header": 200, "cookie": 200, "query": 401, "authorization": 401, "assertion": 401}
    sent = {
        "header": ("", {"cf-access-token": token}),
        "cookie": ("", {"cookie": f"__Host-doorward-token={token}"}),
        "query": (f"?cf-access-token={token}&access_token={token}", {}),
        "authorization": ("", {"authorization": f"Bearer {token}"}),
        "assertion": ("", {"cf-access-jwt-assertion": token}),
    }
    found = {}
    for name, (query, headers) in sent.items():
        with system.visitor() as visitor:
            found[name] = visitor.get(f"{system.app_url}/headers{query}", {**SCRIPT, **headers}).status_code
    assert found == expected


@pytest.fixture(scope="module")
def second(system: System) -> str:
    """Another application, open to everybody with an account; its origin URL."""
    before = yaml_of(system)
    application = {
        "id": "second",
        "hostname": "second.localhost",
        "url": f"http://127.0.0.1:{system.ports['sample']}",
        "tunnel": "sample",
        "policies": [{"id": "all", "action": "allow", "include": [{"email_domain": "example.com"}]}],
    }
    applied = system.apply({"applications": [*before["applications"], application]})
    assert applied.code == 0, applied
    return system.url("second.localhost")


def yaml_of(system: System) -> dict[str, Any]:
    """The configuration in force."""
    found: dict[str, Any] = yaml.safe_load(system.cli("export").out)
    return found


def test_the_token_of_one_application_opens_no_other(system: System, ada: Visitor, second: str) -> None:
    cookies = ada.cookies(system.app_url)
    for cookie in (
        f"__Host-doorward-token={cookies['__Host-doorward-token']}",
        f"__Host-doorward-app={cookies['__Host-doorward-app']}",
        "; ".join(f"{name}={value}" for name, value in cookies.items()),
    ):
        with system.visitor() as attacker:
            answer = attacker.get(f"{second}/headers", {**SCRIPT, "cookie": cookie})
        assert answer.status_code == 401, cookie[:30]


def test_with_two_peoples_tokens_one_is_it_and_never_a_mixture(
    system: System, ada: Visitor, second: str
) -> None:
    with system.sign_in(ADA, f"{second}/") as hers, system.sign_in(BOB, f"{second}/") as his:
        tokens = {ADA: hers.cookies(second), BOB: his.cookies(second)}
    for one, other in ((ADA, BOB), (BOB, ADA)):
        for cookie in ("__Host-doorward-token", "__Host-doorward-app"):
            headers = {
                **SCRIPT,
                "cf-access-token": tokens[one]["__Host-doorward-token"],
                "cookie": f"{cookie}={tokens[other][cookie]}",
            }
            with system.visitor() as attacker:
                answer = attacker.get(f"{second}/headers", headers)
            if answer.status_code != 200:
                assert 400 <= answer.status_code < 500
                continue
            seen = dict(answer.json()["headers"])
            _, claims = segments(seen["cf-access-jwt-assertion"])
            assert claims["email"] == seen["cf-access-authenticated-user-email"]
            assert claims["email"] in (ADA, BOB)


@pytest.mark.parametrize("name", ["token", "app"])
@pytest.mark.parametrize("joined", ["one header", "two headers", "two headers and others", "crumbs"])
def test_one_of_our_cookies_twice_is_never_two_people(
    system: System, ada: Visitor, name: str, joined: str
) -> None:
    pair = f"__Host-doorward-{name}"
    good = ada.cookies(system.app_url)[pair]
    for first, last in ((good, "other"), ("other", good), (good, good)):
        cookies = [f"{pair}={first}", f"{pair}={last}"]
        if joined == "crumbs":
            status = over_http2(system, cookies).status
        else:
            between = {"one header": "; ", "two headers": "\r\nCookie: "}
            separator = between.get(joined, "; a=\xff\r\nCookie: b=2; ")
            answer = raw(system, "GET /headers HTTP/1.1\r\n", cookie=separator.join(cookies))
            status = status_of(answer)
        assert status == 400 if name == "token" else status in (400, 401)


def test_a_second_cookie_header_without_our_token_makes_nobody_else_of_her(
    system: System, ada: Visitor
) -> None:
    cookie = ada.cookie(system.app_url)
    for cookies in (f"{cookie}\r\nCookie: theirs=1", f"theirs=1\r\nCookie: {cookie}"):
        seen = dict(at_origin(raw(system, "GET /headers HTTP/1.1\r\n", cookie=cookies)) or [])
        assert seen["cf-access-authenticated-user-email"] == ADA
        assert "doorward" not in seen.get("cookie", "")


def test_cookies_in_pieces_are_one_header(system: System, ada: Visitor) -> None:
    """RFC 9113 section 8.2.3: browsers send them so, and no piece is a second header."""
    pieces = ["theirs=1", *ada.cookie(system.app_url).split("; "), "more=2"]
    answer = over_http2(system, pieces)
    assert answer.at_origin is not None
    seen = dict(answer.at_origin["headers"])
    assert seen["cf-access-authenticated-user-email"] == ADA
    assert seen["cookie"] == "theirs=1; more=2"


def over_http2(system: System, cookies: Iterable[str]) -> Answer:
    """What an HTTP/2 request gets whose cookies come in these pieces."""
    authority = f"{HOST}:{system.ports['https']}"
    pseudo = [(":method", "GET"), (":scheme", "https"), (":authority", authority), (":path", "/headers")]
    with http2(system.door) as client:
        return client.ask([*pseudo, *(("cookie", cookie) for cookie in cookies)])
