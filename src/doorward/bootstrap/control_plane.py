"""The control plane's objects, joined: the one place that names every concrete class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI
from starlette.applications import Starlette

from doorward.api.application import Verbs, api_application
from doorward.authz.server import AuthorizationServer
from doorward.bootstrap import places
from doorward.bootstrap.certificates_files import ensure_authority, ensure_certificate
from doorward.bootstrap.certificates_own import load_own
from doorward.bootstrap.control_settings import ControlSettings
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.system import SystemClock, SystemRandomness
from doorward.edge.ads import AdsServer
from doorward.edge.relays import RelayControl
from doorward.envoy import names
from doorward.envoy.state import EdgeSettings
from doorward.identity.passwords import Passwords, hash_password, verify_password
from doorward.identity.providers import Providers
from doorward.model.tunnel import Tunnel
from doorward.services import flows, sign_in
from doorward.services.configuration import Configurations, PasswordHashing
from doorward.services.current import Current
from doorward.services.decide import Decider
from doorward.services.flows import Flows
from doorward.services.live_streams import LiveStreams
from doorward.services.publish import EDGE_TUNNEL, CertificateAndKey, Publisher
from doorward.services.rate_limits import SignInLimits
from doorward.services.sealing import Seal
from doorward.services.service_tokens import ServiceTokens
from doorward.services.sessions import LiveSessions
from doorward.services.sign_in import SignIn
from doorward.services.status import Status, status
from doorward.services.tokens import Tokens
from doorward.services.tunnel_secrets import TunnelSecrets
from doorward.services.tunnels import Tunnels
from doorward.stores.sql_stores import SqlStores
from doorward.tunnel.token import RelayAddress, TunnelToken, encode
from doorward.web.access import AccessPages
from doorward.web.answers import Answers
from doorward.web.application import Hosts, web_application
from doorward.web.edge_pages import edge_page_csp, edge_pages
from doorward.web.launcher import LauncherPage
from doorward.web.pages import Pages
from doorward.web.sign_in import SignInPages
from doorward.web.static_files import load_static_files


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlane:
    """What a control plane process runs and keeps up to date."""

    stores: SqlStores
    ads: AdsServer
    relays: RelayControl
    authorization: AuthorizationServer
    web: Starlette
    api: FastAPI
    publisher: Publisher
    tokens: Tokens
    providers: Providers
    passwords: Passwords
    edge_token: str

    def status(self) -> Status:
        """What is so at this moment."""
        return status(self.publisher, self.ads, self.relays)

    async def close(self) -> None:
        """Let go of everything."""
        await self.relays.close()
        await self.providers.aclose()
        await self.passwords.aclose()
        await self.stores.close()


class _Certificates:
    """The certificate for the hostnames in use: the administrator's, or one of our own authority."""

    def __init__(self, settings: ControlSettings, folder: DataFolder, clock: SystemClock) -> None:
        self._settings = settings
        self._clock = clock
        self._path = folder.path / places.EDGE_CERTIFICATE
        self.authority = ensure_authority(folder.keys, clock)

    def issue(self, hostnames: Sequence[str]) -> CertificateAndKey:
        """Raises Invalid when the administrator's own does not cover them."""
        own, key = self._settings.certificate, self._settings.private_key
        if own is not None and key is not None:
            pair = load_own(own, key, hostnames=hostnames, now=self._clock.now())
        else:
            pair = ensure_certificate(self.authority, self._path, hostnames, clock=self._clock)
        return CertificateAndKey(pair.certificate.decode(), pair.key.decode())


