from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.declaration.changes import Change, ChangeKind, changes
from doorward.model.configuration import Configuration
from doorward.model.ids import ListId
from doorward.model.named_list import ListKind, NamedList
from tests.declaration.files import FULL, NOTHING, merged
from tests.declaration.generated import applicable

BEFORE = merged(FULL)


def told(before: Configuration, after: Configuration) -> list[str]:
    return [str(change) for change in changes(before, after)]


def test_everything_in_a_first_file_is_created() -> None:
    assert told(NOTHING, BEFORE) == [
        "changed setting session_duration",
        "created identity provider staff",
        "created identity provider entra",
        "created account ada@example.com of staff",
        "created account bob@example.com of staff",
        "created rule group engineers",
        "created external evaluation checks",
        "created list offices",
        "created certificate authority corp",
        "created shared policy staff-only",
        "created tunnel office",
        "created application wiki",
        "created application builds",
        "created service token ci",
    ]


def test_what_the_file_does_not_list_any_more_is_removed() -> None:
    after = replace(BEFORE, applications=BEFORE.applications[:1], service_tokens=())
    assert told(BEFORE, after) == ["removed application builds", "removed service token ci"]


def test_a_change_names_its_fields_and_no_values() -> None:
    after = merged(
        FULL.replace("correct horse", "battery staple")
        .replace("entra.secret", "entra.secret\n    name: Company")
        .replace("    name: Company account\n", "")
        .replace("127.0.0.1:8080", "127.0.0.1:9090")
        .replace("wiki.example.com", "pages.example.com"),
        BEFORE,
    )
    assert changes(BEFORE, after) == [
        Change(kind=ChangeKind.CHANGED, noun="identity provider", name="entra", fields=("name",)),
        Change(
            kind=ChangeKind.CHANGED,
            noun="account",
            name="ada@example.com of staff",
            fields=("password_hash",),
        ),
        Change(kind=ChangeKind.CHANGED, noun="application", name="wiki", fields=("destinations", "url")),
    ]
    assert "changed application wiki: destinations, url" in told(BEFORE, after)


def test_of_a_list_the_number_of_items_is_told_and_none_of_them() -> None:
    def team(*items: str) -> Configuration:
        return replace(BEFORE, lists=(NamedList(id=ListId("team"), kind=ListKind.EMAIL, items=items),))

    assert told(BEFORE, team("a@x.com")) == ["created list team", "removed list offices"]
    assert told(team("a@x.com"), team("b@x.com", "c@x.com")) == ["changed list team: 2 added, 1 removed"]
    assert told(team("a@x.com", "b@x.com"), team("b@x.com", "a@x.com")) == ["changed list team: items"]


def test_a_provider_that_changes_its_type_says_so() -> None:
    staff, entra = BEFORE.identity_providers
    after = replace(BEFORE, identity_providers=(staff, replace(entra, settings=staff.settings)))
    assert told(BEFORE, after)[:2] == [
        "changed identity provider entra: type",
        "created account ada@example.com of entra",
    ]


def test_another_order_is_a_change_and_a_new_neighbour_is_none() -> None:
    wiki, builds = BEFORE.applications
    assert told(BEFORE, replace(BEFORE, applications=(builds, wiki))) == [
        "changed application builds: order",
        "changed application wiki: order",
    ]
    assert told(replace(BEFORE, applications=(wiki,)), replace(BEFORE, applications=(builds, wiki))) == [
        "created application builds"
    ]


def test_settings_of_the_organisation_are_told() -> None:
    after = replace(BEFORE, session_duration=timedelta(hours=1), generation=1)
    assert told(BEFORE, after) == ["changed setting session_duration", "changed setting generation"]


@settings(max_examples=40)
@given(applicable(), applicable(), st.sampled_from([field.name for field in fields(Configuration)]))
def test_nothing_is_told_exactly_when_nothing_differs(
    before: Configuration, other: Configuration, section: str
) -> None:
    after = replace(before, **{section: getattr(other, section)})
    assert changes(before, before) == []
    assert (changes(before, after) == []) == (before == after)
