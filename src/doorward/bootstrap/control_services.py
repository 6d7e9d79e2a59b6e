"""The control plane's services, joined with their stores and with each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from doorward.bootstrap.control_factors import join_factors
from doorward.bootstrap.control_grants import join_grants
from doorward.bootstrap.control_machines import join_machines
from doorward.bootstrap.control_settings import ControlSettings
from doorward.bootstrap.data_folder import DataFolder
from doorward.edge.ads import AdsServer
from doorward.edge.relays import RelayControl
from doorward.envoy import names
from doorward.envoy.state import EdgeSettings
from doorward.identity.external_evaluators import HttpEvaluators
from doorward.identity.passwords import Passwords, hash_password, verify_password
from doorward.identity.providers import Providers
from doorward.model.tunnel import Tunnel
from doorward.ports.audit import AuditLog
from doorward.ports.clock import Clock, Randomness
from doorward.ports.places import Places
from doorward.ports.stores import Stores
from doorward.services import flows, pins, sign_in
from doorward.services.arrivals import Arrivals
from doorward.services.audited.denials import Denials
from doorward.services.background import Background
from doorward.services.configuration import Configurations, PasswordHashing
from doorward.services.current import Current
from doorward.services.decide import Decider
from doorward.services.directory import Directories
from doorward.services.directory_admission import DirectoryAdmission
from doorward.services.directory_effects import DirectoryEffects
from doorward.services.enrolment import Enrolment
from doorward.services.entering import Entering
from doorward.services.explanations import Explanations
from doorward.services.external_evaluations import ExternalEvaluations
from doorward.services.facts import Facts
from doorward.services.flows import Flows
from doorward.services.grant_ends import GrantEnds
from doorward.services.grants import Grants
from doorward.services.identity_providers import IdentityProviders
from doorward.services.keeping_up import KeepingUp
from doorward.services.key_rotation import KeyRotation
from doorward.services.live_streams import LiveStreams
from doorward.services.named_lists import NamedLists
from doorward.services.passes import Passes
from doorward.services.pins import Pins
from doorward.services.provider_logout import ProviderLogout
from doorward.services.publish import CertificateFor, Publisher
from doorward.services.rate_limits import MailLimits, SignInLimits
from doorward.services.reevaluate import Reevaluation
from doorward.services.requests import Requests
from doorward.services.sealing import Seal
from doorward.services.second_factors import SecondFactors
from doorward.services.service_token_upkeep import ServiceTokenUpkeep
from doorward.services.service_tokens import ServiceTokens
from doorward.services.sessions import LiveSessions
from doorward.services.sign_in import SignIn
from doorward.services.time_boundaries import TimeBoundaries
from doorward.services.timetable import Timetable
from doorward.services.token_keys import make_private_key
from doorward.services.tokens import Tokens
from doorward.services.trials import Trials
from doorward.services.tunnel_secrets import TunnelSecrets
from doorward.services.tunnels import Tunnels

MAILS_AT_ONCE, MAILS_WAITING = 4, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlServices:
    """Every use case, ready for the rims. ``tunnel_secrets`` is for the token of the edge's own tunnel."""

    current: Current
    flows: Flows
    tokens: Tokens
    keys: KeyRotation
    tunnel_secrets: TunnelSecrets
    publisher: Publisher
    passwords: Passwords
    providers: Providers
    arrivals: Arrivals
    sign_in: SignIn
    pins: Pins
    enrolment: Enrolment
    factors: SecondFactors
    background: Background
    entering: Entering
    decider: Decider
    sessions: LiveSessions
    configurations: Configurations
    tunnels: Tunnels
    service_tokens: ServiceTokens
    service_token_upkeep: ServiceTokenUpkeep
    lists: NamedLists
    trials: Trials
    identity_providers: IdentityProviders
    provider_logout: ProviderLogout
    keeping_up: KeepingUp
    time_boundaries: TimeBoundaries
    directories: Directories
    streams: LiveStreams
    geography: Places
    explanations: Explanations
    passes: Passes
    grants: Grants
    grant_ends: GrantEnds
    facts: Facts
    evaluators: HttpEvaluators
    evaluations: ExternalEvaluations
    timetable: Timetable


