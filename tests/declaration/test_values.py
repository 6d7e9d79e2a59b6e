from __future__ import annotations

from datetime import UTC, datetime
from textwrap import indent

import pytest

from tests.declaration.certificate import certificate
from tests.declaration.files import FakePasswords, application, declared, problem, section


def account(rest: str) -> str:
    return section("identity_providers", f"{{id: staff, type: local, accounts: [{{{rest}}}]}}")


def token(rest: str) -> str:
    return section("service_tokens", f"{{id: ci, {rest}}}")


HASH = "0" * 64
BOB = "email: bob@example.com"
WRONG = [
    (section("tunnels", "{name: My office}"), "tunnels[0].name", "'My office' is not a name: use 1-63 lower"),
    (account("email: ada"), "identity_providers[0].accounts[0].email", "is not an email address: use name@"),
    (application("name: ' Wiki'"), "applications[0].name", "one line of text without blanks at its ends"),
    (application('name: "a\\nb"'), "applications[0].name", "one line of text without blanks at its ends"),
    (application("name: ''"), "applications[0].name", "one line of text without blanks at its ends"),
    (application(f"name: {'n' * 129}"), "applications[0].name", "has 129 characters: at most 128"),
    (application("name: ~"), "applications[0].name", "is empty: give a value, or leave the field out"),
    (application("name: [a]"), "applications[0].name", "is a list: give a single value"),
    (application("websockets: yes"), "applications[0].websockets", "'yes' is neither true nor false"),
    (application("websockets: 1"), "applications[0].websockets", "'1' is neither true nor false"),
    (
        account(f"{BOB}, groups: [a, 'b ']"),
        "identity_providers[0].accounts[0].groups[1]",
        "one line of text without blanks",
    ),
    (
        account(f"{BOB}, groups: a"),
        "identity_providers[0].accounts[0].groups",
        "is a single value: give a list",
    ),
    (
        account(f"{BOB}, password_hash: $2b$12$abc"),
        "identity_providers[0].accounts[0].password_hash",
        "is not an argon2id hash: give one that begins with $argon2id$",
    ),
    (token("secret_hash: abc"), "service_tokens[0].secret_hash", "give 64 lower-case hexadecimal digits"),
    (token(f"secret_hash: {HASH}, expires: soon"), "service_tokens[0].expires", "'soon' is not a moment"),
    (
        token(f"secret_hash: {HASH}, expires: 2027-01-31"),
        "service_tokens[0].expires",
        "write it with its zone",
    ),
    (
        section("policies", "{id: a, include: [], action: alow}"),
        "policies[0].action",
        "'alow' is not an action here: did you mean 'allow'? allowed: allow, deny, bypass, service_auth",
    ),
]


@pytest.mark.parametrize(("text", "field", "fix"), WRONG)
def test_a_wrong_value_is_told_with_what_is_allowed(text: str, field: str, fix: str) -> None:
    found = problem(text)
    assert (found.line, found.field) == (3, field)
    assert fix in found.problem


def test_texts_are_what_they_look_like() -> None:
    applications = declared(application("name: no")).applications
    assert applications is not None
    assert applications[0].name == "no"


def test_an_instant_is_kept_in_utc() -> None:
    tokens = declared(token(f"secret_hash: {HASH}, expires: 2027-01-31 12:00:00+02:00")).service_tokens
    assert tokens is not None
    assert tokens[0].expires == datetime(2027, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize("password_hash", ["", FakePasswords().hash("x")])
def test_a_password_hash_may_be_argon2id_or_empty(password_hash: str) -> None:
    assert declared(account(f"{BOB}, password_hash: '{password_hash}'")).identity_providers


def with_ca(pem: str) -> str:
    return (
        "version: 1\napplications:\n  - id: wiki\n    hostname: wiki.example.com\n    url: https://h\n"
        f"    origin:\n      ca: |\n{indent(pem, ' ' * 8)}"
    )


def test_a_certificate_may_stand_in_the_file() -> None:
    applications = declared(with_ca(certificate() + "\n\n")).applications
    assert applications is not None
    assert applications[0].origin.ca == certificate()


@pytest.mark.parametrize("pem", ["not a certificate\n", certificate().replace("A", "*"), "é\n"])
def test_what_is_no_certificate_is_refused(pem: str) -> None:
    found = problem(with_ca(pem))
    assert (found.line, found.field) == (7, "applications[0].origin.ca")
    assert found.problem == "holds no readable certificate: give PEM, from -----BEGIN CERTIFICATE-----"
