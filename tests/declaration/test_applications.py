from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.declaration.applications import NOT_FOR
from doorward.declaration.declared import DeclaredApplication, DeclaredOrigin
from doorward.model.application import Application, ApplicationType, Origin
from doorward.model.destination import Destination
from doorward.model.ids import ApplicationId, Audience
from doorward.model.policy import Policy
from tests.declaration.files import FULL, application, declared, said, section


def read(text: str) -> DeclaredApplication:
    applications = declared(text).applications
    assert applications is not None
    return applications[-1]


def test_an_application_is_read() -> None:
    found = read(FULL)
    assert found.origin == DeclaredOrigin(
        url="https://builds.internal",
        host_header="builds.internal:8443",
        server_name="builds.internal",
        verify=False,
    )
    assert (found.id, str(found.destinations[0]), found.name) == ("builds", "builds.example.com", "")
    assert (found.show_in_launcher, found.websockets) == (False, False)
    assert [policy.id for policy in found.policies if isinstance(policy, Policy)] == ["bots"]


def test_shared_policies_are_named_and_own_ones_written_in_one_order() -> None:
    applications = declared(FULL).applications
    assert applications is not None
    wiki = applications[0]
    assert wiki.origin == DeclaredOrigin(url="http://127.0.0.1:8080", tunnel="office")
    assert wiki.session_duration == timedelta(hours=8)
    shared, own = wiki.policies
    assert shared == "staff-only"
    assert isinstance(own, Policy)
    assert own.id == "policy-2"


def test_what_is_left_out_has_the_defaults_of_the_noun() -> None:
    found = read(section("applications", "{id: wiki, hostname: wiki.example.com, url: 'http://h'}"))
    default = Application(
        id=ApplicationId("wiki"),
        destinations=(Destination("wiki.example.com"),),
        origin=Origin(url="http://h"),
        audience=Audience(""),
    )
    assert found.origin == DeclaredOrigin(url="http://h")
    for field in ("name", "policies", "session_duration", "show_in_launcher", "websockets"):
        assert getattr(found, field) == getattr(default, field)


WRONG = [
    ("origin: {verify: false}", "origin.verify: concerns https only, and url begins with http://"),
    ("origin: {server_name: a}", "origin.server_name: concerns https only"),
    ("origin: {ca_file: x}", "origin.ca_file: concerns https only"),
    ("origin: {hostheader: x}", "origin.hostheader: 'hostheader' is not a field here: did you mean"),
    ("policies: everyone", "policies: is a single value: give a list of policies"),
    ("policies: [Staff Only]", "policies[0]: 'Staff Only' is not a name"),
    ("policies: [a, b, a]", "policies[2].id: 'a' stands on line 3 already: give each its own"),
    (
        "policies: [policy-2, {action: deny, include: []}]",
        "policies[1].id: 'policy-2' stands on line 3 already: give each its own",
    ),
    ("tunnel: The Office", "tunnel: 'The Office' is not a name"),
    ("hostnames: [a]", "hostnames: 'hostnames' is not a field here: did you mean 'hostname'?"),
]


@pytest.mark.parametrize(("rest", "sentence"), WRONG)
def test_a_wrong_application_is_told(rest: str, sentence: str) -> None:
    assert any(
        line.startswith(f"access.yaml:3: applications[0].{sentence}") for line in said(application(rest))
    )


def test_no_two_applications_share_an_id_or_a_hostname() -> None:
    first = "{id: a, hostname: a.example.com, url: 'http://h'}"
    assert said(section("applications", first, first)) == [
        "access.yaml:4: applications[1].id: 'a' stands on line 3 already: give each its own",
        (
            "access.yaml:4: applications[1].hostname: 'a.example.com' stands on line 3 already: "
            "give each its own"
        ),
    ]


def places(*items: str, rest: str = "") -> str:
    return section("applications", f"{{id: a, url: 'http://h', destinations: [{', '.join(items)}]{rest}}}")


