"""Second factors, joined: passkeys, codes, and setting them up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorward.bootstrap.data_folder import DataFolder
from doorward.model.identity_provider import IdentityProvider
from doorward.ports.clock import Clock, Randomness
from doorward.ports.stores import Stores
from doorward.services.arrivals import Arrivals
from doorward.services.current import Current
from doorward.services.enrolment import LIFETIME as ENROLMENT_LIFETIME
from doorward.services.enrolment import Enrolment
from doorward.services.passkeys import LIFETIME as PASSKEY_LIFETIME
from doorward.services.passkeys import Passkeys
from doorward.services.rate_limits import FactorLimits, SignInLimits
from doorward.services.sealing import Seal
from doorward.services.second_factors import LIFETIME as HALF_LIFETIME
from doorward.services.second_factors import SecondFactors


@dataclass(frozen=True, slots=True)
class Factors:
    """``second`` asks for them after a password; ``enrolment`` is how people set them up."""

    enrolment: Enrolment
    second: SecondFactors


def join_factors(  # noqa: PLR0913 - called once, in bootstrap
    folder: DataFolder,
    *,
    place: str,
    origin: str,
    stores: Stores,
    current: Current,
    arrivals: Arrivals,
    provider_for: Callable[[IdentityProvider], object],
    limits: SignInLimits,
    clock: Clock,
    randomness: Randomness,
) -> Factors:
    """Make each once. ``place`` is the team domain, ``origin`` the origin of its pages."""
    passkeys = Passkeys(
        stores.credentials,
        stores.one_time_values,
        place=place,
        origin=origin,
        seal=Seal(folder.derive("passkeys"), purpose="passkey", lifetime=PASSKEY_LIFETIME, clock=clock),
        clock=clock,
        randomness=randomness,
    )
    enrolment = Enrolment(
        stores.credentials,
        passkeys,
        place=place,
        seal=Seal(folder.derive("enrolment"), purpose="enrolment", lifetime=ENROLMENT_LIFETIME, clock=clock),
        clock=clock,
        randomness=randomness,
    )
    second = SecondFactors(
        stores.credentials,
        stores.one_time_values,
        current=current,
        arrivals=arrivals,
        provider_for=provider_for,
        passkeys=passkeys,
        enrolment=enrolment,
        limits=limits,
        factor_limits=FactorLimits(clock),
        seal=Seal(folder.derive("second factors"), purpose="half", lifetime=HALF_LIFETIME, clock=clock),
        clock=clock,
        randomness=randomness,
    )
    return Factors(enrolment, second)
