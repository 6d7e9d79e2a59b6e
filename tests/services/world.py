"""A control plane's services over fakes: the world in which the tests of services play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from doorward.model.identity_provider import (
    IdentityProvider,
)
from doorward.services.arrivals import Arrivals
from doorward.services.audited.denials import Denials
from doorward.services.background import Background
from doorward.services.configuration import Configurations, PasswordHashing
from doorward.services.current import Current
from doorward.services.decide import Decider
from doorward.services.directory import Directories
from doorward.services.directory_admission import DirectoryAdmission
from doorward.services.directory_effects import DirectoryEffects
from doorward.services.entering import Entering
from doorward.services.external_evaluations import ExternalEvaluations
from doorward.services.flows import Flows
from doorward.services.grant_ends import GrantEnds
from doorward.services.identity_providers import IdentityProviders
from doorward.services.keeping_up import KeepingUp
from doorward.services.key_rotation import KeyRotation
from doorward.services.live_streams import LiveStreams
from doorward.services.machines import Machines
from doorward.services.named_lists import NamedLists
from doorward.services.pins import Pins, SignsIn
from doorward.services.provider_logout import ProviderLogout
from doorward.services.publish import CertificateAndKey, Publisher
from doorward.services.rate_limits import MailLimits, SignInLimits
from doorward.services.reevaluate import Reevaluation
from doorward.services.requests import Requests
from doorward.services.sealing import Seal
from doorward.services.sessions import LiveSessions
from doorward.services.sightings import Sightings
from doorward.services.sign_in import Provider, SignIn
from doorward.services.time_boundaries import TimeBoundaries
from doorward.services.tokens import Tokens
from doorward.services.trials import Trials
from doorward.services.tunnel_secrets import TunnelSecrets
from doorward.services.tunnels import Tunnels
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.directory_provider import FakeDirectoryProvider
from tests.fakes.edges import FakeEdges
from tests.fakes.evaluators import FakeEvaluators
from tests.fakes.identity import FakePasswordProvider, FakePinProvider
from tests.fakes.mail import FakeMail
from tests.fakes.places import FakePlaces
from tests.fakes.relays import FakeRelays
from tests.fakes.signing import FakeKeyMaker
from tests.fakes.stores import FakeStores
from tests.services.edge_settings import EDGE
from tests.services.factors import join_factors
from tests.services.granting import join_grants
from tests.services.machine_parts import join_machines
from tests.services.passing import join_passes
from tests.services.sample import (
    ADA,
    BOB,
    COMPANY,
    MAIL,
    STAFF,
    TEAM,
    configuration,
    person,
    sample_hash,
)


@dataclass
class World:
    """Everything, joined over fakes. ``await world.begin()`` first."""

    stores: FakeStores = field(default_factory=lambda: FakeStores(configuration()))
    clock: FakeClock = field(default_factory=FakeClock)
    randomness: FakeRandomness = field(default_factory=FakeRandomness)
    edges: FakeEdges = field(default_factory=FakeEdges)
    relays: FakeRelays = field(default_factory=FakeRelays)
    approval_mail: FakeMail = field(default_factory=FakeMail)
    places: FakePlaces = field(default_factory=FakePlaces)
    evaluators: FakeEvaluators = field(default_factory=FakeEvaluators)
    audit: FakeAuditLog = field(default_factory=FakeAuditLog)
    mail: FakePinProvider = field(default_factory=lambda: FakePinProvider(MAIL))
    passwords: FakePasswordProvider = field(default_factory=FakePasswordProvider)
    redirect: FakeDirectoryProvider = field(
        default_factory=lambda: FakeDirectoryProvider(person("eve", "engineers", provider=COMPANY))
    )

    def __post_init__(self) -> None:
        self.passwords.add(ADA, password="ada's")
        self.passwords.add(BOB, password="bob's")
        self.current = Current()
        self.tokens = Tokens(
            self.stores.signing_keys,
            issuer=TEAM,
            clock=self.clock,
            randomness=self.randomness,
            make_key=FakeKeyMaker(),
        )
        self.flows = Flows(team_origin=TEAM, seal=self.seal("flow", 30), randomness=self.randomness)
        self.tunnel_secrets = TunnelSecrets(b"k" * 32)
        self.publisher = Publisher(
            self.stores,
            current=self.current,
            edges=self.edges,
            relays=self.relays,
            tokens=self.tokens,
            tunnel_secrets=self.tunnel_secrets,
            settings=EDGE,
            certificate_for=lambda names: CertificateAndKey(f"certificate for {sorted(names)}", "key"),
            clock=self.clock,
        )
        self.sightings = Sightings()
        self.sessions = LiveSessions(
            self.stores, publisher=self.publisher, relays=self.relays, clock=self.clock
        )
        self.evaluations = ExternalEvaluations(
            self.evaluators, tokens=self.tokens, clock=self.clock, randomness=self.randomness
        )
        self.requests = Requests(
            facts=self.stores.facts,
            grants=self.stores.grants,
            places=self.places,
            evaluations=self.evaluations,
            clock=self.clock,
        )
        self.passes = join_passes(self)
        self.decider = Decider(
            current=self.current,
            sessions=self.stores.sessions,
            requests=self.requests,
            passes=self.passes,
            machines=Machines(tokens=self.tokens, sightings=self.sightings, clock=self.clock),
            tokens=self.tokens,
            flows=self.flows,
            clock=self.clock,
        )
        self.streams = LiveStreams(
            self.stores, current=self.current, requests=self.requests, relays=self.relays, clock=self.clock
        )
        self.keys = KeyRotation(self.tokens, publisher=self.publisher, streams=self.streams)
        self.configurations = Configurations(
            self.stores,
            current=self.current,
            publisher=self.publisher,
            edges=self.edges,
            sessions=self.sessions,
            streams=self.streams,
            passwords=PasswordHashing(sample_hash, lambda h, p: h == sample_hash(p)),
            reserved=["access.example.com"],
            randomness=self.randomness,
            clock=self.clock,
        )
        self.limits = SignInLimits(self.clock)
        self.admission = DirectoryAdmission(self.stores.directory, current=self.current)
        self.arrivals = self._arrivals()
        joined = join_factors(self)
        self.passkeys, self.enrolment, self.factors = joined.passkeys, joined.enrolment, joined.factors
        self.sign_in = self._sign_in()
        self.mail_limits, self.pin_seal = MailLimits(self.clock), self.seal("pin", 10)
        self.background = Background(at_once=2, waiting=100)
        self.pins = self.make_pins(self.arrivals, self.background)
        self.entering = self._entering()
        self.trials = Trials(team_origin=TEAM, clock=self.clock, randomness=self.randomness)
        self.identity_providers = IdentityProviders(
            current=self.current,
            provider_for=self.provider_for,
            trials=self.trials,
            callback=f"{TEAM}/cdn-cgi/access/callback",
            clock=self.clock,
        )
        self.provider_logout = ProviderLogout(
            self.stores,
            current=self.current,
            sessions=self.sessions,
            provider_for=self.provider_for,
            clock=self.clock,
        )
        self.reevaluation = Reevaluation(
            self.stores,
            current=self.current,
            publisher=self.publisher,
            streams=self.streams,
            clock=self.clock,
        )
        self.grant_ends = GrantEnds(self.stores.grants, streams=self.streams, clock=self.clock)
        self.grants = join_grants(self)
        self.keeping_up = KeepingUp(
            self.stores.sessions,
            current=self.current,
            live=self.sessions,
            reevaluation=self.reevaluation,
            admission=self.admission,
            provider_for=self.provider_for,
            clock=self.clock,
        )
        self.directories = Directories(
            self.stores.directory,
            effects=DirectoryEffects(
                self.stores, sessions=self.sessions, facts=self.reevaluation, clock=self.clock
            ),
            clock=self.clock,
            randomness=self.randomness,
        )
        self.tunnels = Tunnels(
            self.configurations,
            relays=self.relays,
            secrets=self.tunnel_secrets,
            authority=EDGE.authority,
            write_token=lambda tunnel, secret: f"token of {tunnel.name} {secret}",
            randomness=self.randomness,
        )
        machines = join_machines(self)
        self.service_tokens, self.service_token_upkeep = machines.tokens, machines.upkeep
        self.time_boundaries = TimeBoundaries(
            certificates=self.requests.certificates,
            current=self.current,
            streams=self.streams,
            relays=self.relays,
            clock=self.clock,
        )
        self.lists = NamedLists(self.configurations)

    def provider_for(self, provider: IdentityProvider) -> Provider:
        known: Mapping[str, Provider] = {STAFF: self.passwords, MAIL: self.mail}
        return known.get(provider.id, self.redirect)

    def _arrivals(self) -> Arrivals:
        return Arrivals(
            self.stores.sessions,
            current=self.current,
            admission=self.admission,
            ending=self.sessions,
            clock=self.clock,
            randomness=self.randomness,
        )

    def _sign_in(self) -> SignIn:
        return SignIn(
            self.stores.one_time_values,
            current=self.current,
            after_password=self.factors,
            flows=self.flows,
            transactions=self.seal("sign-in", 10),
            provider_for=self.provider_for,
            limits=self.limits,
            callback=f"{TEAM}/cdn-cgi/access/callback",
            clock=self.clock,
        )

    def make_pins(self, arrivals: SignsIn, background: Background) -> Pins:
        return Pins(
            self.stores.one_time_values,
            current=self.current,
            arrivals=arrivals,
            provider_for=self.provider_for,
            background=background,
            limits=self.limits,
            mails=self.mail_limits,
            seal=self.pin_seal,
            place="access.example.com",
            clock=self.clock,
            randomness=self.randomness,
        )

    def _entering(self) -> Entering:
        return Entering(
            self.stores,
            current=self.current,
            requests=self.requests,
            denials=Denials(self.audit),
            tokens=self.tokens,
            authority=EDGE.authority,
            clock=self.clock,
            randomness=self.randomness,
        )

    def seal(self, purpose: str, minutes: int) -> Seal:
        lifetime = timedelta(minutes=minutes)
        return Seal(b"s" * 32, purpose=purpose, lifetime=lifetime, clock=self.clock)

    async def begin(self) -> None:
        """Load keys and bring the configuration into force."""
        await self.tokens.refresh()
        await self.publisher.publish()
