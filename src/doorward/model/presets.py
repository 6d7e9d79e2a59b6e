"""Well-known services as presets: what they do otherwise than OpenID Connect, or their own manual, says.

Rule: what is peculiar to a service stands here and nowhere else, as a value; adapters act on the
value and never ask for a service's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """How a service departs from the standard. The defaults are the standard.

    ``pkce`` is off where the parameter is refused, ``nonce`` where ID tokens never hold it. ``bare_issuer``
    lets tokens name the issuer without ``https://``. ``client_authentication`` is used whatever the
    metadata says. ``offline`` are parameters, and ``offline_scope`` is a scope, that bring a refresh token.
    ``token_use`` demands the claim of that name. ``group_separator`` splits groups that come as one
    text, ``group_prefix`` is dropped from the beginning of each.
    """

    pkce: bool = True
    nonce: bool = True
    bare_issuer: bool = False
    client_authentication: str = ""
    offline: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    offline_scope: str = ""
    token_use: bool = False
    group_separator: str = ""
    group_prefix: str = ""


STANDARD = Quirks()
