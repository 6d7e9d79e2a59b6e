"""The control plane's objects, joined: the one place that names every concrete class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from doorward.api.application import Verbs, api_application
from doorward.authz.server import AuthorizationServer
from doorward.bootstrap import places
from doorward.bootstrap.acting import through_door
from doorward.bootstrap.audit_keeping import Audit, join_audit
from doorward.bootstrap.certificates_files import ensure_authority, ensure_certificate
from doorward.bootstrap.certificates_own import load_own
from doorward.bootstrap.control_services import ControlServices, join_services
from doorward.bootstrap.control_settings import ControlSettings
from doorward.bootstrap.data_folder import DataFolder
from doorward.bootstrap.encryption_keys import encryption_keys
from doorward.bootstrap.system import SystemClock, SystemRandomness
from doorward.edge.ads import AdsServer
from doorward.edge.relays import RelayControl
from doorward.envoy.state import EdgeSettings
from doorward.geography.maxmind import MaxMindPlaces
from doorward.geography.nowhere import Nowhere
from doorward.model.tunnel import Tunnel
from doorward.ports.places import Places
from doorward.scim.application import PATH as SCIM_PATH
from doorward.scim.application import scim_application
from doorward.scim.door import Door
from doorward.scim.limits import Pace
from doorward.services.acting import ADMINISTRATOR, DIRECTORY, PAGES
from doorward.services.identity_providers import all_expiry_warnings
from doorward.services.publish import EDGE_TUNNEL, CertificateAndKey
from doorward.services.service_token_upkeep import expiry_warnings
from doorward.services.status import Status, status
from doorward.stores.sql_stores import SqlStores
from doorward.tunnel.token import RelayAddress, TunnelToken, encode
from doorward.web.answers import Answers
from doorward.web.edge_pages import edge_page_csp, edge_pages
from doorward.web.joining import join_pages
from doorward.web.pages import Pages
from doorward.web.static_files import load_static_files


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlane:
    """What a control plane process runs and keeps up to date."""

    stores: SqlStores
    ads: AdsServer
    relays: RelayControl
    authorization: AuthorizationServer
    web: ASGIApp
    api: ASGIApp
    audit: Audit
    services: ControlServices
    edge_token: str

    def status(self) -> Status:
        """What is so at this moment."""
        return _status(self.services, self.ads, self.relays, self.audit, SystemClock())

    async def close(self) -> None:
        """Let go of everything."""
        await self.services.background.close()
        await self.services.keeping_up.close()
        await self.services.evaluations.close()
        await self.services.evaluators.aclose()
        await self.services.time_boundaries.close()
        await self.relays.close()
        await self.services.providers.aclose()
        await self.services.passwords.aclose()
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


async def build(
    settings: ControlSettings, folder: DataFolder, *, environment: Mapping[str, str]
) -> ControlPlane:
    """Join everything. Raises as the databases, the certificates and the keys do."""
    clock, randomness = SystemClock(), SystemRandomness()
    edge_settings = edge_settings_of(settings)
    certificates = _Certificates(settings, folder, clock)
    geography = _geography(settings, folder)
    keys = encryption_keys(folder, environment)
    stores = await SqlStores.open(folder.database, encryption_key=keys.current, previous_keys=keys.previous)
    audit = await join_audit(folder, stores, clock)
    ads, relays = AdsServer(clock), RelayControl()

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

    services = join_services(
        settings,
        folder,
        edge=edge_settings,
        stores=audit.stores,
        audit=audit.log,
        ads=ads,
        relays=relays,
        certificate_for=certificates.issue,
        write_token=write_token,
        geography=geography,
        clock=clock,
        randomness=randomness,
    )
    static_files = load_static_files()
    answers = Answers(Pages(static_files), team_origin=edge_settings.issuer)
    pages = join_pages(
        services,
        answers,
        team_domain=settings.team_domain,
        static_files=dict(static_files),
        clock=clock,
        randomness=randomness,
    )
    api = api_application(
        Verbs(
            configurations=services.configurations,
            tunnels=services.tunnels,
            sessions=services.sessions,
            service_tokens=services.service_tokens,
            lists=services.lists,
            identity_providers=services.identity_providers,
            explanations=services.explanations,
            passes=services.passes,
            grants=services.grants,
            keys=services.keys,
            facts=services.facts,
            status=lambda: _status(services, ads, relays, audit, clock),
        )
    )
    return ControlPlane(
        stores=stores,
        ads=ads,
        relays=relays,
        authorization=AuthorizationServer(services.decider, answers.refusal),
        web=Starlette(
            routes=[
                Mount(
                    SCIM_PATH,
                    through_door(DIRECTORY, _scim(settings, services, edge_settings, clock)),
                ),
                Mount("", through_door(PAGES, pages)),
            ]
        ),
        api=through_door(ADMINISTRATOR, api),
        audit=audit,
        services=services,
        edge_token=write_token(EDGE_TUNNEL, services.tunnel_secrets.secret(EDGE_TUNNEL)),
    )


def _geography(settings: ControlSettings, folder: DataFolder) -> Places:
    """Raises Invalid and Unavailable for a database that cannot be used."""
    if settings.geoip_database is None:
        return Nowhere()
    return MaxMindPlaces(settings.geoip_database, copy=folder.path / places.GEOIP_DATABASE)


def _status(
    services: ControlServices, ads: AdsServer, relays: RelayControl, audit: Audit, clock: SystemClock
) -> Status:
    configuration, now = services.current.get().configuration, clock.now()
    warnings = [*all_expiry_warnings(configuration, now), *expiry_warnings(configuration, now)]
    if audit.keeper.problem:
        warnings.append(audit.keeper.problem)
    return status(services.publisher, ads, relays, places=services.geography, warnings=warnings)


def _scim(
    settings: ControlSettings, services: ControlServices, edge: EdgeSettings, clock: SystemClock
) -> Starlette:
    door = Door(team_domain=settings.team_domain, current=services.current, pace=Pace(clock))
    return scim_application(directories=services.directories, door=door, team_origin=edge.issuer)


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
        trusted_proxies=settings.trusted_proxies,
        geoip_database=str(places.GEOIP_DATABASE) if settings.geoip_database else "",
    )


REFRESH = timedelta(minutes=1)
"""How often keys, certificate and the list of revoked sessions are looked at again."""
