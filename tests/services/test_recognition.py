"""Who is who between a provider's directory and the people whom it vouches for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.access import Identity
from doorward.model.directory import DirectoryUser, DirectoryUserId
from doorward.model.ids import IdentityProviderId
from doorward.services.recognition import all_recognised, names_of, recognised, with_groups
from tests.nouns import directory_group, directory_user

PEOPLE = IdentityProviderId("people")
TENANT, OBJECT, ANOTHER = (digit * 8 + ("-" + digit * 4) * 3 + "-" + digit * 12 for digit in "a12")

ADA = Identity(
    identity_provider=PEOPLE,
    subject=f"{TENANT}:{OBJECT}",
    email="ada@example.com",
    upn="ada.l@corp.example",
)
EXACT = directory_user("exact", external_id=OBJECT)
BY_UPN = replace(directory_user("upn"), user_name="Ada.L@Corp.Example", email="")
BY_USER_NAME = replace(directory_user("name"), user_name="ADA@example.com", email="")
BY_EMAIL = replace(directory_user("email"), user_name="al", email="Ada@Example.com")
STRANGER = directory_user("bob")


@pytest.mark.parametrize("user", [EXACT, BY_UPN, BY_USER_NAME, BY_EMAIL])
def test_a_person_is_recognised_by_id_user_name_or_email(user: DirectoryUser) -> None:
    assert recognised([STRANGER, user], ADA) == user


@pytest.mark.parametrize("external_id", [OBJECT, OBJECT.upper(), f"{TENANT}:{OBJECT}"])
def test_an_id_is_the_directorys_or_the_whole_subject(external_id: str) -> None:
    user = replace(EXACT, external_id=external_id)
    assert recognised([user], ADA) == user
    assert external_id in names_of(ADA)


def test_a_subject_that_is_no_pair_of_object_ids_is_not_taken_apart() -> None:
    person = replace(ADA, subject="realm:ada")
    assert recognised([replace(EXACT, external_id="ada")], person) is None
    assert "ada" not in names_of(person)


@pytest.mark.parametrize(
    "stranger",
    [
        STRANGER,
        replace(EXACT, provider=IdentityProviderId("others")),
        replace(BY_EMAIL, provider=IdentityProviderId("others")),
        replace(BY_EMAIL, email="", user_name=""),
        replace(EXACT, external_id=TENANT),
    ],
)
def test_nobody_else_is_taken_for_the_person(stranger: DirectoryUser) -> None:
    assert recognised([stranger], ADA) is None


def test_a_person_without_addresses_matches_no_empty_ones() -> None:
    nameless = replace(ADA, subject="", email="", upn="")
    assert names_of(nameless) == frozenset()
    assert recognised([replace(BY_EMAIL, email="", user_name="", external_id="")], nameless) is None


@pytest.mark.parametrize("others", [[BY_USER_NAME, BY_EMAIL], [BY_EMAIL, BY_UPN]])
def test_the_id_counts_more_than_names_and_a_user_name_more_than_an_address(
    others: list[DirectoryUser],
) -> None:
    assert recognised([*others, EXACT], ADA) == EXACT
    found = recognised(others, ADA)
    assert found is not None
    assert found != BY_EMAIL


def test_of_two_who_fit_equally_one_who_is_inactive_decides() -> None:
    inactive = replace(BY_UPN, active=False)
    assert recognised([BY_USER_NAME, inactive], ADA) == inactive


def test_a_tombstone_counts_until_the_person_is_there_again() -> None:
    tombstone = replace(EXACT, id=DirectoryUserId("old"), deleted=True)
    assert recognised([tombstone], ADA) == tombstone
    assert recognised([tombstone, EXACT], ADA) == EXACT
    assert recognised([tombstone, BY_EMAIL], ADA) == tombstone


def test_who_came_back_under_the_same_user_name_with_another_kind_of_id_is_there_again() -> None:
    tombstone = replace(BY_UPN, external_id=OBJECT, id=DirectoryUserId("old"), deleted=True)
    back = replace(BY_UPN, external_id="ada.l")
    assert recognised([tombstone, back], ADA) == back


def test_a_user_name_that_was_given_to_somebody_else_does_not_bring_a_deleted_person_back() -> None:
    tombstone = replace(BY_UPN, external_id=OBJECT, id=DirectoryUserId("old"), deleted=True)
    heir = replace(BY_UPN, external_id=ANOTHER)
    assert recognised([tombstone, heir], ADA) == tombstone


def test_many_are_recognised_as_one_by_one() -> None:
    bob = Identity(identity_provider=PEOPLE, subject="bob", email="bob@example.com")
    nobody = Identity(identity_provider=PEOPLE, subject="eve", email="eve@example.com")
    people = [BY_EMAIL, STRANGER, EXACT]
    assert all_recognised(people, [ADA, bob, nobody]) == [EXACT, STRANGER, None]
    assert all_recognised([], [ADA]) == [None]


def test_groups_replace_those_that_were_vouched_for_by_name_and_by_ids() -> None:
    before = replace(ADA, groups=frozenset({"old"}), roles=frozenset({"kept"}))
    after = with_groups(before, [directory_group("Engineers", external_id=ANOTHER), directory_group("Ops")])
    assert after.groups == {
        "Engineers",
        ANOTHER,
        "id-of-Engineers-at-people",
        "Ops",
        "id-of-Ops-at-people",
    }
    assert after.roles == {"kept"}


@pytest.mark.parametrize("name", [ANOTHER, ANOTHER.upper(), ANOTHER.replace("-", "")])
def test_a_groups_name_that_looks_like_anothers_id_counts_for_nothing(name: str) -> None:
    assert with_groups(ADA, [directory_group(name)]).groups == {f"id-of-{name}-at-people"}
