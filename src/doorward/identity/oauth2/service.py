"""What a service must say about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.urls import check_endpoint, check_issuer
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Arrival, Check

_NOTHING: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a service is, and how it departs from RFC 6749.

    ``errors`` translates its own names of errors. ``prompts`` are the parameters that ask for ``login``
    or ``select_account``. ``login_hint`` is the parameter that takes an address.
    """

    name: str
    authorize: str
    token: str
    api: str
    scopes: tuple[str, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    prompts: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _NOTHING)
    login_hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who an access token belongs to. ``email`` is as the service spells it, and vouched for as the
    settings demand. ``groups`` are display names by group."""

    subject: str
    email: str
    name: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)
    claims: frozenset[tuple[str, str]] = frozenset()
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)


class Service(Protocol):
    """One service, as these settings have it."""

    @property
    def endpoints(self) -> Endpoints:
        """Where it is."""
        ...

    async def person(self, access_token: str, scopes: frozenset[str] | None, fetcher: Fetcher) -> Person:
        """Who the token belongs to. ``scopes`` are those that were granted, where that was said.

        Raises:
            Refused: the service does not say what is needed.
            Unavailable: it cannot be asked.
        """
        ...

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """What a test sign-in showed. See ``Checked``."""
        ...


def base_urls(settings: OAuth2, *, base: str, api: str) -> tuple[str, str]:
    """Where the service's pages and its API are, by the settings or else as given; no closing slashes.

    Raises:
        Invalid: one of them may not be called.
    """
    pages = check_issuer(settings.base_url or base, field="base_url")
    return pages.removesuffix("/"), check_endpoint(
        settings.api_url or api, issuer=pages, field="api_url"
    ).removesuffix("/")
