"""What a directory's changes do to people: who is refused, whose sessions end, whose facts change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.errors import NotFound, SignInRefused, Unavailable
from doorward.services.directory_admission import WHY_DELETED, WHY_DISABLED
from tests.scim.server import PARTNER, with_scim
from tests.services.directories import EVE, Company
from tests.services.sample import COMPANY, STAFF, person
from tests.services.signing_in import enter

INACTIVE = {"active": False}


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.mark.parametrize("known_by", [{"external_id": EVE.subject}, {"email": "Eve@Example.com"}, {}])
def test_who_becomes_inactive_loses_every_session_at_once(
    company: Company, known_by: dict[str, object]
) -> None:
    for _ in range(2):
        enter(company.world, EVE)
    enter(company.world, person("bob", provider=COMPANY))
    eve = company.add("somebody" if known_by else "eve", but=known_by)
    company.change(eve, active=False)
    assert [session.identity.email for session in company.sessions()] == ["bob@example.com"]
    ended = company.do(company.world.stores.sessions.revoked_since(company.world.clock.now()))
    assert {company.do(company.world.stores.sessions.get(one)).why_revoked for one in ended} == {WHY_DISABLED}


def test_who_is_deleted_or_comes_inactive_loses_every_session(company: Company) -> None:
    enter(company.world, EVE)
    company.do(company.directories.delete_user(COMPANY, company.add().id))
    assert company.sessions() == []
    enter(company.world, person("bob", provider=COMPANY))
    company.add("bob", but=INACTIVE)
    assert company.sessions() == []


def test_people_of_other_providers_with_the_same_address_keep_their_sessions(company: Company) -> None:
    for provider in (STAFF, PARTNER):
        enter(company.world, person("eve", provider=provider))
    company.add(but={"external_id": "eve@example.com", **INACTIVE})
    assert len(company.sessions()) == 2


def test_an_inactive_person_is_refused_until_active_again(company: Company) -> None:
    eve = company.add(but=INACTIVE)
    with pytest.raises(SignInRefused, match="disabled") as refused:
        company.do(company.world.admission.admitted(EVE))
    assert refused.value.advice
    assert "eve@example.com" in refused.value.administrator
    company.change(eve, active=True)
    assert company.do(company.world.admission.admitted(EVE)) == EVE


def test_a_deleted_person_is_refused_until_there_again(company: Company) -> None:
    company.do(company.directories.delete_user(COMPANY, company.add().id))
    with pytest.raises(SignInRefused, match=WHY_DELETED):
        company.do(company.world.admission.admitted(EVE))
    company.add()
    assert company.do(company.world.admission.admitted(EVE)) == EVE


def test_whom_the_directory_does_not_know_the_provider_vouches_for(company: Company) -> None:
    company.add_group("Engineers", company.add("bob"))
    assert company.do(company.world.admission.admitted(EVE)) == EVE


def test_a_directory_says_nothing_about_people_of_another_provider(company: Company) -> None:
    company.add(but=INACTIVE)
    for provider in (STAFF, PARTNER):
        stranger = person("eve", provider=provider)
        assert company.do(company.world.admission.admitted(stranger)) == stranger


def test_a_provider_whose_scim_was_turned_off_is_believed_as_it_is(company: Company) -> None:
    company.add(but=INACTIVE)
    stores = company.world.stores
    off = [replace(p, scim_token_hash="") for p in with_scim().identity_providers]
    without = replace(with_scim(), identity_providers=tuple(off))
    company.do(stores.configurations.replace(without))
    company.do(company.world.publisher.publish())
    assert company.do(company.world.admission.admitted(EVE)) == EVE


def test_groups_that_are_pushed_replace_those_of_the_sign_in(company: Company) -> None:
    eve = company.add()
    assert company.do(company.world.admission.admitted(EVE)).groups == {"from the token"}
    engineers = company.add_group("Engineers", eve, external_id="object-1")
    company.add_group("Sales")
    admitted = company.do(company.world.admission.admitted(EVE))
    assert admitted.groups == {"Engineers", "object-1", engineers.id}


def test_members_who_are_signed_in_get_their_new_groups_at_once(company: Company) -> None:
    enter(company.world, EVE)
    enter(company.world, person("bob", "sales", provider=COMPANY))
    eve, bob = company.add(), company.add("bob")
    engineers = company.add_group("Engineers", eve)
    [(session, identity)] = company.facts.told
    assert (session.identity, identity.email) == (EVE, "eve@example.com")
    assert identity.groups == {"Engineers", engineers.id}
    company.facts.told.clear()
    company.change_group(engineers, members=frozenset({bob.id}))
    assert {identity.email: len(identity.groups) for _, identity in company.facts.told} == {
        "eve@example.com": 0,
        "bob@example.com": 2,
    }


def test_a_group_that_is_renamed_or_deleted_concerns_all_its_members(company: Company) -> None:
    enter(company.world, EVE)
    engineers = company.add_group("Engineers", company.add())
    company.facts.told.clear()
    company.change_group(engineers, display_name="Builders")
    assert [identity.groups for _, identity in company.facts.told] == [{"Builders", engineers.id}]
    company.facts.told.clear()
    company.do(company.directories.delete_group(COMPANY, engineers.id))
    assert [identity.groups for _, identity in company.facts.told] == [frozenset()]
    with pytest.raises(NotFound):
        company.do(company.directories.group(COMPANY, engineers.id))


def test_what_could_not_be_brought_into_force_comes_with_the_next_change(company: Company) -> None:
    enter(company.world, EVE)
    eve = company.add()
    engineers = company.add_group("Engineers", eve)
    company.facts.told.clear()
    company.facts.error = Unavailable("no edge")
    with pytest.raises(Unavailable):
        company.change_group(engineers, members=frozenset())
    company.facts.error = None
    company.change_group(engineers, members=frozenset())
    assert [identity.groups for _, identity in company.facts.told] == [frozenset()]


def test_what_was_cut_short_by_an_end_of_the_process_is_finished_at_the_next_start(company: Company) -> None:
    enter(company.world, EVE)
    enter(company.world, person("bob", provider=COMPANY))
    eve, bob = company.add(), company.add("bob")
    store = company.world.stores.directory
    engineers = company.add_group("Engineers", eve)
    company.facts.told.clear()
    company.do(store.save_user(replace(bob, active=False), expected=bob.version))
    company.do(store.save_group(replace(engineers, members=frozenset()), expected=engineers.version))
    company.again()
    company.do(company.directories.catch_up([COMPANY]))
    assert [session.identity.email for session in company.sessions()] == ["eve@example.com"]
    assert [identity.groups for _, identity in company.facts.told] == [frozenset()]
