"""The web application over the control plane's services: which page needs which of them."""

from __future__ import annotations

from typing import Protocol

from starlette.applications import Starlette

from doorward.ports.clock import Clock, Randomness
from doorward.services.arrivals import Arrivals
from doorward.services.current import Current
from doorward.services.decide import Decider
from doorward.services.enrolment import Enrolment
from doorward.services.entering import Entering
from doorward.services.flows import Flows
from doorward.services.grants import Grants
from doorward.services.identity_providers import IdentityProviders
from doorward.services.passes import Passes
from doorward.services.pins import Pins
from doorward.services.provider_logout import ProviderLogout
from doorward.services.second_factors import SecondFactors
from doorward.services.sessions import LiveSessions
from doorward.services.sign_in import SignIn
from doorward.services.tokens import Tokens
from doorward.services.trials import Trials
from doorward.web.access import AccessPages
from doorward.web.answers import Answers
from doorward.web.application import Hosts, TeamPages, web_application
from doorward.web.grants import GrantPages
from doorward.web.launcher import LauncherPage
from doorward.web.passes import PassPages
from doorward.web.passwords import PasswordPages
from doorward.web.pins import PinPages
from doorward.web.provider_pages import ProviderPages
from doorward.web.second_factor import SecondFactorPages
from doorward.web.security import SecurityPages
from doorward.web.sign_in import SignInPages
from doorward.web.static_files import StaticFile
from doorward.web.trials import TrialPages
from doorward.web.ways import Ways


class WebServices(Protocol):
    """The services that pages use."""

    @property
    def current(self) -> Current: ...
    @property
    def flows(self) -> Flows: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def arrivals(self) -> Arrivals: ...
    @property
    def sign_in(self) -> SignIn: ...
    @property
    def pins(self) -> Pins: ...
    @property
    def enrolment(self) -> Enrolment: ...
    @property
    def factors(self) -> SecondFactors: ...
    @property
    def entering(self) -> Entering: ...
    @property
    def decider(self) -> Decider: ...
    @property
    def sessions(self) -> LiveSessions: ...
    @property
    def passes(self) -> Passes: ...
    @property
    def grants(self) -> Grants: ...
    @property
    def trials(self) -> Trials: ...
    @property
    def identity_providers(self) -> IdentityProviders: ...
    @property
    def provider_logout(self) -> ProviderLogout: ...


def join_pages(
    services: WebServices,
    answers: Answers,
    *,
    team_domain: str,
    static_files: dict[str, StaticFile],
    clock: Clock,
    randomness: Randomness,
) -> Starlette:
    """Every page. ``team_domain`` is without a port."""
    ways = Ways(services.flows, services.entering, team_origin=answers.team_origin)
    pins = PinPages(services.pins, services.sign_in, ways=ways, answers=answers, randomness=randomness)
    passwords = PasswordPages(
        services.sign_in, services.factors, ways=ways, answers=answers, randomness=randomness
    )
    grants = GrantPages(services.grants, services.arrivals, ways=ways, answers=answers, randomness=randomness)
    return web_application(
        hosts=Hosts(team_domain, services.current),
        answers=answers,
        team=TeamPages(
            launcher=LauncherPage(
                services.arrivals, services.entering, services.sign_in, services.grants, answers
            ),
            sign_in=SignInPages(
                services.sign_in,
                arrivals=services.arrivals,
                entering=services.entering,
                trials=services.trials,
                ways=ways,
                passwords=passwords,
                pins=pins,
                grants=grants,
                answers=answers,
            ),
            grants=grants,
            passwords=passwords,
            pins=pins,
            second_factor=SecondFactorPages(
                services.factors, services.enrolment, ways=ways, answers=answers, randomness=randomness
            ),
            security=SecurityPages(
                services.enrolment,
                services.arrivals,
                services.sign_in,
                answers=answers,
                clock=clock,
                randomness=randomness,
            ),
            passes=PassPages(
                services.passes,
                services.arrivals,
                services.entering,
                answers=answers,
                randomness=randomness,
            ),
            trials=TrialPages(services.trials, services.sign_in, answers),
            providers=ProviderPages(
                services.provider_logout, services.identity_providers, services.sign_in, answers
            ),
        ),
        access=AccessPages(
            team_domain=team_domain,
            sign_in=services.sign_in,
            arrivals=services.arrivals,
            entering=services.entering,
            decider=services.decider,
            sessions=services.sessions,
            tokens=services.tokens,
            answers=answers,
        ),
        static_files=static_files,
    )
