"""An application: what people reach through the edge, where it lives, who may."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from doorward.model.access_pass import PassRules
from doorward.model.application_options import (
    Cors,
    DenyPage,
    OriginHeaders,
    OriginTimeouts,
    SameSite,
    WithoutSignIn,
)
from doorward.model.destination import Destination
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, PolicyId, TunnelId
from doorward.model.policy import Policy


class ApplicationType(StrEnum):
    """What an application is: a web server; a service that speaks TCP; or a bookmark, which is a tile in the
    launcher for those whom its policies admit, and nothing that the edge serves."""

    SELF_HOSTED = "self_hosted"
    TCP = "tcp"
    BOOKMARK = "bookmark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an application's requests go.

    ``url`` is ``http://host:port`` or ``https://host:port``, without a path; ``tcp://host:port`` of one
    that speaks TCP; of a bookmark, the page that its tile opens. With a ``tunnel``, the
    tunnel's connector dials it; without one, the edge does. ``ca``, ``server_name`` and ``verify``
    concern ``https`` only: PEM certificates to trust, the name to expect, whether to check at all.
    ``identity_headers`` are pairs of a header's name, in lower case, and of what it says of the person:
    ``email``, ``name``, ``upn``, ``groups``, or ``claim:`` and a claim's name.
    """

    url: str
    tunnel: TunnelId | None = None
    host_header: str = ""
    ca: str = ""
    server_name: str = ""
    verify: bool = True
    headers: OriginHeaders = field(default_factory=OriginHeaders)
    identity_headers: tuple[tuple[str, str], ...] = ()
    timeouts: OriginTimeouts = field(default_factory=OriginTimeouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """``audience`` is the application's tag in tokens: random, fixed for its life, never chosen.

    ``destinations`` are where people find it, the first being where the launcher leads; a bookmark has
    none.
    ``generation`` is raised to end every token of this application at once.
    ``identity_providers`` are those by which people may sign in for it; empty means all.
    ``passes`` says how people may make passes for it; None: not at all.
    ``service_token_header`` is the header, in lower case, in which machines may send both parts of a
    service token as JSON; empty for none. It never reaches the origin.
    ``sign_in_with`` is the one that they are sent to without being asked, if any.
    ``policies`` holds policies of its own and, as bare ids, shared ones, in order.
    ``session_duration`` is for how long somebody who came in stays in; None means as long as they are
    signed in.
    """

    id: ApplicationId
    destinations: tuple[Destination, ...]
    origin: Origin
    audience: Audience
    type: ApplicationType = ApplicationType.SELF_HOSTED
    name: str = ""
    policies: tuple[Policy | PolicyId, ...] = ()
    session_duration: timedelta | None = None
    generation: int = 0
    identity_providers: tuple[IdentityProviderId, ...] = ()
    sign_in_with: IdentityProviderId | None = None
    sign_in: WithoutSignIn = WithoutSignIn.REDIRECT
    show_in_launcher: bool = True
    websockets: bool = True
    passes: PassRules | None = None
    service_token_header: str = ""
    cors: Cors | None = None
    same_site: SameSite = SameSite.LAX
    deny_page: DenyPage | None = None

    @property
    def home(self) -> Destination | None:
        """Where a link leads: the first destination that is one place, if any is."""
        return next((place for place in self.destinations if place.is_one_place), None)

    @property
    def has_paths(self) -> bool:
        """Whether it shares hostnames with others, and so needs cookies of its own name there."""
        return any(place.path for place in self.destinations)
