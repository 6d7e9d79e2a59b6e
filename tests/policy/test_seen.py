from __future__ import annotations

from dataclasses import replace

import pytest

from doorward.model.access import AccessRequest
from doorward.policy.seen import seen
from doorward.policy.selectors import SELECTORS
from tests.fakes.clock import START
from tests.policy.said import machine, nobody, person, said
from tests.policy.selectors.certificates import shown

ADA = person("ada@corp.com", "staff", "board", upn="ada@corp", roles=["admin"], claims=[("office", "3")])


@pytest.mark.parametrize(
    ("selector", "request_", "fact"),
    [
        ("email:bob@corp.com", ADA, "ada@corp.com"),
        ("group:sales", ADA, "board, staff"),
        ("role:reader", ADA, "admin"),
        ("claim:office=4", ADA, "3"),
        ("claim:floor=4", ADA, "none"),
        ("upn:x@corp", ADA, "ada@corp"),
        ("auth_context:c1@people", ADA, "none"),
        ("identity_provider:entra", ADA, "people"),
        ("email:bob@corp.com", nobody(), "nobody is signed in"),
        ("ip_range:192.0.2.0/24", nobody("10.0.0.1"), "10.0.0.1"),
        ("country:DE", nobody(), "unknown"),
        ("country:DE", replace(nobody(), country="FR"), "FR"),
        ("continent:EU", replace(nobody(), continent="AS"), "AS"),
        ("service_token:ci", machine("robot"), "robot"),
        ("any_service_token", nobody(), "none"),
        ("authentication_method:mfa", ADA, "none"),
        ("path:/admin", replace(ADA, path="/public"), "/public"),
        ("path:/admin", ADA, "unknown"),
        ("method:GET", replace(ADA, method="POST"), "POST"),
        ("weekday:mon UTC", replace(ADA, at=START), "2026-03-01 12:00:00+00:00"),
        ("time_of_day:09:00-17:30 UTC", ADA, "unknown"),
        ("certificate", nobody(), "none that counts"),
        ("certificate:lab", shown("corp"), "corp"),
        ("common_name:b", shown(names=("a",)), "a"),
        ("san:b", shown(sans=("DNS:a", "DNS:b")), "DNS:a, DNS:b"),
        ("san:b", shown(), "none"),
        ("everyone", ADA, ""),
        ("moon_phase:full", ADA, ""),
    ],
)
def test_the_fact_stands_beside_what_the_rule_wants(
    selector: str, request_: AccessRequest, fact: str
) -> None:
    assert seen(said(selector)[0], request_) == fact


def test_of_many_groups_only_some_are_named() -> None:
    many = person("ada@corp.com", *(f"g{number:03}" for number in range(500)))
    assert seen(said("group:x")[0], many).endswith("g011 and 488 more")


@pytest.mark.parametrize("kind", sorted(set(SELECTORS) - {"everyone"}))
def test_every_kind_of_selector_says_what_it_looks_at(kind: str) -> None:
    assert seen(said(f"{kind}:x")[0], ADA)
