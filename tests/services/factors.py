"""The services of passkeys and codes, joined over fakes, for the world of the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from doorward.model.identity_provider import IdentityProvider
from doorward.services.arrivals import Arrivals
from doorward.services.current import Current
from doorward.services.enrolment import Enrolment
from doorward.services.passkeys import Passkeys
from doorward.services.rate_limits import FactorLimits, SignInLimits
from doorward.services.sealing import Seal
from doorward.services.second_factors import SecondFactors
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.stores import FakeStores

PLACE = "access.example.com"


@dataclass(frozen=True)
class Factors:
    passkeys: Passkeys
    enrolment: Enrolment
    factors: SecondFactors


class Joined(Protocol):
    """What the world has joined already."""

    stores: FakeStores
    current: Current
    arrivals: Arrivals
    limits: SignInLimits
    clock: FakeClock
    randomness: FakeRandomness

    def provider_for(self, provider: IdentityProvider) -> object: ...

    def seal(self, purpose: str, minutes: int) -> Seal: ...


def join_factors(world: Joined) -> Factors:
    passkeys = Passkeys(
        world.stores.credentials,
        world.stores.one_time_values,
        place=PLACE,
        origin=f"https://{PLACE}",
        seal=world.seal("passkey", 10),
        clock=world.clock,
        randomness=world.randomness,
    )
    enrolment = Enrolment(
        world.stores.credentials,
        passkeys,
        place=PLACE,
        seal=world.seal("enrolment", 30),
        clock=world.clock,
        randomness=world.randomness,
    )
    factors = SecondFactors(
        world.stores.credentials,
        world.stores.one_time_values,
        current=world.current,
        arrivals=world.arrivals,
        provider_for=world.provider_for,
        passkeys=passkeys,
        enrolment=enrolment,
        limits=world.limits,
        factor_limits=FactorLimits(world.clock),
        seal=world.seal("half", 10),
        clock=world.clock,
        randomness=world.randomness,
    )
    return Factors(passkeys, enrolment, factors)
