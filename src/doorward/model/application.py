"""An application: a hostname that people reach through the edge, where it lives, who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from doorward.model.access_pass import PassRules
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, PolicyId, TunnelId
from doorward.model.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an application's requests go.

    ``url`` is ``http://host:port`` or ``https://host:port``, without a path. With a ``tunnel``, the
    tunnel's connector dials it; without one, the edge does. ``ca``, ``server_name`` and ``verify``
    concern ``https`` only: PEM certificates to trust, the name to expect, whether to check at all.
    """

    url: str
    tunnel: TunnelId | None = None
    host_header: str = ""
    ca: str = ""
    server_name: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """``audience`` is the application's tag in tokens: random, fixed for its life, never chosen.

    ``generation`` is raised to end every token of this application at once.
    ``identity_providers`` are those by which people may sign in for it; empty means all.
    ``passes`` says how people may make passes for it; None: not at all.
    ``policies`` holds policies of its own and, as bare ids, shared ones, in order.
    ``service_token_header`` is the header, in lower case, in which machines may send both parts of a
    service token as JSON; empty for none. It never reaches the origin.
    """

    id: ApplicationId
    hostname: str
    origin: Origin
    audience: Audience
    name: str = ""
    policies: tuple[Policy | PolicyId, ...] = ()
    session_duration: timedelta = timedelta(hours=24)
    generation: int = 0
    identity_providers: tuple[IdentityProviderId, ...] = ()
    show_in_launcher: bool = True
    websockets: bool = True
    passes: PassRules | None = None
    service_token_header: str = ""
