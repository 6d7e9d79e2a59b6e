"""Signing in by a mailed code: a real mail server, the whole system, from the application and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

import httpx
import pytest
import yaml

from tests.fakes.mail_server import PASSWORD, USER, certificate_and_key
from tests.live.mail import Mailbox, code_in, mailbox
from tests.live.system import ADA, BOB, System
from tests.live.visitor import SCRIPT, Visitor, form_of

EVE = "eve@elsewhere.example"


@pytest.fixture(scope="module")
def mails() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, mails: Mailbox) -> Iterator[System]:
    with System(tmp_path_factory.mktemp("demo")) as running:
        present = yaml.safe_load(running.cli("export").out)
        [hello] = [a for a in present["applications"] if a["id"] == "hello"]
        hello["policies"] = [
            {"id": "example", "action": "allow", "include": [{"email_domain": "example.com"}]},
        ]
        provider = {
            "id": "mail",
            "name": "Email",
            "type": "onetimepin",
            "sender": "Doorward <access@example.com>",
            "smtp_host": "localhost",
            "smtp_port": mails.server.port,
            "smtp_username": USER,
            "smtp_password": PASSWORD,
            "ca": certificate_and_key()[0],
        }
        applied = running.apply({"identity_providers": [provider], "applications": [hello]})
        assert applied.code == 0, applied
        yield running


def ask(system: System, visitor: Visitor, email: str) -> httpx.Response:
    """From the application to the page for the code."""
    form = visitor.open(f"{system.app_url}/headers?x=1")
    assert "Sign in by email" in form.text
    return visitor.submit(form, email=email)


def enter(visitor: Visitor, page: httpx.Response, code: str) -> httpx.Response:
    return visitor.submit(page, code=code)


def test_a_mailed_code_leads_to_the_page_that_was_asked_for(system: System, mails: Mailbox) -> None:
    with system.visitor() as visitor:
        page = ask(system, visitor, ADA)
        mail = mails.newest(ADA)
        assert mail.encrypted
        assert mail.user == USER
        assert mail.message["Subject"] == "Your sign-in code for access.localhost"
        entered = enter(visitor, page, code_in(mail))
        assert (entered.status_code, str(entered.url)) == (200, f"{system.app_url}/headers?x=1")
        found = visitor.get(f"{system.app_url}/cdn-cgi/access/get-identity", SCRIPT).json()
        assert found["email"] == ADA
        assert found["idp"] == {"id": "mail", "type": "onetimepin", "name": "Email"}


def test_who_could_not_get_in_anywhere_gets_no_mail_and_reads_the_same(
    system: System, mails: Mailbox
) -> None:
    with system.visitor() as visitor:
        page = ask(system, visitor, EVE)
        assert f"If <strong>{EVE}</strong> may sign in, a code has been sent to it." in page.text
        assert "That is not the code." in enter(visitor, page, "123456").text
    assert not [mail for mail in mails.server.received if EVE in mail.recipients]


def test_a_code_is_of_no_use_in_another_browser(system: System, mails: Mailbox) -> None:
    with system.visitor() as visitor, system.visitor() as thief:
        page = ask(system, visitor, BOB)
        code = code_in(mails.newest(BOB))
        other = ask(system, thief, EVE)
        assert "That is not the code." in enter(thief, other, code).text
        assert enter(visitor, page, code).status_code == 200


def test_the_log_tells_of_the_mail_and_never_the_code(system: System, mails: Mailbox) -> None:
    log = system.log("control")
    assert "code sent" in log
    assert PASSWORD not in log
    for mail in mails.server.received:
        assert code_in(mail) not in log


def test_the_time_of_the_answer_tells_nothing(system: System, mails: Mailbox) -> None:
    times: dict[bool, list[float]] = {True: [], False: []}
    with system.visitor() as visitor:
        form = visitor.open(f"{system.app_url}/headers")
        url, fields = form_of(form)
        for n in range(24):
            known = n % 2 == 0
            email = f"person{n}@example.com" if known else f"person{n}@elsewhere.example"
            began = time.perf_counter()
            answer = visitor.http.post(
                url, data={**fields, "email": email}, headers={"origin": system.team_url}
            )
            times[known].append(time.perf_counter() - began)
            assert answer.status_code == 303
    # A mail takes three round trips and a handshake; were it waited for, it would show many times over.
    assert abs(median(times[True]) - median(times[False])) < 0.05


def test_a_mail_server_that_is_away_is_told_to_nobody_but_the_log(system: System, mails: Mailbox) -> None:
    mails.server.refusal = "451 not now"
    try:
        with system.visitor() as visitor:
            page = ask(system, visitor, "late@example.com")
            assert "a code has been sent to it" in page.text
        until = time.monotonic() + 5
        while "a code could not be sent" not in system.log("control"):
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        mails.server.refusal = ""