async def build(settings: ControlSettings, folder: DataFolder) -> ControlPlane:
    """Join everything. Raises as the database, the certificates and the keys do."""
    clock, randomness = SystemClock(), SystemRandomness()
    edge_settings = edge_settings_of(settings)
    certificates = _Certificates(settings, folder, clock)
    stores = await SqlStores.open(folder.database, encryption_key=folder.derive("database"))
    current, ads, relays = Current(), AdsServer(clock), RelayControl()
    tokens = Tokens(stores.signing_keys, clock=clock, randomness=randomness, issuer=edge_settings.issuer)
    tunnel_secrets = TunnelSecrets(folder.derive("tunnel secrets"))
    publisher = Publisher(
        stores,
        current=current,
        edges=ads,
        relays=relays,
        tokens=tokens,
        tunnel_secrets=tunnel_secrets,
        settings=edge_settings,
        certificate_for=certificates.issue,
        clock=clock,
    )
    seal_flows = Seal(folder.derive("flows"), purpose="flow", lifetime=flows.LIFETIME, clock=clock)
    way = Flows(team_origin=edge_settings.issuer, seal=seal_flows, randomness=randomness)
    passwords = Passwords()
    providers = Providers(passwords=passwords, clock=clock, randomness=randomness)
    signing_in = SignIn(
        stores,
        current=current,
        flows=way,
        tokens=tokens,
        transactions=Seal(
            folder.derive("sign-ins"),
            purpose="sign-in",
            lifetime=sign_in.TRANSACTION_LIFETIME,
            clock=clock,
        ),
        provider_for=providers.adapter,
        limits=SignInLimits(clock),
        authority=edge_settings.authority,
        callback=f"{edge_settings.issuer}{names.ACCESS_PATH}callback",
        clock=clock,
        randomness=randomness,
    )
    decider = Decider(current=current, sessions=stores.sessions, tokens=tokens, flows=way, clock=clock)
    sessions = LiveSessions(stores, publisher=publisher, relays=relays, clock=clock)
    configurations = Configurations(
        stores,
        publisher=publisher,
        edges=ads,
        sessions=sessions,
        streams=LiveStreams(stores, current=current, relays=relays, clock=clock),
        passwords=PasswordHashing(hash_password, lambda stored, password: verify_password(password, stored)),
        reserved=[settings.team_domain],
        randomness=randomness,
    )

    def write_token(tunnel: Tunnel, secret: str) -> str:
        return encode(
            TunnelToken(
                tunnel=tunnel.id,
                secret=secret,
                relays=tuple(RelayAddress.parse(text) for text in settings.relay_public),
                server_name=places.RELAY_NAME,
                authority=certificates.authority.certificate.public_bytes(Encoding.DER),
            )
        )

    static_files = load_static_files()
    answers = Answers(Pages(static_files), team_origin=edge_settings.issuer)
    verbs = Verbs(
        configurations=configurations,
        tunnels=Tunnels(
            configurations,
            relays=relays,
            secrets=tunnel_secrets,
            authority=edge_settings.authority,
            write_token=write_token,
            randomness=randomness,
        ),
        sessions=sessions,
        service_tokens=ServiceTokens(configurations, clock=clock, randomness=randomness),
        status=lambda: status(publisher, ads, relays),
    )
    return ControlPlane(
        stores=stores,
        ads=ads,
        relays=relays,
        authorization=AuthorizationServer(decider, answers.refusal),
        web=web_application(
            hosts=Hosts(settings.team_domain, current),
            answers=answers,
            sign_in=SignInPages(signing_in, flows=way, answers=answers, randomness=randomness),
            access=AccessPages(
                team_domain=settings.team_domain,
                sign_in=signing_in,
                decider=decider,
                sessions=sessions,
                tokens=tokens,
                answers=answers,
            ),
            launcher=LauncherPage(signing_in, answers),
            static_files=dict(static_files),
        ),
        api=api_application(verbs),
        publisher=publisher,
        tokens=tokens,
        providers=providers,
        passwords=passwords,
        edge_token=write_token(EDGE_TUNNEL, tunnel_secrets.secret(EDGE_TUNNEL)),
    )


def edge_settings_of(settings: ControlSettings) -> EdgeSettings:
    """What the edge's configuration needs of the process settings."""
    return EdgeSettings(
        team_domain=settings.team_domain,
        https_host=settings.https_host,
        https_port=settings.https_port,
        public_port=settings.public_port,
        control_socket=str(places.GRPC_SOCKET),
        web_socket=str(places.WEB_SOCKET),
        front_folders=(str(places.FRONT_FOLDER),),
        access_log=str(places.ACCESS_LOG),
        pages=edge_pages(),
        pages_policy=edge_page_csp(),
    )


REFRESH = timedelta(minutes=1)
"""How often keys, certificate and the list of revoked sessions are looked at again."""
