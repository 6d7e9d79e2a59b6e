from __future__ import annotations

import asyncio

import pytest

from doorward.identity.approval_mail import ApprovalMail
from doorward.model.configuration import Configuration
from doorward.model.errors import AccessError, Invalid, Unavailable
from doorward.model.identity_provider import IdentityProvider, OneTimePin, SmtpSecurity
from doorward.model.ids import IdentityProviderId
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.mail_server import MailServer, Received, mail_server

URL = "https://access.example.com/cdn-cgi/access/approvals"


def mail(port: int = 0) -> ApprovalMail:
    settings = OneTimePin(
        sender="Doorward <access@example.com>",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security=SmtpSecurity.NONE,
    )
    providers = (IdentityProvider(id=IdentityProviderId("mail"), settings=settings),) if port else ()
    configuration = Configuration(identity_providers=providers)
    return ApprovalMail(
        configuration=lambda: configuration, url=URL, clock=FakeClock(), randomness=FakeRandomness()
    )


async def ask(through: ApprovalMail, *, person: str = "ada@example.com", reason: str = "to mend it") -> None:
    await through.ask_approval(
        "boss@example.com", person=person, application="Hello", reason=reason, minutes=60
    )


def sent(*, reason: str = "to mend it") -> Received:
    async def run() -> list[Received]:
        async with mail_server() as server:
            await ask(mail(server.port), reason=reason)
            return server.received

    [received] = asyncio.run(run())
    return received


def test_an_approver_reads_who_asks_why_and_where_to_decide() -> None:
    message = sent().message
    assert message["To"] == "boss@example.com"
    assert message["Subject"] == "ada@example.com asks to use Hello"
    for part in message.iter_parts():
        text = part.get_content()
        assert "to mend it" in text
        assert "60 minutes" in text
        assert URL in text


def test_what_somebody_writes_stays_text() -> None:
    text, html = (part.get_content() for part in sent(reason="<a href=x>{url}</a>").message.iter_parts())
    assert "<a href=x>{url}</a>" in text
    assert "&lt;a href=x&gt;{url}&lt;/a&gt;" in html


def test_a_name_that_would_become_a_header_is_refused() -> None:
    async def run() -> None:
        async with mail_server() as server:
            with pytest.raises(Invalid):
                await ask(mail(server.port), person="ada@example.com\r\nBcc: eve@evil.com")
            assert server.received == []

    asyncio.run(run())


def test_without_a_mail_server_it_says_what_to_add() -> None:
    with pytest.raises(Unavailable, match="identity provider of type onetimepin"):
        asyncio.run(ask(mail()))


def test_a_mail_server_that_refuses_is_named() -> None:
    async def run(server: MailServer) -> None:
        server.refusal = "554 no"
        with pytest.raises(AccessError, match=r"127\.0\.0\.1"):
            await ask(mail(server.port))

    async def with_server() -> None:
        async with mail_server() as server:
            await run(server)

    asyncio.run(with_server())
