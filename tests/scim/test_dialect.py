"""Changes in dialects, put into the standard's words."""

from __future__ import annotations

import pytest

from doorward.model.directory import DirectoryUserId
from doorward.scim.bodies import Object
from doorward.scim.dialect import (
    KEPT_OF_USERS,
    PATCH,
    MemberChange,
    Operation,
    group_operations,
    kept,
    member_ids,
    operations,
    patch_body,
    user_operations,
)
from doorward.scim.emails import EmailChange, address_in, email_change
from doorward.scim.problems import Problem
from tests.scim.server import USER

ADA, BOB = DirectoryUserId("ada"), DirectoryUserId("bob")


def body(*listed: object, schemas: object = (PATCH,)) -> Object:
    return {"schemas": list(schemas) if isinstance(schemas, tuple) else schemas, "Operations": list(listed)}


@pytest.mark.parametrize(
    ("sent", "scim_type"),
    [
        ({"Operations": [{"op": "add"}]}, "invalidSyntax"),
        (body({"op": "add", "path": "x"}, schemas=("urn:other",)), "invalidSyntax"),
        (body({"op": "add", "path": "x"}, schemas="urn"), "invalidSyntax"),
        ({"schemas": [PATCH]}, "invalidSyntax"),
        (body(), "invalidSyntax"),
        ({"schemas": [PATCH], "Operations": {"op": "add"}}, "invalidSyntax"),
        (body("add"), "invalidSyntax"),
        (body({"op": "move", "path": "x"}), "invalidSyntax"),
        (body({"path": "x"}), "invalidSyntax"),
        (body({"op": "remove"}), "noTarget"),
        (body({"op": "remove", "value": {"active": True}}), "noTarget"),
        (body({"op": "add", "value": "x"}), "invalidValue"),
        (body({"op": "replace", "path": ""}), "invalidValue"),
        (body({"op": "replace", "path": 7, "value": []}), "invalidValue"),
    ],
)
def test_what_is_no_change_in_any_dialect_is_refused(sent: Object, scim_type: str) -> None:
    with pytest.raises(Problem) as refused:
        operations(sent)
    assert (refused.value.status, refused.value.scim_type) == (400, scim_type)


def test_names_of_the_envelope_mean_the_same_in_any_case() -> None:
    sent: Object = {"schemas": [PATCH], "operations": [{"OP": "Add", "Path": " title ", "VALUE": 1}]}
    assert operations(sent) == [Operation("add", "title", 1)]


def test_a_value_without_a_path_becomes_a_change_of_each_attribute() -> None:
    value = {"id": "x", "schemas": [], "meta": {}, "displayName": "A", "name.givenName": "B"}
    assert operations(body({"op": "Replace", "value": value})) == [
        Operation("replace", "displayName", "A"),
        Operation("replace", "name.givenName", "B"),
    ]


def test_of_a_person_only_what_is_kept_is_changed_and_unknown_names_are_passed_on() -> None:
    own, emails = user_operations(
        [
            Operation("add", "title", "x"),
            Operation("add", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "m"),
            Operation("add", "urn:acme:User:badge", "1"),
            Operation("add", 'addresses[type eq "work"].country', "1"),
            Operation("replace", "userNmae", "mistake"),
            Operation("replace", "displayName", [{"value": "A"}]),
            Operation("remove", "emails", None),
        ]
    )
    assert own == [Operation("replace", "userNmae", "mistake"), Operation("replace", "displayName", "A")]
    assert emails == [EmailChange("remove", "", sure=True)]


def test_whether_somebody_is_active_cannot_be_removed() -> None:
    with pytest.raises(Problem) as refused:
        user_operations([Operation("remove", "Active", None)])
    assert refused.value.scim_type == "mutability"


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (Operation("add", "members", [{"value": "ada"}]), {BOB}, {ADA, BOB}),
        (Operation("add", "Members", {"value": "ada"}), set(), {ADA}),
        (Operation("add", "members", ["ada"]), set(), {ADA}),
        (Operation("replace", "members", [{"value": "ada"}]), {BOB}, {ADA}),
        (Operation("replace", "members", []), {BOB}, set()),
        (Operation("remove", "members", [{"value": "ada"}]), {ADA, BOB}, {BOB}),
        (Operation("remove", "members", []), {BOB}, {BOB}),
        (Operation("remove", "members", None), {ADA, BOB}, set()),
        (Operation("remove", 'members[value eq "ada"]', None), {ADA, BOB}, {BOB}),
        (Operation("remove", 'MEMBERS[ Value  eq "ADA" ]', None), {ADA}, {ADA}),
        (
            Operation("remove", 'urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq "ada"]', None),
            {ADA},
            set(),
        ),
    ],
)
def test_members_come_and_go(operation: Operation, before: set[str], after: set[str]) -> None:
    own, [change] = group_operations([operation])
    assert own == []
    assert change.applied(frozenset(map(DirectoryUserId, before))) == after


