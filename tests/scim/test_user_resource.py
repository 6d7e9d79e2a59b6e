"""People as resources, there and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from doorward.model.directory import DirectoryUser
from doorward.scim import meta
from doorward.scim.dialect import Operation
from doorward.scim.emails import EmailChange
from doorward.scim.user_resource import SCHEMA, created, patched, replaced, user_body
from tests.nouns import directory_user
from tests.strategies import directory_users

ADA = replace(
    directory_user("ada", external_id="42", active=False), given_name="Ada", family_name="Lovelace", version=3
)
BASE = "https://access.example.com/scim/v2"


def test_a_person_goes_out_with_their_place_and_version() -> None:
    body = user_body(ADA, BASE)
    assert body["meta"]["location"] == f"{BASE}/Users/{ADA.id}"
    assert body["meta"]["version"] == meta.tag(3)
    assert body["active"] is False


@given(user=directory_users.filter(lambda user: user.user_name.strip() == user.user_name != ""))
def test_what_goes_out_and_comes_back_is_the_same(user: DirectoryUser) -> None:
    kept = replace(user, email=user.email.strip())
    body = user_body(kept, BASE)
    assert replaced(kept, body) == kept
    assert created(replace(kept, external_id="", email="", display_name="", active=True), body) == kept


@pytest.mark.parametrize(
    ("name", "display_name"),
    [({"formatted": "Ada L."}, "Ada L."), ({"givenName": "Ada"}, ""), (None, "")],
)
def test_a_formatted_name_is_shown_where_there_is_no_other(name: Any, display_name: str) -> None:
    body = {"schemas": [SCHEMA], "userName": "ada", "name": name}
    assert created(ADA, body).display_name == display_name


def test_changes_of_the_address_and_of_nothing_else() -> None:
    assert patched(ADA, [], []) == ADA
    change = EmailChange("replace", "new@example.com", sure=True)
    assert patched(ADA, [], [change]) == replace(ADA, email="new@example.com")


def test_an_external_id_can_be_removed() -> None:
    assert patched(ADA, [Operation("remove", "externalId", None)], []) == replace(ADA, external_id="")


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        ("*", None),
        ('W/"3"', {3}),
        ('"3"', {3}),
        ('W/"1", "2"', {1, 2}),
        ("3", set()),
        ('W/"x"', set()),
        ("", set()),
        ('"' + "9" * 40 + '"', set()),
    ],
)
def test_versions_are_read_from_entity_tags(header: str, versions: set[int] | None) -> None:
    assert meta.versions_in(header) == versions
