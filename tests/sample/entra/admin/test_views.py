from __future__ import annotations

import pytest

from doorward.sample.entra.admin import views
from doorward.sample.entra.numbered_groups import numbered_id
from doorward.sample.entra.seed import ADA, CLIENT_ID, ENGINEERING, MAGDA
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit

PAGES = [
    "",
    f"applications/{CLIENT_ID}",
    f"users/{ADA}",
    f"users/{MAGDA}",
    f"groups/{ENGINEERING}",
    f"groups/{numbered_id(17)}",
    "conditional-access",
    "faults",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_plain_html_without_scripts(path: str) -> None:
    async def story(admin: Visitor) -> None:
        page = await admin.open(f"/_admin/{path}")
        assert page.response.status_code == 200
        assert "<script" not in page.response.text
        assert "style=" not in page.response.text
        policy = page.response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "form-action 'self'" in policy

    visit(FakeEntra(), story)


@pytest.mark.parametrize("path", ["applications/x", "users/x", "groups/x"])
def test_what_is_not_there_has_a_page_that_leads_back(path: str) -> None:
    async def story(admin: Visitor) -> None:
        page = await admin.open(f"/_admin/{path}")
        assert page.response.status_code == 404
        assert f'href="{views.HOME}"' in page.text

    visit(FakeEntra(), story)


def test_the_portals_words_are_used() -> None:
    async def story(admin: Visitor) -> None:
        home = (await admin.open("/_admin/")).text
        for words in ("App registrations", "Directory (tenant) ID", "Users", "Groups"):
            assert words in home
        page = (await admin.open(f"/_admin/applications/{CLIENT_ID}")).text
        for words in (
            "Application (client) ID",
            "Redirect URIs".casefold(),
            "Certificates & secrets",
            "API permissions",
            "Grant admin consent for Contoso (sample)",
            "Assignment required?",
        ):
            assert words.casefold() in page.casefold()

    visit(FakeEntra(), story)


def test_an_account_is_disabled_and_enabled_with_a_button() -> None:
    fake = FakeEntra()

    async def story(admin: Visitor) -> None:
        page = await admin.open(f"/_admin/users/{ADA}")
        done = await admin.press(page, "Disable account")
        assert done.response.headers["location"] == f"/_admin/users/{ADA}"
        page = await admin.open(f"/_admin/users/{ADA}")
        assert "Saved." in page.text
        assert "Disabled" in page.text
        await admin.press(page, "Enable account")
        assert fake.tenant.users[ADA].account_enabled

    visit(fake, story)


def test_membership_is_changed_on_either_page() -> None:
    fake = FakeEntra()

    async def story(admin: Visitor) -> None:
        await admin.press(await admin.open(f"/_admin/users/{ADA}"), "Remove")
        assert ADA not in fake.tenant.groups[ENGINEERING].members
        page = await admin.open(f"/_admin/groups/{ENGINEERING}")
        await admin.press(page, "Add", member=ADA)
        assert ADA in fake.tenant.groups[ENGINEERING].members

    visit(fake, story)


def test_a_new_secrets_value_is_shown_once() -> None:
    fake = FakeEntra()

    async def story(admin: Visitor) -> None:
        address = f"/_admin/applications/{CLIENT_ID}"
        await admin.press(await admin.open(address), "New client secret")
        value = fake.registration.secrets[1].value
        assert value in (await admin.open(address)).text
        assert value not in (await admin.open(address)).text

    visit(fake, story)


def test_what_cannot_be_done_is_told_and_nobody_is_sent_elsewhere() -> None:
    async def story(admin: Visitor) -> None:
        done = await admin.client.post("/_admin/do/unknown", data={"back": "https://attacker.example/"})
        assert done.headers["location"] == "/_admin/"
        assert "There is no action 'unknown'" in (await admin.open("/_admin/")).text

    visit(FakeEntra(), story)
