"""The services there are. To add one: a file like ``yandex.py``, a line here, a test file, a heading in
``docs/reference/file.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from doorward.identity.oauth2.facebook import Facebook
from doorward.identity.oauth2.github import GitHub
from doorward.identity.oauth2.service import Service
from doorward.identity.oauth2.yandex import Yandex
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OAuth2

SERVICES: Mapping[str, Callable[[OAuth2], Service]] = MappingProxyType(
    {"github": GitHub, "facebook": Facebook, "yandex": Yandex}
)
"""What ``OAuth2.preset`` may be."""


def service_of(settings: OAuth2) -> Service:
    """The service that these settings are of.

    Raises:
        Invalid: there is no such service, or one of its addresses may not be called.
    """
    if settings.preset not in SERVICES:
        raise Invalid("preset", f"{settings.preset!r} is not known: use one of {', '.join(SERVICES)}")
    return SERVICES[settings.preset](settings)
