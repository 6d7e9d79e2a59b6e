from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.declaration.declared import DeclaredApplication, DeclaredOrigin
from doorward.model.application import Application, Origin
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
