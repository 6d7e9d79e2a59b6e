"""Access files for the tests, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

import pytest

from doorward.declaration.declared import Declaration
from doorward.declaration.errors import DeclarationInvalid, Problem
from doorward.declaration.merge import merge
from doorward.declaration.parse import parse
from doorward.model.configuration import Configuration
from tests.certificates import Authority
from tests.fakes.clock import FakeRandomness

NOTHING = Configuration()
CORP = Authority.named("Corp CA")

FULL = """\
version: 1
session_duration: 12h
identity_providers:
  - id: staff
    name: Staff accounts
    type: local
    accounts:
      - email: Ada@example.com
        name: Ada Lovelace
        groups: [engineers]
        password: correct horse
      - {email: bob@example.com, disabled: true, password_env: BOB}
  - id: entra
    name: Company account
    type: oidc
    issuer: https://login.example.com/
    client_id: abc
    client_secret_file: entra.secret
    scopes: [openid, email]
    email_claim: upn
    groups_claim: roles
    require_verified_email: false
rule_groups:
  - id: engineers
    name: All engineers
    include:
      - {group: engineers, identity_provider: staff}
      - email_domain: example.com
    exclude:
      - email: bob@example.com
external_evaluations:
  - id: checks
    name: Our own checks
    url: https://checks.example.com/evaluate
    keys_url: https://checks.example.com/keys
    timeout: 3s
    valid_for: 10m
lists:
  - id: offices
    name: Our offices
    kind: ip
    items_file: offices.txt
certificate_authorities:
  - id: corp
    name: Corp
    hostnames: [vault.example.com]
    certificate_file: corp-ca.pem
    crl_file: corp-ca.crl
policies:
  - id: staff-only
    name: Staff only
    action: allow
    include: [rule_group: engineers]
    require: [ip_range: 192.0.2.0/24]
tunnels:
  - name: office
applications:
  - id: wiki
    name: Wiki
    hostname: wiki.example.com
    url: http://127.0.0.1:8080
    tunnel: office
    session_duration: 8h
    policies:
      - staff-only
      - action: deny
        include: [everyone]
  - id: builds
    hostname: builds.example.com
    url: https://builds.internal
    origin: {host_header: builds.internal:8443, server_name: builds.internal, verify: false}
    show_in_launcher: false
    websockets: false
    policies:
      - {id: bots, action: service_auth, include: [{service_token: ci}]}
service_tokens:
  - id: ci
    name: Continuous integration
    client_id: ci-1.access
    secret: 0123456789abcdef0123456789abcdef
    expires: 2027-01-31T12:00:00+02:00
"""
"""A file that uses nearly everything."""

FILES: Mapping[str, str] = MappingProxyType(
    {
        "corp-ca.pem": CORP.pem,
        "corp-ca.crl": CORP.crl(),
        "entra.secret": "from a file\n",
        "offices.txt": "# London\n203.0.113.0/24\n192.0.2.7 # Berlin\n",
    }
)
ENVIRONMENT: Mapping[str, str] = MappingProxyType({"BOB": "from the environment"})


@dataclass
class FakePasswords:
    """Hashes that show their password backwards, and count how often one was made."""

    hashed: int = 0

    def hash(self, password: str) -> str:
        self.hashed += 1
        return f"$argon2id$v=19$m=8,t=1,p=1$c2FsdA${password[::-1].encode().hex()}"

    def verify(self, password_hash: str, password: str) -> bool:
        return password_hash.endswith(f"${password[::-1].encode().hex()}")


def read_file(name: str) -> str:
    """The file system of the tests."""
    if name == "binary":
        return b"\xff".decode()
    if name not in FILES:
        raise FileNotFoundError(2, "No such file or directory", name)
    return FILES[name]


def declared(text: str) -> Declaration:
    return parse(text, read_file=read_file, environment=ENVIRONMENT)


def merged(
    text: str,
    current: Configuration = NOTHING,
    *,
    passwords: FakePasswords | None = None,
    seed: str = "first",
) -> Configuration:
    passwords = passwords or FakePasswords()
    return merge(
        declared(text),
        current,
        randomness=FakeRandomness(seed),
        hash_password=passwords.hash,
        verify_password=passwords.verify,
    )


def problems(text: str, current: Configuration = NOTHING) -> tuple[Problem, ...]:
    """What is wrong with a file; something must be."""
    with pytest.raises(DeclarationInvalid) as caught:
        merged(text, current)
    return caught.value.problems


def problem(text: str, current: Configuration = NOTHING) -> Problem:
    """The one thing that is wrong with a file."""
    (only,) = problems(text, current)
    return only


def said(text: str, current: Configuration = NOTHING) -> list[str]:
    """Everything that is wrong with a file, as people read it."""
    return [str(each) for each in problems(text, current)]


def never(*_: object) -> NoReturn:
    """For what must not be called."""
    raise AssertionError("called")


def section(name: str, *items: str) -> str:
    """A file with one section, each item written in flow style, the first on line 3."""
    return f"version: 1\n{name}:\n" + "".join(f"  - {item}\n" for item in items)


def application(rest: str) -> str:
    """A file with one application, on line 3, that has these fields beside the required ones."""
    return section("applications", f"{{id: wiki, hostname: wiki.example.com, url: 'http://h', {rest}}}")


def rule_group(include: str) -> str:
    """A file with one rule group on line 3, that includes this one selector."""
    return section("rule_groups", f"{{id: engineers, include: [{include}]}}")
