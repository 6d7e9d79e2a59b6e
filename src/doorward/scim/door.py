"""The door: who may come in, to which provider's directory.

Rule: a wrong secret, a provider that does not exist and one without SCIM get the same answer, after the
same work.
"""

from __future__ import annotations

from typing import Final

import structlog
from starlette.requests import Request

from doorward.model.errors import NotFound, Refused
from doorward.model.ids import IdentityProviderId
from doorward.scim.bodies import MEDIA_TYPES, Malformed, Object, TooLarge, parse_object, read
from doorward.scim.limits import Pace
from doorward.scim.problems import Problem, invalid_syntax
from doorward.services.current import Current
from doorward.services.questions import hostname_of
from doorward.services.secrets import fits

log = structlog.get_logger("scim")

NO_HASH: Final = "0" * 64
"""In the place of a secret's hash where there is none: no secret that anybody could find has it."""


class Door:
    """Checks requests against the configuration in force."""

    def __init__(self, *, team_domain: str, current: Current, pace: Pace) -> None:
        self._team_domain = team_domain
        self._current = current
        self._pace = pace

    def enter(self, request: Request) -> IdentityProviderId:
        """The provider whose directory this is.

        Raises NotFound on another hostname, Refused without the provider's secret, TooMany.
        """
        if hostname_of(request.headers.get("host", "")) != self._team_domain:
            raise NotFound("there is nothing at this address")
        name = request.path_params["provider"]
        hashes = {p.id: p.scim_token_hash for p in self._current.get().configuration.identity_providers}
        provider = IdentityProviderId(name)
        known = hashes.get(provider, "")
        right = fits(_secret_of(request), known or NO_HASH)
        if not (known and right):
            log.warning("scim refused", identity_provider=provider if provider in hashes else "")
            raise Refused("the secret does not open this directory")
        self._pace.check(provider)
        return provider


async def body_of(request: Request) -> Object:
    """The request's body. Raises Problem."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise Problem(415, "send application/scim+json")
    try:
        return parse_object(await read(request.stream()))
    except TooLarge as error:
        raise Problem(413, str(error)) from None
    except Malformed as error:
        raise invalid_syntax(str(error)) from None


def _secret_of(request: Request) -> str:
    """The secret that was sent, with or without "Bearer" before it (RFC 6750 section 2.1; Okta's
    header authentication sends it bare). Empty where there is none, or more than one."""
    sent = request.headers.getlist("authorization")
    if len(sent) != 1:
        return ""
    scheme, _, rest = sent[0].strip().partition(" ")
    return rest.strip() if rest and scheme.lower() == "bearer" else sent[0].strip()
