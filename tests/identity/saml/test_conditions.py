"""The finer points; every single fact that can be wrong is in ``test_attacks.py``."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.conditions import SKEW, Use
from doorward.identity.saml.moments import written
from doorward.identity.saml.xml import Element, children
from doorward.model.errors import SignInRefused
from tests.fakes.clock import START
from tests.fakes.saml import CALLBACK, REMOVED, FakeSamlProvider, run_sign_in


def assertion(root: Element, *path: str) -> Element:
    found = children(root, names.assertion("Assertion"))[0]
    for name in path:
        found = children(found, names.assertion(name))[0]
    return found


def test_what_the_provider_says_of_its_session_is_kept() -> None:
    fake = FakeSamlProvider(changes={"authenticated": "2026-03-01T08:00:00.250Z"})
    arrival = run_sign_in(fake)
    assert arrival.provider_session == "session-1"
    assert arrival.authenticated == START.replace(hour=8, microsecond=250_000)
    assert run_sign_in(FakeSamlProvider(changes={"session": REMOVED})).provider_session == ""
    assert Use(authenticated=START, session="").session == ""


def test_one_of_several_audiences_is_enough_but_every_restriction_must_be_met() -> None:
    def another_audience(root: Element) -> None:
        restriction = assertion(root, "Conditions", "AudienceRestriction")
        etree.SubElement(restriction, names.assertion("Audience")).text = "https://other.example.com"

    def another_restriction(root: Element) -> None:
        another = copy.deepcopy(assertion(root, "Conditions", "AudienceRestriction"))
        another[0].text = "https://other.example.com"
        assertion(root, "Conditions").append(another)

    run_sign_in(FakeSamlProvider(before_signing=another_audience))
    with pytest.raises(SignInRefused, match="audience") as caught:
        run_sign_in(FakeSamlProvider(before_signing=another_restriction))
    assert CALLBACK in caught.value.administrator


def test_one_confirmation_that_holds_is_enough() -> None:
    def another(root: Element) -> None:
        good = assertion(root, "Subject", "SubjectConfirmation")
        bad = copy.deepcopy(good)
        bad[0].set("InResponseTo", "_other")
        good.addprevious(bad)
        good.addprevious(etree.Element(names.assertion("SubjectConfirmation"), Method="urn:other"))

    run_sign_in(FakeSamlProvider(before_signing=another))


def _add(*path: str, tag: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        etree.SubElement(assertion(root, *path), tag)

    return change


def _drop(*path: str) -> Callable[[Element], None]:
    def change(root: Element) -> None:
        node = assertion(root, *path)
        parent = node.getparent()
        assert parent is not None
        parent.remove(node)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_add("Conditions", tag=names.assertion("Condition")), "does not know"),
        (_add("Conditions", tag="{urn:other}NotOnTuesdays"), "does not know"),
        (_drop("Conditions"), "no conditions"),
        (_add(tag=names.assertion("Conditions")), "no conditions"),
        (_drop("Subject"), "of nobody"),
        (_drop("Subject", "SubjectConfirmation"), "bearer"),
        (_drop("Subject", "SubjectConfirmation", "SubjectConfirmationData"), "for which request"),
        (_drop("Subject", "NameID"), "who signed in"),
        (_drop("AuthnStatement"), "that somebody signed in"),
        (_add(tag=names.assertion("AuthnStatement")), "when somebody signed in"),
        (_add(tag=names.assertion("Issuer")), "issuer"),
    ],
)
def test_what_is_missing_doubled_or_unknown_is_refused(change: Callable[[Element], None], said: str) -> None:
    with pytest.raises(SignInRefused, match=said):
        run_sign_in(FakeSamlProvider(before_signing=change, signs=("response",)))


def test_known_conditions_that_ask_nothing_of_a_sign_in_are_fine() -> None:
    run_sign_in(FakeSamlProvider(before_signing=_add("Conditions", tag=names.assertion("OneTimeUse"))))


@pytest.mark.parametrize(
    "fact", ["issued", "begins", "ends", "confirmed_until", "authenticated", "session_ends"]
)
def test_a_time_that_cannot_be_read_is_refused(fact: str) -> None:
    with pytest.raises(SignInRefused, match="no instant in UTC"):
        run_sign_in(FakeSamlProvider(changes={fact: "2026-03-01T12:00:00+00:00"}))


@pytest.mark.parametrize(("old", "accepted"), [(SKEW, True), (SKEW + timedelta(seconds=1), False)])
def test_where_people_must_prove_themselves_anew_an_old_proof_is_refused(
    old: timedelta, *, accepted: bool
) -> None:
    fake = FakeSamlProvider(changes={"authenticated": written(START - old)})
    settings = replace(fake.settings(), force_authentication=True)
    run_sign_in(fake)  # without that wish it is fine
    if accepted:
        run_sign_in(fake, settings)
    else:
        with pytest.raises(SignInRefused, match="was to ask who you are") as caught:
            run_sign_in(fake, settings)
        assert "ForceAuthn" in caught.value.administrator


def test_a_prompt_asks_for_a_fresh_sign_in_and_leaves_the_judgement_to_the_caller() -> None:
    fake = FakeSamlProvider(changes={"authenticated": "2026-03-01T08:00:00Z"})

    async def run() -> None:
        provider = fake.provider()
        departure = await provider.depart(callback=CALLBACK, prompt="login")
        assert "ForceAuthn" not in departure.transaction
        arrival = await provider.arrive(
            callback=CALLBACK, transaction=departure.transaction, answer=fake.answer(departure)
        )
        assert arrival.authenticated == START.replace(hour=8)

    asyncio.run(run())
