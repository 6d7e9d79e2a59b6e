from __future__ import annotations

from ipaddress import ip_address

import pytest

from doorward.model.access import AccessRequest
from doorward.model.policy import Policy
from doorward.policy.launcher import visible
from tests.nouns import identity
from tests.policy.said import HELLO, compiled, policy


@pytest.mark.parametrize(
    ("policies", "seen"),
    [
        ((), False),
        ((policy("allow", "group:staff"),), True),
        ((policy("allow", "group:board"),), False),
        ((policy("allow", "everyone", require=["ip_range:192.0.2.0/24"]),), False),
        ((policy("bypass", "everyone"),), True),
        ((policy("service_auth", "any_service_token"),), False),
    ],
)
def test_the_launcher_shows_what_the_person_could_open_now(
    policies: tuple[Policy, ...], *, seen: bool
) -> None:
    request = AccessRequest(application=HELLO, source=ip_address("10.0.0.1"), identity=identity())
    assert visible(compiled(*policies), request) is seen