@pytest.mark.parametrize(
    "operation",
    [
        Operation("add", "members", None),
        Operation("replace", "members", None),
        Operation("add", "members", [{"display": "Ada"}]),
        Operation("add", "members", [7]),
        Operation("add", 'members[value eq "ada"]', {"value": "bob"}),
        Operation("remove", 'members[value eq "a" or value eq "b"]', None),
        Operation("remove", 'members[display eq "a"]', None),
        Operation("remove", 'members[value eq "a"].value', None),
        Operation("remove", 'members[value eq "a"] or members[value eq "b"]', None),
    ],
)
def test_members_in_words_that_nobody_can_be_sure_of_are_refused(operation: Operation) -> None:
    with pytest.raises(Problem) as refused:
        group_operations([operation])
    assert refused.value.status == 400


def test_removing_everybody_is_said_apart_from_removing_nobody() -> None:
    assert MemberChange("remove", None).applied(frozenset({ADA})) == frozenset()
    assert MemberChange("remove", frozenset()).applied(frozenset({ADA})) == {ADA}
    assert member_ids([{"value": "ada"}, "bob"]) == {ADA, BOB}


def test_extensions_of_a_group_are_left_out() -> None:
    own, members = group_operations(
        [Operation("add", "urn:acme:Group:owner", "x"), Operation("add", "displayName", "E")]
    )
    assert (own, members) == ([Operation("add", "displayName", "E")], [])


def test_the_standards_body_has_no_value_in_a_removal() -> None:
    assert patch_body([Operation("remove", "displayName", None), Operation("add", "active", value=True)]) == {
        "schemas": [PATCH],
        "Operations": [
            {"op": "remove", "path": "displayName"},
            {"op": "add", "path": "active", "value": True},
        ],
    }


def test_of_a_resource_only_what_is_kept_is_read() -> None:
    sent: Object = {"schemas": [USER, "urn:acme"], "UserName": "ada", "password": "x", "active": None}
    assert kept(sent, KEPT_OF_USERS, USER) == {"schemas": [USER], "UserName": "ada"}
    for schemas in (None, USER, ["urn:acme"], []):
        with pytest.raises(Problem):
            kept({**sent, "schemas": schemas}, KEPT_OF_USERS, USER)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ([], ""),
        ("ada@example.com", "ada@example.com"),
        ([{"value": " a@example.com "}], "a@example.com"),
        ([{"value": "h@e", "type": "home"}, {"value": "w@e", "Type": "Work"}], "w@e"),
        ([{"value": "p@e", "primary": "True"}, {"value": "w@e", "type": "work"}], "p@e"),
        ([{"value": "1@e", "primary": True}, {"value": "2@e", "primary": True}], "2@e"),
        ([{"type": "work"}], ""),
        ([{"value": "ada@corp.local", "type": "work"}], "ada@corp.local"),
    ],
)
def test_of_several_addresses_the_primary_one_or_that_for_work_counts(value: object, address: str) -> None:
    assert address_in(value) == address


def test_an_address_that_is_no_text_is_refused() -> None:
    with pytest.raises(Problem, match="emails"):
        address_in([{"value": 7}])


@pytest.mark.parametrize(
    ("kind", "path", "value", "after"),
    [
        ("replace", "emails", [{"value": "new@e"}], "new@e"),
        ("add", "emails", [{"value": "new@e", "type": "home"}], "old@e"),
        ("add", "emails", [{"value": "new@e", "type": "work"}], "new@e"),
        ("add", 'emails[type eq "work"].value', "new@e", "new@e"),
        ("replace", "emails[primary eq true].value", "new@e", "new@e"),
        ("replace", 'emails[type eq "work"]', {"value": "new@e"}, "new@e"),
        ("replace", "emails.value", "new@e", "new@e"),
        ("remove", 'emails[type eq "work"]', None, ""),
    ],
)
def test_a_change_of_addresses_changes_the_one_that_is_kept(
    kind: str, path: str, value: object, after: str
) -> None:
    change = email_change(kind, path, value)
    assert change is not None
    assert change.applied("old@e") == after


@pytest.mark.parametrize(
    "path", ['emails[type eq "home"].value', "emails.primary", 'emails[type eq "work"].type']
)
def test_a_change_of_other_addresses_is_none(path: str) -> None:
    assert email_change("replace", path, "x") is None
