from __future__ import annotations

from datetime import timedelta

import pytest

from doorward.model.errors import NotFound
from doorward.model.identity_provider import IdentityProvider, OpenIdConnect
from doorward.ports.identity import Arrival, Check, CheckState
from doorward.services.trials import LIFETIME, MOST, Trials
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.services.sample import ADA, COMPANY, TEAM

PROVIDER = IdentityProvider(id=COMPANY, settings=OpenIdConnect(issuer="https://a", client_id="b"))
CHECK = Check(name="email", what="Email", state=CheckState.PASSED)


def trials(clock: FakeClock | None = None) -> Trials:
    return Trials(team_origin=TEAM, clock=clock or FakeClock(), randomness=FakeRandomness())


def test_a_trial_is_opened_by_its_ticket_and_shows_who_came_back() -> None:
    found = trials()
    ticket, url = found.begin(PROVIDER)
    assert url == f"{TEAM}/cdn-cgi/access/trial?ticket={ticket}"
    assert found.get(ticket).identity is None
    assert found.get(ticket).raw == {}
    assert found.finish(ticket, Arrival(identity=ADA, raw={"sub": "x"}), [CHECK]).endswith(ticket)
    assert found.get(ticket).identity == ADA
    assert (found.get(ticket).checks, found.get(ticket).raw) == ((CHECK,), {"sub": "x"})


def test_a_trial_is_forgotten_after_a_quarter_of_an_hour() -> None:
    clock = FakeClock()
    found = trials(clock)
    ticket, _ = found.begin(PROVIDER)
    clock.advance(LIFETIME + timedelta(seconds=1))
    with pytest.raises(NotFound, match="begin it again"):
        found.get(ticket)


def test_only_so_many_are_remembered() -> None:
    found = trials()
    tickets = [found.begin(PROVIDER)[0] for _ in range(MOST + 2)]
    with pytest.raises(NotFound):
        found.get(tickets[0])
    assert found.get(tickets[-1]).provider == COMPANY
