from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.access import Identity
from doorward.model.errors import Invalid, Refused, SignInRefused, Unavailable
from doorward.ports.identity import CheckState
from tests.fakes.github import ADA, FakeGitHub, Octocat
from tests.fakes.openid import WORK
from tests.identity.oauth2.signing_in import arrive, checks, settings
from tests.identity.oauth2.test_provider import states_after

GITHUB = settings("github")
WITHOUT_GROUPS = settings("github", groups=False)
SERVER = settings("github", base_url="https://git.example.com")


def one(octocat: Octocat) -> FakeGitHub:
    return FakeGitHub(octocats=[octocat])


def test_organisations_and_teams_are_groups_and_the_primary_address_counts() -> None:
    arrival = arrive(FakeGitHub(), GITHUB)
    assert arrival.identity == Identity(
        identity_provider=WORK,
        subject="101",
        email="ada@example.com",
        name="Ada",
        groups=frozenset({"acme", "lace", "acme/sre", "acme/on-call", "lace/sre"}),
        claims=frozenset({("login", "ada")}),
    )
    assert arrival.group_names["acme/sre"] == "SRE"
    assert "token-0" not in f"{arrival.raw} {arrival!r}"


def test_without_groups_neither_they_nor_their_scope_are_asked_for() -> None:
    fake = FakeGitHub()
    assert arrive(fake, WITHOUT_GROUPS).identity.groups == frozenset()
    assert "read:org" not in fake.forms("/login/oauth/authorize")[0].query_params["scope"]
    assert fake.forms("/user/orgs") == []


def test_a_login_that_somebody_else_took_is_not_the_same_person() -> None:
    successor = replace(ADA, id=202)
    assert arrive(one(successor), GITHUB).identity.subject == "202"
    renamed = replace(ADA, login="lovelace", name=None)
    identity = arrive(one(renamed), GITHUB).identity
    assert (identity.subject, identity.name) == ("101", "lovelace")


@pytest.mark.parametrize(
    "emails",
    [
        (),
        (("ada@example.com", True, False),),
        (("ada@example.com", False, True),),
        (("ada@example.com", True, False), ("other@example.com", False, True)),
    ],
)
def test_without_a_primary_and_verified_address_nobody_signs_in(
    emails: tuple[tuple[str, bool, bool], ...],
) -> None:
    with pytest.raises(SignInRefused, match="did not say your email address") as caught:
        arrive(one(replace(ADA, emails=emails)), GITHUB)
    assert "Verify your primary address" in caught.value.advice


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="is none"):
        arrive(one(replace(ADA, emails=(("a@b@c", True, True),))), GITHUB)


@pytest.mark.parametrize("id", [None, True, "", "a\nb", 1.5, ["1"], "1" * 300])
def test_a_person_without_a_usable_id_is_refused(id: object) -> None:
    with pytest.raises(Refused, match="no usable id"):
        arrive(one(replace(ADA, id=id)), GITHUB)


@pytest.mark.parametrize("name", ["", "a/b", "a\nb", "a" * 2000])
def test_groups_without_a_usable_name_refuse_the_sign_in(name: str) -> None:
    for octocat in (
        replace(ADA, orgs=(name,)),
        replace(ADA, teams=((name, "sre"),)),
        replace(ADA, teams=(("acme", name),)),
    ):
        with pytest.raises(Refused, match="usable name"):
            arrive(one(octocat), GITHUB)


def test_a_next_page_on_another_host_is_not_asked_for() -> None:
    fake = FakeGitHub(next_host="https://evil.example.com")
    with pytest.raises(Unavailable, match="another host"):
        arrive(fake, GITHUB)
    assert {request.url.hostname for request in fake.asked} == {"github.com", "api.github.com"}


@pytest.mark.parametrize("missing", ["orgs", "teams"])
def test_groups_that_are_not_shown_refuse_the_sign_in_and_say_why(missing: str) -> None:
    with pytest.raises(SignInRefused, match="Failed to fetch group information") as caught:
        arrive(FakeGitHub(broken={missing: 403}), GITHUB)
    assert "approve this application" in caught.value.administrator
    assert "SAML" in caught.value.administrator
    with pytest.raises(Unavailable, match="502"):
        arrive(FakeGitHub(broken={missing: 502}), GITHUB)


def test_a_scope_that_was_not_granted_refuses_the_sign_in() -> None:
    with pytest.raises(SignInRefused, match="Failed to fetch group") as caught:
        arrive(FakeGitHub(scope="read:user,user:email"), GITHUB)
    assert "read:org" in caught.value.administrator
    assert arrive(FakeGitHub(tokens={"scope": None}), GITHUB).identity.groups


def test_addresses_that_are_not_shown_refuse_the_sign_in() -> None:
    with pytest.raises(SignInRefused, match="does not tell Doorward who you are"):
        arrive(FakeGitHub(broken={"emails": 404}), GITHUB)


def test_a_server_of_ones_own_has_its_api_below_its_address() -> None:
    fake = FakeGitHub(enterprise=True)
    assert arrive(fake, SERVER).identity.subject == "101"
    assert {request.url.hostname for request in fake.asked} == {"git.example.com"}
    elsewhere = replace(SERVER, base_url="https://acme.ghe.example", api_url="https://api.acme.ghe.example")
    assert arrive(FakeGitHub(), elsewhere).identity.subject == "101"


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "http://git.example.com"},
        {"base_url": "https://user@git.example.com"},
        {"api_url": "http://api.example.com"},
        {"api_url": "http://127.0.0.1:1"},
        {"api_url": "ftp://api.example.com"},
    ],
)
def test_addresses_must_be_safe(changes: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=next(iter(changes))):
        arrive(FakeGitHub(), settings("github", **changes))


def test_a_right_setup_passes_and_a_wrong_secret_fails() -> None:
    found = checks(FakeGitHub(), GITHUB)
    assert [(name, check.state) for name, check in found.items()] == [
        ("api", CheckState.PASSED),
        ("client-secret", CheckState.PASSED),
    ]
    assert (
        checks(FakeGitHub(), replace(GITHUB, client_secret="x"))["client-secret"].state is CheckState.FAILED
    )


def test_missing_organisations_come_with_the_reason_that_is_likeliest() -> None:
    fake = one(replace(ADA, orgs=(), teams=()))
    assert states_after(fake, GITHUB) == {"email": CheckState.PASSED, "groups": CheckState.WARNING}
    assert states_after(FakeGitHub(), GITHUB) == {"email": CheckState.PASSED, "groups": CheckState.PASSED}
    assert states_after(FakeGitHub(), WITHOUT_GROUPS) == {"email": CheckState.PASSED}
