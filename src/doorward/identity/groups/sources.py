"""Which preset's groups come from where, once there is a ``groups_token``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import httpx

from doorward.identity.groups.google import GoogleGroups
from doorward.identity.groups.okta import OktaGroups
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.group_source import GroupSource
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OpenIdConnect
from doorward.ports.clock import Clock

Source = Callable[[OpenIdConnect, Fetcher, Clock], GroupSource]


def _okta(settings: OpenIdConnect, fetcher: Fetcher, clock: Clock) -> GroupSource:
    return OktaGroups(settings, fetcher=fetcher)


def _google(settings: OpenIdConnect, fetcher: Fetcher, clock: Clock) -> GroupSource:
    return GoogleGroups(settings, fetcher=fetcher, clock=clock)


SOURCES: Mapping[str, Source] = MappingProxyType({"okta": _okta, "google": _google})


def group_source(settings: OpenIdConnect, *, client: httpx.AsyncClient, clock: Clock) -> GroupSource | None:
    """Where the provider's groups come from, None for its tokens.

    Raises:
        Invalid: there is a token for an API that Doorward does not know, or it is none.
    """
    if not settings.groups_token:
        return None
    if settings.preset not in SOURCES:
        raise Invalid("groups_token", f"goes only with the types {', '.join(SOURCES)}")
    return SOURCES[settings.preset](settings, Fetcher(client), clock)
