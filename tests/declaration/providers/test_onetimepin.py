from __future__ import annotations

import json

import pytest

from doorward.declaration.declared import DeclaredSettings
from doorward.model.identity_provider import OneTimePin, SmtpSecurity
from tests.declaration.certificate import certificate
from tests.declaration.files import declared, said, section


def read(fields: str) -> DeclaredSettings:
    providers = declared(
        section("identity_providers", f"{{id: mail, type: onetimepin, {fields}}}")
    ).identity_providers
    assert providers is not None
    assert isinstance(providers[0].settings, DeclaredSettings)
    return providers[0].settings


def test_sender_and_server_are_enough() -> None:
    assert read("sender: access@example.com, smtp_host: smtp.example.com") == DeclaredSettings(
        settings=OneTimePin(sender="access@example.com", smtp_host="smtp.example.com"),
        unsaid=frozenset({"smtp_password"}),
        bound_to=("smtp_host", "smtp_port", "smtp_username"),
    )


def test_everything_may_be_said() -> None:
    found = read(
        "sender: 'Sign in <access@example.com>', smtp_host: smtp.example.com, smtp_port: 465, "
        "smtp_security: tls, smtp_username: doorward, smtp_password: words, "
        f"ca: {json.dumps(certificate())}"
    )
    assert found.unsaid == frozenset()
    assert found.settings == OneTimePin(
        sender="Sign in <access@example.com>",
        smtp_host="smtp.example.com",
        smtp_port=465,
        smtp_security=SmtpSecurity.TLS,
        smtp_username="doorward",
        smtp_password="words",
        ca=certificate(),
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "'::1'"])
def test_mail_to_this_machine_may_go_unprotected(host: str) -> None:
    found = read(f"sender: a@b.example, smtp_host: {host}, smtp_security: none, smtp_port: 25").settings
    assert isinstance(found, OneTimePin)
    assert found.smtp_security is SmtpSecurity.NONE


WRONG = [
    ("smtp_host: a.example", "sender: is missing: this field is required"),
    ("sender: a@b.example", "smtp_host: is missing: this field is required"),
    (
        "sender: nobody, smtp_host: a.example",
        "sender: 'nobody' is not a sender: use name@domain, or Name <name@domain>",
    ),
    (
        "sender: 'A <a@b> c@d', smtp_host: a.example",
        "sender: 'A <a@b> c@d' is not a sender: use name@domain, or Name <name@domain>",
    ),
    (
        "sender: a@b.example, smtp_host: 'a.example:587'",
        ("smtp_host: 'a.example:587' is not a host: use a name such as smtp.example.com, without a port"),
    ),
    (
        "sender: a@b.example, smtp_host: a.example, smtp_port: 70000",
        "smtp_port: '70000' is not a port: use a number from 1 to 65535, mostly 587 or 465",
    ),
    (
        "sender: a@b.example, smtp_host: a.example, smtp_security: ssl",
        "smtp_security: 'ssl' is not a protection here: allowed: starttls, tls, none",
    ),
    (
        "sender: a@b.example, smtp_host: a.example, smtp_security: none",
        (
            "smtp_security: none is for a mail server on this machine (localhost, 127.0.0.1 or ::1): "
            "use starttls or tls"
        ),
    ),
    (
        "sender: a@b.example, smtp_host: a.example, smtp_password: x, smtp_password_env: Y",
        (
            "smtp_password_env: stands beside smtp_password: give only one of smtp_password, "
            "smtp_password_file, smtp_password_env"
        ),
    ),
]


@pytest.mark.parametrize(("fields", "sentence"), WRONG)
def test_a_wrong_provider_of_codes_is_told(fields: str, sentence: str) -> None:
    text = section("identity_providers", f"{{id: mail, type: onetimepin, {fields}}}")
    assert f"access.yaml:3: identity_providers[0].{sentence}" in said(text)
