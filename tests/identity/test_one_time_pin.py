from __future__ import annotations

import asyncio

import pytest

from doorward.identity.mail import Mailer
from doorward.identity.one_time_pin import OneTimePinProvider
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OneTimePin, SmtpSecurity
from doorward.model.ids import IdentityProviderId
from doorward.ports.identity import PinProvider
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.mail_server import Received, mail_server

MAIL = IdentityProviderId("mail")


def provider(port: int = 25, *, sender: str = "Sign in <access@example.com>") -> OneTimePinProvider:
    settings = OneTimePin(
        sender=sender, smtp_host="127.0.0.1", smtp_port=port, smtp_security=SmtpSecurity.NONE
    )
    return OneTimePinProvider(
        id=MAIL,
        settings=settings,
        mailer=Mailer(settings),
        clock=FakeClock(),
        randomness=FakeRandomness(),
    )


def sent(*, place: str = "access.example.com") -> Received:
    async def run() -> list[Received]:
        async with mail_server() as server:
            await provider(server.port).send(email="ada@example.com", pin="012345", place=place)
            return server.received

    [received] = asyncio.run(run())
    return received


def test_the_code_comes_in_text_and_html_with_the_place_where_it_is_asked_for() -> None:
    message = sent().message
    assert message["To"] == "ada@example.com"
    assert message["From"] == "Sign in <access@example.com>"
    assert message["Subject"] == "Your sign-in code for access.example.com"
    assert message["Date"].startswith("Sun, 01 Mar 2026 12:00:00")
    assert message["Message-ID"].endswith("@example.com>")
    text, html = (part.get_content() for part in message.iter_parts())
    assert "\n012345\n" in text.replace("\r\n", "\n")
    assert ">012345<" in html
    assert "access.example.com" in text
    assert "access.example.com" in html


def test_a_mail_holds_nothing_that_could_be_opened() -> None:
    text = sent().message.as_string()
    assert "http" not in text
    assert "href" not in text
    assert "src=" not in text


def test_a_place_is_text_in_the_html_too() -> None:
    _, html = (part.get_content() for part in sent(place="<b>a").message.iter_parts())
    assert "&lt;b&gt;a" in html


def test_who_reads_an_addresss_mail_is_that_address_and_no_more() -> None:
    known = provider()
    assert isinstance(known, PinProvider)
    identity = known.identity("ada@example.com")
    assert (identity.identity_provider, identity.subject, identity.email) == (
        MAIL,
        "ada@example.com",
        "ada@example.com",
    )
    assert identity.methods == {"otp"}
    assert identity.groups == frozenset()


def test_a_sender_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="sender"):
        provider(sender="nobody")
