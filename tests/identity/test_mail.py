from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from doorward.identity.mail import Mailer, compose, sender_address
from doorward.model.errors import Invalid, Unavailable
from doorward.model.identity_provider import OneTimePin, SmtpSecurity
from tests.declaration.certificate import certificate
from tests.fakes.mail_server import PASSWORD, USER, Received, certificate_and_key, mail_server

MESSAGE = compose(
    sender="Doorward <access@example.com>",
    recipient="ada@example.com",
    subject="A subject",
    text="Some text\n",
    html="<p>Some text</p>\n",
)


def settings(port: int, security: str = "none", **more: str) -> OneTimePin:
    return OneTimePin(
        sender="access@example.com",
        smtp_host="localhost" if security != "none" else "127.0.0.1",
        smtp_port=port,
        smtp_security=SmtpSecurity(security),
        ca=certificate_and_key()[0],
        **more,
    )


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_message_arrives_in_the_protection_that_was_set(security: str) -> None:
    async def run() -> list[Received]:
        async with mail_server(tls="" if security == "none" else security) as server:
            await Mailer(settings(server.port, security)).send(MESSAGE)
            return server.received

    [received] = asyncio.run(run())
    assert (received.sender, received.recipients) == ("access@example.com", ["ada@example.com"])
    assert received.encrypted is (security != "none")
    assert received.message["Subject"] == "A subject"


def test_a_user_name_and_password_are_sent_over_tls() -> None:
    async def run() -> list[Received]:
        async with mail_server(tls="starttls", login=True) as server:
            known = settings(server.port, "starttls", smtp_username=USER, smtp_password=PASSWORD)
            await Mailer(known).send(MESSAGE)
            return server.received

    [received] = asyncio.run(run())
    assert received.user == USER


def test_a_wrong_password_is_told_without_it() -> None:
    async def run() -> None:
        async with mail_server(tls="starttls", login=True) as server:
            wrong = settings(server.port, "starttls", smtp_username=USER, smtp_password="not-this-one")
            await Mailer(wrong).send(MESSAGE)

    with pytest.raises(Unavailable, match="refuses the user name or password") as caught:
        asyncio.run(run())
    assert "not-this-one" not in str(caught.value)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_whose_certificate_is_not_trusted_gets_no_message(security: str) -> None:
    async def run() -> int:
        async with mail_server(tls=security) as server:
            with pytest.raises(Unavailable, match="certificate"):
                await Mailer(replace(settings(server.port, security), ca=certificate())).send(MESSAGE)
            return len(server.received)

    assert asyncio.run(run()) == 0


def test_a_server_without_starttls_gets_no_message() -> None:
    async def run() -> int:
        async with mail_server() as server:
            with pytest.raises(Unavailable):
                await Mailer(settings(server.port, "starttls")).send(MESSAGE)
            return len(server.received)

    assert asyncio.run(run()) == 0


def test_a_server_that_hangs_is_given_up() -> None:
    async def run() -> None:
        async with mail_server() as server:
            server.hangs = True
            await Mailer(settings(server.port), patience=0.2).send(MESSAGE)

    with pytest.raises(Unavailable, match="does not answer"):
        asyncio.run(run())


def test_a_server_that_refuses_or_is_not_there_is_told_as_such() -> None:
    async def run() -> None:
        async with mail_server() as server:
            server.refusal = "554 no thanks"
            with pytest.raises(Unavailable, match="refused: 554 no thanks"):
                await Mailer(settings(server.port)).send(MESSAGE)
        with pytest.raises(Unavailable, match=f"127.0.0.1:{server.port}"):
            await Mailer(settings(server.port)).send(MESSAGE)

    asyncio.run(run())


def test_mail_to_another_machine_is_never_unprotected() -> None:
    known = OneTimePin(
        sender="access@example.com", smtp_host="mail.example.com", smtp_security=SmtpSecurity.NONE
    )
    with pytest.raises(Invalid, match="use starttls or tls"):
        Mailer(known)


def test_a_ca_that_holds_no_certificate_is_refused() -> None:
    with pytest.raises(Invalid, match="holds no certificate"):
        Mailer(replace(settings(25), ca="nonsense"))


def test_a_message_has_text_and_html_and_says_that_a_machine_sent_it() -> None:
    body, html = (part.get_content() for part in MESSAGE.iter_parts())
    assert (body, html) == ("Some text\n", "<p>Some text</p>\n")
    assert MESSAGE["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        ("ada@example.com\r\nBcc: eve@example.com", "A subject"),
        ("ada@example.com, eve@example.com", "A subject"),
        ("ada@example.com", "A subject\r\nBcc: eve@example.com"),
        ("ada@example.com", "A subject\nBcc: eve@example.com"),
        ("", "A subject"),
    ],
)
def test_a_line_end_or_second_address_cannot_become_a_header(recipient: str, subject: str) -> None:
    with pytest.raises(Invalid):
        compose(sender="access@example.com", recipient=recipient, subject=subject, text="", html="")


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("access@example.com", "", "access@example.com"),
        ("Sign in <access@example.com>", "Sign in", "access@example.com"),
        ("Zugang für Gäste <access@example.com>", "Zugang für Gäste", "access@example.com"),
    ],
)
def test_a_sender_may_have_a_name(sender: str, name: str, address: str) -> None:
    found = sender_address(sender)
    assert (found.display_name, found.addr_spec) == (name, address)


@pytest.mark.parametrize("sender", ["", "access", "<access@example.com", "a@b\nc", "A <a@b> c"])
def test_what_is_no_sender_is_refused(sender: str) -> None:
    with pytest.raises(Invalid, match="not a sender"):
        sender_address(sender)