def join_services(  # noqa: PLR0913 - called once, in bootstrap
    settings: ControlSettings,
    folder: DataFolder,
    *,
    edge: EdgeSettings,
    stores: Stores,
    audit: AuditLog,
    ads: AdsServer,
    relays: RelayControl,
    certificate_for: CertificateFor,
    write_token: Callable[[Tunnel, str], str],
    geography: Places,
    clock: Clock,
    randomness: Randomness,
) -> ControlServices:
    """Make every service once."""
    current = Current()
    callback = f"{edge.issuer}{names.ACCESS_PATH}callback"
    tokens = Tokens(
        stores.signing_keys, clock=clock, randomness=randomness, issuer=edge.issuer, make_key=make_private_key
    )
    tunnel_secrets = TunnelSecrets(folder.derive("tunnel secrets"))
    publisher = Publisher(
        stores,
        current=current,
        edges=ads,
        relays=relays,
        tokens=tokens,
        tunnel_secrets=tunnel_secrets,
        settings=edge,
        certificate_for=certificate_for,
        clock=clock,
    )
    seal_flows = Seal(folder.derive("flows"), purpose="flow", lifetime=flows.LIFETIME, clock=clock)
    seal_sign_ins = Seal(
        folder.derive("sign-ins"), purpose="sign-in", lifetime=sign_in.TRANSACTION_LIFETIME, clock=clock
    )
    way = Flows(team_origin=edge.issuer, seal=seal_flows, randomness=randomness)
    passwords = Passwords()
    providers = Providers(passwords=passwords, clock=clock, randomness=randomness)
    sessions = LiveSessions(stores, publisher=publisher, relays=relays, clock=clock)
    evaluators = HttpEvaluators(clock=clock)
    evaluations = ExternalEvaluations(evaluators, tokens=tokens, clock=clock, randomness=randomness)
    requests = Requests(
        facts=stores.facts, grants=stores.grants, places=geography, evaluations=evaluations, clock=clock
    )
    streams = LiveStreams(stores, current=current, requests=requests, relays=relays, clock=clock)
    reevaluation = Reevaluation(stores, current=current, publisher=publisher, streams=streams, clock=clock)
    facts = Facts(
        stores, current=current, reevaluation=reevaluation, provider_for=providers.adapter, clock=clock
    )
    admission = DirectoryAdmission(stores.directory, current=current)
    arrivals = Arrivals(
        stores.sessions,
        current=current,
        admission=admission,
        ending=sessions,
        clock=clock,
        randomness=randomness,
    )
    limits, background = SignInLimits(clock), Background(at_once=MAILS_AT_ONCE, waiting=MAILS_WAITING)
    factors = join_factors(
        folder,
        place=settings.team_domain,
        origin=edge.issuer,
        stores=stores,
        current=current,
        arrivals=arrivals,
        provider_for=providers.adapter,
        limits=limits,
        clock=clock,
        randomness=randomness,
    )
    passes = Passes(
        stores,
        current=current,
        requests=requests,
        tokens=tokens,
        ending=sessions,
        clock=clock,
        randomness=randomness,
    )
    trials = Trials(team_origin=edge.issuer, clock=clock, randomness=randomness)
    configurations = Configurations(
        stores,
        current=current,
        publisher=publisher,
        edges=ads,
        sessions=sessions,
        streams=streams,
        passwords=PasswordHashing(hash_password, lambda stored, password: verify_password(password, stored)),
        reserved=[settings.team_domain],
        randomness=randomness,
        clock=clock,
    )
    grants, grant_ends = join_grants(
        stores,
        team_origin=edge.issuer,
        current=current,
        requests=requests,
        reevaluation=reevaluation,
        streams=streams,
        background=background,
        clock=clock,
        randomness=randomness,
    )
    machines = join_machines(
        stores.service_token_uses,
        current=current,
        tokens=tokens,
        configurations=configurations,
        publisher=publisher,
        streams=streams,
        clock=clock,
        randomness=randomness,
    )
    return ControlServices(
        current=current,
        flows=way,
        tokens=tokens,
        keys=KeyRotation(tokens, publisher=publisher, streams=streams),
        tunnel_secrets=tunnel_secrets,
        publisher=publisher,
        passwords=passwords,
        providers=providers,
        arrivals=arrivals,
        sign_in=SignIn(
            stores.one_time_values,
            current=current,
            after_password=factors.second,
            flows=way,
            transactions=seal_sign_ins,
            provider_for=providers.adapter,
            limits=limits,
            callback=callback,
            clock=clock,
        ),
        enrolment=factors.enrolment,
        factors=factors.second,
        pins=Pins(
            stores.one_time_values,
            current=current,
            arrivals=arrivals,
            provider_for=providers.adapter,
            background=background,
            limits=limits,
            mails=MailLimits(clock),
            seal=Seal(folder.derive("pins"), purpose="pin", lifetime=pins.LIFETIME, clock=clock),
            place=settings.team_domain,
            clock=clock,
            randomness=randomness,
        ),
        background=background,
        entering=Entering(
            stores,
            current=current,
            requests=requests,
            denials=Denials(audit),
            tokens=tokens,
            authority=edge.authority,
            clock=clock,
            randomness=randomness,
        ),
        decider=Decider(
            current=current,
            sessions=stores.sessions,
            requests=requests,
            passes=passes,
            machines=machines.recognised,
            tokens=tokens,
            flows=way,
            clock=clock,
        ),
        sessions=sessions,
        configurations=configurations,
        tunnels=Tunnels(
            configurations,
            relays=relays,
            secrets=tunnel_secrets,
            authority=edge.authority,
            write_token=write_token,
            randomness=randomness,
        ),
        lists=NamedLists(configurations),
        service_tokens=machines.service_tokens,
        service_token_upkeep=machines.upkeep,
        trials=trials,
        identity_providers=IdentityProviders(
            current=current,
            provider_for=providers.adapter,
            trials=trials,
            callback=callback,
            clock=clock,
        ),
        provider_logout=ProviderLogout(
            stores, current=current, sessions=sessions, provider_for=providers.adapter, clock=clock
        ),
        keeping_up=KeepingUp(
            stores.sessions,
            current=current,
            live=sessions,
            reevaluation=reevaluation,
            admission=admission,
            provider_for=providers.adapter,
            clock=clock,
        ),
        passes=passes,
        grants=grants,
        explanations=Explanations(
            stores.sessions,
            current=current,
            requests=requests,
            admission=admission,
            provider_for=providers.adapter,
            clock=clock,
        ),
        facts=facts,
        evaluators=evaluators,
        evaluations=evaluations,
        grant_ends=grant_ends,
        timetable=Timetable([facts, grant_ends], clock=clock),
        time_boundaries=TimeBoundaries(
            current=current, streams=streams, certificates=requests.certificates, relays=relays, clock=clock
        ),
        directories=Directories(
            stores.directory,
            effects=DirectoryEffects(stores, sessions=sessions, facts=reevaluation, clock=clock),
            clock=clock,
            randomness=randomness,
        ),
        streams=streams,
        geography=geography,
    )
