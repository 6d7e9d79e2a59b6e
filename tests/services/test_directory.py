"""What directories push: who is added, changed and found, and by whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.directory import ALL, Attribute, Criterion, DirectoryUserId
from doorward.model.errors import Conflict, Invalid, NotFound
from doorward.services.directory import LONGEST, Outdated
from tests.scim.server import PARTNER
from tests.services.directories import Company, changed
from tests.services.sample import COMPANY


@pytest.fixture
def company() -> Company:
    return Company()


def test_a_person_is_added_found_changed_and_deleted(company: Company) -> None:
    eve = company.add()
    assert company.do(company.directories.user(COMPANY, eve.id)) == eve
    renamed = company.change(eve, display_name="Eve")
    assert (renamed.display_name, renamed.version) == ("Eve", 2)
    company.do(company.directories.delete_user(COMPANY, eve.id))
    with pytest.raises(NotFound):
        company.do(company.directories.user(COMPANY, eve.id))


def test_a_change_that_changes_nothing_leaves_the_version_alone(company: Company) -> None:
    eve = company.add()
    assert company.change(eve, active=True) == eve
    engineers = company.add_group("Engineers", eve)
    assert company.change_group(engineers, members=frozenset({eve.id})) == engineers


def test_a_change_made_for_another_version_is_outdated(company: Company) -> None:
    eve, engineers = company.add(), company.add_group("Engineers")
    for doing in (
        company.directories.change_user(COMPANY, eve.id, changed(), expected=7),
        company.directories.delete_user(COMPANY, eve.id, expected=7),
        company.directories.change_group(COMPANY, engineers.id, lambda g: g, expected=7),
        company.directories.delete_group(COMPANY, engineers.id, expected=7),
    ):
        with pytest.raises(Outdated):
            company.do(doing)
    assert company.do(company.directories.user(COMPANY, eve.id)).active


def test_a_user_name_is_taken_once(company: Company) -> None:
    company.add()
    with pytest.raises(Conflict):
        company.add("EVE")
    company.add("eve", provider=PARTNER)


@pytest.mark.parametrize(
    "fields",
    [
        {"user_name": ""},
        {"user_name": "  "},
        {"email": "x" * (LONGEST + 1)},
        {"display_name": "\0"},
        {"external_id": "\ud800"},
    ],
)
def test_texts_that_nobody_could_have_meant_are_invalid(company: Company, fields: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        company.add(but=fields)


def test_members_whom_nobody_knows_or_who_are_another_providers_are_left_out(company: Company) -> None:
    stranger = company.add("eve", provider=PARTNER)
    nobody = replace(stranger, id=DirectoryUserId("nothing"))
    eve = company.add()
    assert company.add_group("Engineers", stranger, nobody, eve).members == {eve.id}


def test_no_use_case_reaches_into_another_providers_directory(company: Company) -> None:
    eve, engineers = company.add(), company.add_group("Engineers")
    for doing in (
        company.directories.user(PARTNER, eve.id),
        company.directories.change_user(PARTNER, eve.id, changed(active=False)),
        company.directories.delete_user(PARTNER, eve.id),
        company.directories.group(PARTNER, engineers.id),
        company.directories.change_group(PARTNER, engineers.id, lambda g: replace(g, display_name="x")),
        company.directories.delete_group(PARTNER, engineers.id),
    ):
        with pytest.raises(NotFound):
            company.do(doing)
    criteria = [Criterion(Attribute.USER_NAME, "eve@example.com")]
    assert company.do(company.directories.users(PARTNER, criteria, ALL)).total == 0


def test_a_group_may_not_be_called_as_another_is_identified(company: Company) -> None:
    admins = company.add_group("Admins", external_id="00gadmins")
    with pytest.raises(Conflict, match="00gadmins"):
        company.add_group("00gadmins")
    company.add_group("Builders")
    with pytest.raises(Conflict, match="builders"):
        company.change_group(admins, external_id="builders")
    assert company.change_group(admins, display_name="00gadmins").display_name == "00gadmins"


@pytest.mark.parametrize("name", ["", " ", "x" * (LONGEST + 1)])
def test_a_group_needs_a_name(company: Company, name: str) -> None:
    with pytest.raises(Invalid, match="displayName"):
        company.add_group(name)
