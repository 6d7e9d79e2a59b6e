from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

import pytest

from doorward.audit.entries import ActEntry, DecisionEntry
from doorward.model.access import AccessRequest
from doorward.model.configuration import Configuration
from doorward.model.identity_provider import EntraId, IdentityProvider
from doorward.model.ids import ApplicationId, ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.replay import LeftOut
from doorward.services.logged_facts import LoggedFacts
from doorward.services.logged_requests import LoggedRequest, logged_request
from tests.fakes.clock import START
from tests.services.logged import HOUR, Log, in_force
from tests.services.sample import ADA, COMPANY, application, configuration, person, policy

HELLO = ApplicationId("hello")


def rebuilt(log: Log, present: Configuration | None = None) -> tuple[LoggedRequest, AccessRequest]:
    """The last request of the log, as this configuration sees it."""
    logged, known = found(log, present)
    assert isinstance(logged, LoggedRequest)
    rules = in_force(present or configuration())
    return logged, logged.request(known, rules, rules.by_id[HELLO])


def found(log: Log, present: Configuration | None = None) -> tuple[LoggedRequest | LeftOut, LoggedFacts]:
    known = LoggedFacts(START)
    *_, last = (entry for entry in log.entries() if isinstance(entry, DecisionEntry))
    for entry in log.entries():
        if isinstance(entry, ActEntry):
            known.learn(entry)
    return logged_request(last, known, in_force(present or configuration()).compiled.get(HELLO)), known


def test_a_persons_request_has_every_fact_that_the_log_holds() -> None:
    log = Log()
    log.asks(
        log.signs_in(ADA, "s1"),
        at=START + HOUR,
        allowed=True,
        method="POST",
        path="/wiki",
        country="NL",
        source="2001:db8::7",
    )
    logged, request = rebuilt(log)
    assert (logged.who, logged.allowed) == ("ada@example.com", True)
    assert request == AccessRequest(
        application=HELLO,
        source=ip_address("2001:db8::7"),
        identity=ADA,
        at=START + HOUR,
        method="POST",
        path="/wiki",
        country="NL",
        continent="EU",
        lists=frozenset(),
    )


def test_machines_and_nobody_are_no_persons() -> None:
    log = Log()
    log.asks(None, at=START, allowed=True, service_token="ci")
    logged, request = rebuilt(log)
    assert (logged.who, request.service_token, request.identity) == ("service token ci", "ci", None)
    log.asks(None, at=START, allowed=False)
    logged, request = rebuilt(log)
    assert (logged.who, logged.allowed, request.identity, request.country) == ("", False, None, "")


def test_lists_are_those_of_the_configuration_that_judges() -> None:
    log = Log()
    log.asks(log.signs_in(ADA, "s1"), at=START, allowed=True)
    staff = NamedList(id=ListId("staff"), kind=ListKind.EMAIL, items=("ada@example.com",))
    assert rebuilt(log)[1].lists == frozenset()
    assert rebuilt(log, replace(configuration(), lists=(staff,)))[1].lists == frozenset({staff.id})


def test_authentication_contexts_count_as_long_as_the_configuration_that_judges_says() -> None:
    log = Log()
    eve = log.signs_in(person("eve", provider=COMPANY), "s1")
    log.changes(replace(eve, contexts={"c1": START}), at=START)
    log.asks(eve, at=START + HOUR, allowed=True)

    def contexts(lifetime: timedelta) -> frozenset[str]:
        settings = EntraId(tenant="t", client_id="c", conditional_access=True, context_lifetime=lifetime)
        entra = IdentityProvider(id=COMPANY, name="Company", settings=settings)
        staff, _ = configuration().identity_providers
        _, request = rebuilt(log, replace(configuration(), identity_providers=(staff, entra)))
        assert request.identity is not None
        return request.identity.contexts

    assert contexts(2 * HOUR) == frozenset({"c1"})
    assert contexts(HOUR / 2) == frozenset()


def linking(*linked: str) -> Configuration:
    servers = policy(
        Action.SERVICE_AUTH, *(Selector("linked_app_token", name) for name in linked), name="servers"
    )
    *others, hello = (application(name) for name in (*linked, "hello"))
    return replace(configuration(), applications=(*others, replace(hello, policies=(servers,))))


def test_a_person_let_in_by_a_policy_for_machines_was_a_linked_applications_server() -> None:
    log = Log()
    log.asks(log.signs_in(ADA, "s1"), at=START, allowed=True, policy="servers")
    logged, request = rebuilt(log, linking("shop"))
    assert (request.linked, request.identity, logged.who) == ("shop", None, "ada@example.com")
    assert found(log, linking("shop", "wiki"))[0] is LeftOut.LINK_UNKNOWN


def test_a_person_whose_sign_in_is_not_in_the_log_is_not_taken_for_nobody() -> None:
    log, elsewhere = Log(), Log()
    log.asks(elsewhere.signs_in(ADA, "s1"), at=START, allowed=True)
    assert found(log)[0] is LeftOut.PERSON_UNKNOWN


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"reason": "credentials-refused"}, LeftOut.NOT_BY_POLICIES),
        ({"reason": "not-included,pass-for-other-paths"}, LeftOut.NOT_BY_POLICIES),
        ({"decision": None, "reason": None}, LeftOut.NOT_BY_POLICIES),
        ({"source": "-"}, LeftOut.UNREADABLE),
    ],
)
def test_what_no_policy_decided_is_told_apart(fields: dict[str, Any], why: LeftOut) -> None:
    log = Log()
    log.asks(log.signs_in(ADA, "s1"), at=START, allowed=False, **fields)
    assert found(log)[0] is why


def test_reasons_of_every_policy_decision_are_known() -> None:
    log = Log()
    for allowed in (True, False):
        log.asks(log.signs_in(ADA, "s1"), at=START, allowed=allowed, reason="policy-matched")
        assert isinstance(found(log)[0], LoggedRequest)