def test_destinations_are_hostnames_with_and_without_wildcard_and_path() -> None:
    found = read(places("a.example.com", "'*.example.com'", "b.example.com/Admin/*/v-*"))
    assert found.destinations == (
        Destination("a.example.com"),
        Destination("*.example.com"),
        Destination("b.example.com", "/Admin/*/v-*"),
    )


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("a.example.com/", "ends with a slash"),
        ("a.example.com/admin/", "ends with a slash"),
        ("a.example.com//admin", "'' is not a segment of a path"),
        ("a.example.com/../admin", "'..' is not a segment of a path"),
        ("a.example.com/a%2fb", "'a%2fb' is not a segment"),
        ("'a.example.com/a*b*'", "'a*b*' is not a segment"),
        ("a.example.com/a;b", "'a;b' is not a segment"),
        ("'a.example.com/a?b'", "'a?b' is not a segment"),
        ("a.example.com/a b", "'a b' is not a segment"),
        ("a.example.com/\u00fc", "is not a segment"),
        ("a.example.com/cdn-cgi/access/login", "is Doorward's own on every hostname"),
        ("a.example.com/CDN-CGI/Access", "is Doorward's own on every hostname"),
        (f"a.example.com/{'a' * 256}", "has a path of 256 characters"),
        ("a.example.com:8443", "leave out the port"),
        ("'a.*.example.com'", "a * may only stand at the beginning"),
        ("'*a.example.com'", "a * may only stand at the beginning"),
        ("'*'", "a * may only stand at the beginning"),
        ("A.example.com", "write it in lower case"),
        ("/admin", "use labels"),
    ],
)
def test_a_wrong_destination_is_told(item: str, sentence: str) -> None:
    lines = said(places(item, "z.example.com"))
    assert any("destinations[0]" in line and sentence in line for line in lines), lines


def test_no_destination_stands_twice_whatever_the_case_of_its_path() -> None:
    [line] = said(places("a.example.com/x", "a.example.com/X"))
    assert "destinations: holds 'a.example.com/X' twice" in line


def test_what_the_launcher_shows_has_somewhere_to_lead() -> None:
    [line] = said(places("'*.example.com'"))
    assert "the launcher cannot lead there: add one without, or set show_in_launcher: false" in line
    assert read(places("'*.example.com'", rest=", show_in_launcher: false")).destinations


def test_there_is_one_way_to_say_where_an_application_is() -> None:
    [line] = said(places("a.example.com", rest=", hostname: b.example.com"))
    assert "destinations: stands beside hostname" in line
    [line] = said(section("applications", "{id: a, url: 'http://h'}"))
    assert "hostname: is missing" in line
    [line] = said(places())
    assert "destinations: is empty" in line


def test_a_bookmark_has_a_page_and_nothing_else() -> None:
    found = read(section("applications", "{id: a, type: bookmark, name: Mail, url: 'https://h/in?box=1'}"))
    assert (found.type, found.destinations) == (ApplicationType.BOOKMARK, ())
    assert found.origin.url == "https://h/in?box=1"


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind, fields in NOT_FOR.items() for field in fields],
)
def test_what_means_nothing_for_a_type_is_refused(kind: ApplicationType, field: str) -> None:
    url = {"tcp": "tcp://h:1", "bookmark": "https://h"}[kind]
    lines = said(section("applications", f"{{id: a, type: {kind}, url: '{url}', {field}: x}}"))
    assert any(f"{field}: is nothing for the type {kind}: leave it out" in line for line in lines), lines


def test_tcp_has_no_paths() -> None:
    file = "{id: a, type: tcp, url: 'tcp://h:1', destinations: [a.example.com/x]}"
    assert any(
        "holds a path, which TCP does not have" in line for line in said(section("applications", file))
    )


def test_people_are_sent_to_one_of_the_identity_providers_that_are_taken() -> None:
    rest = "identity_providers: [a, b], sign_in_with: c"
    assert any(
        "sign_in_with: 'c' is not one of this application's" in line for line in said(application(rest))
    )
