from __future__ import annotations

import pytest

from doorward.sample.entra.authorize_request import AuthorizeRequest, Returned
from doorward.sample.entra.browsers import Browser
from doorward.sample.entra.directory import SIGN_IN, Directory, Outcome
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.interaction import (
    Interaction,
    Step,
    Surroundings,
    candidates,
    fits,
    next_step,
    remembered,
)
from doorward.sample.entra.seed import ADA, BOB, CLIENT_ID, TENANT_ID, demo_directory
from tests.fakes.clock import START
from tests.fakes.entra import CALLBACK


def asked(**changes: object) -> AuthorizeRequest:
    usual: dict[str, object] = {
        "tenant_name": TENANT_ID,
        "client_id": CLIENT_ID,
        "redirect_uri": CALLBACK,
        "scopes": frozenset({"openid", "profile"}),
    }
    return AuthorizeRequest(**(usual | changes))  # type: ignore[arg-type]  # named by each test


class Scene:
    """A browser in front of the seeded tenant, signed in as those given."""

    def __init__(self, *signed_in: str) -> None:
        self.directory: Directory = demo_directory(redirect_uri=CALLBACK)
        self.tenant = self.directory.tenants[TENANT_ID]
        self.browser = Browser("b")
        for id in signed_in:
            self.browser.sign_in(self.tenant.users[id], sid=f"sid-{id}", now=START)

    @property
    def around(self) -> Surroundings:
        return Surroundings(self.directory, self.browser, START)

    def step(self, *, user: str = "", **changes: object) -> Step:
        return next_step(Interaction("i", asked(**changes), "b", user), self.around)


def test_who_is_signed_in_alone_is_done() -> None:
    assert Scene(ADA).step() is Step.DONE
    assert Scene(ADA).step(prompt="none") is Step.DONE


def test_who_is_not_signs_in() -> None:
    assert Scene().step() is Step.SIGN_IN
    assert Scene().step(prompt="select_account") is Step.SIGN_IN
    assert Scene(ADA).step(prompt="login") is Step.SIGN_IN
    assert Scene(ADA).step(login_hint="bob@example.com") is Step.SIGN_IN


def test_several_people_pick_unless_a_hint_says_who() -> None:
    assert Scene(ADA, BOB).step() is Step.PICK_ACCOUNT
    assert Scene(ADA, BOB).step(login_hint="bob@example.com") is Step.DONE
    assert Scene(ADA).step(prompt="select_account") is Step.PICK_ACCOUNT
    with pytest.raises(Returned) as caught:
        Scene(ADA, BOB).step(prompt="none")
    assert caught.value.refused.code == 16000


def test_a_domain_hint_leaves_out_people_of_other_domains() -> None:
    assert Scene(ADA).step(domain_hint="example.com") is Step.DONE
    assert Scene(ADA).step(domain_hint="organizations") is Step.DONE
    assert Scene(ADA).step(domain_hint="partner.example") is Step.SIGN_IN
    assert Scene(ADA).step(domain_hint="consumers") is Step.SIGN_IN


def test_a_session_that_was_ended_does_not_count() -> None:
    scene = Scene(ADA)
    scene.tenant.users[ADA].revoke_sessions(START)
    assert scene.step() is Step.SIGN_IN
    interaction = Interaction("i", asked(), "b")
    assert candidates(interaction, scene.around) == []
    assert [user.id for user in remembered(interaction, scene.around)] == [ADA]


def test_consent_is_asked_for_when_it_is_missing_or_wanted() -> None:
    scene = Scene(ADA)
    assert scene.step(prompt="consent") is Step.CONSENT
    assert scene.step(scopes=frozenset({"Files.Read.All"})) is Step.NEED_ADMINISTRATOR
    assert Scene(BOB).step(scopes=frozenset({"Files.Read.All"})) is Step.CONSENT
    with pytest.raises(Returned) as caught:
        scene.step(scopes=frozenset({"Files.Read.All"}), prompt="none")
    assert caught.value.error == "consent_required"


def test_an_administrators_consent_is_an_administrators() -> None:
    assert Scene(ADA).step(admin_consent=True) is Step.NEED_ADMINISTRATOR
    assert Scene(BOB).step(admin_consent=True) is Step.CONSENT


def test_conditional_access_comes_last() -> None:
    scene = Scene(ADA)
    scene.tenant.outcomes[ADA, SIGN_IN] = Outcome.MFA
    assert scene.step() is Step.PROVE
    scene.browser.accounts[ADA].passed.add(SIGN_IN)
    assert scene.step() is Step.DONE
    scene.tenant.outcomes[ADA, "c1"] = Outcome.BLOCK
    assert scene.step(acrs=("c1",)) is Step.DONE
    with pytest.raises(Refused, match="AADSTS53003"):
        scene.step(acrs=("c1",), acrs_essential=True)


def test_people_of_another_tenant_do_not_fit() -> None:
    scene = Scene(ADA)
    user = scene.tenant.users[ADA]
    assert fits(asked(tenant_name="example.com"), scene.tenant, user)
    assert fits(asked(tenant_name="organizations"), scene.tenant, user)
    assert not fits(asked(tenant_name="consumers"), scene.tenant, user)
    with pytest.raises(Refused, match="AADSTS50020"):
        scene.step(user=ADA, tenant_name="other.example")


def test_somebody_who_was_deleted_on_the_way_is_refused() -> None:
    scene = Scene(ADA)
    del scene.tenant.users[ADA]
    with pytest.raises(Refused, match="AADSTS50034"):
        scene.step(user=ADA)
