from __future__ import annotations

import asyncio

import httpx
import pytest

from doorward.sample.entra.admin.guard import Guard
from doorward.sample.entra.seed import ADA
from tests.fakes.entra import FakeEntra


def ask(
    method: str, *, client: str = "127.0.0.1", host: str = "localhost:9000", origin: str = ""
) -> httpx.Response:
    fake = FakeEntra()

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=fake.application, client=(client, 1))
        headers = {"Host": host} | ({"Origin": origin} if origin else {})
        async with httpx.AsyncClient(transport=transport, base_url=fake.base_url) as http:
            path = "/_admin/do/block-sign-in" if method == "POST" else "/_admin/"
            return await http.request(method, path, headers=headers, data={"user": ADA})

    return asyncio.run(asked())


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:9000", "[::1]:9000", "entra.localhost", "entra.example"]
)
def test_this_machine_may_look(host: str) -> None:
    assert ask("GET", host=host).status_code == 200


def test_other_machines_may_not() -> None:
    answer = ask("GET", client="192.0.2.7")
    assert (answer.status_code, "this machine" in answer.text) == (403, True)


@pytest.mark.parametrize("host", ["attacker.example", "localhost.attacker.example", ""])
def test_a_foreign_name_that_leads_here_is_refused(host: str) -> None:
    assert ask("GET", host=host).status_code == 403


def test_a_form_of_these_pages_may_change_things_and_anothers_may_not() -> None:
    assert ask("POST", origin="http://localhost:9000").status_code == 303
    assert ask("POST", origin="https://attacker.example").status_code == 403
    assert ask("POST", origin="null").status_code == 403


def test_a_program_may_change_things() -> None:
    assert ask("POST").status_code == 303


def test_the_guard_is_in_front_of_all_administrators_pages() -> None:
    assert any(isinstance(getattr(route, "app", None), Guard) for route in FakeEntra().application.routes)
