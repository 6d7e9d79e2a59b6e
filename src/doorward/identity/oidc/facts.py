"""What a provider says of a person beside their address: groups, roles, further claims.

Rule: what cannot be read refuses the sign-in. Leaving it out would let a person past every rule that
excludes a group, a role or a claim.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.errors import Refused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import Quirks

MOST_GROUPS = 10_000
LONGEST_GROUP = 1024
MOST_VALUES = 500
"""Values of one further claim: they go along with the session."""
LONGEST_VALUE = 1024


def fact_names(settings: OpenIdConnect) -> tuple[str, ...]:
    """The claims, address aside, that the settings ask for."""
    return tuple(name for name in (settings.groups_claim, settings.roles_claim, *settings.claims) if name)


def read_groups(value: object, settings: OpenIdConnect, quirks: Quirks) -> frozenset[str]:
    """Groups as the claim ``value`` has them; none for None.

    Raises:
        Refused: they are not names, or too many.
    """
    if isinstance(value, str) and quirks.group_separator:
        value = [part.strip() for part in value.split(quirks.group_separator)]
    names = _names(value, settings.groups_claim, setting="groups_claim")
    return frozenset(filter(None, (name.removeprefix(quirks.group_prefix) for name in names)))


def read_roles(value: object, settings: OpenIdConnect) -> frozenset[str]:
    """Roles as the claim ``value`` has them; none for None. Raises Refused, as ``read_groups``."""
    return frozenset(filter(None, _names(value, settings.roles_claim, setting="roles_claim")))


def read_claim(value: object, name: str) -> frozenset[tuple[str, str]]:
    """A further claim as pairs of name and value, one for each value of a list; numbers and
    booleans in the spelling of JSON.

    Raises:
        Refused: it holds an object or a list inside a list, or too much.
    """
    values = [] if value is None else value if isinstance(value, list) else [value]
    if len(values) > MOST_VALUES or not all(map(_is_value, values)):
        raise Refused(
            f"The identity provider's claim {name!r} is not text, a number, true, false, or a list of "
            f"at most {MOST_VALUES} of these. An administrator can have it send that, or take {name!r} "
            "out of claims."
        )
    return frozenset((name, v if isinstance(v, str) else json.dumps(v)) for v in values if v != "")


def read_methods(claims: Mapping[str, object]) -> frozenset[str]:
    """How the person proved themselves (``amr``, Core section 2): of an ID token, the only document that is
    about a sign-in. A provider may send a single one as text.

    Raises:
        Refused: it is no list of words.
    """
    value = claims.get("amr")
    words = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(words, list) or len(words) > MOST_VALUES or not all(map(_is_name, words)):
        raise Refused(
            "The identity provider's claim 'amr' is not a list of authentication methods (RFC 8176)."
        )
    return frozenset(filter(None, words))


def refuse_what_is_elsewhere(claims: CheckedClaims, name: str, *, groups: bool = False) -> None:
    """Claims that are left out "because there are too many" are kept elsewhere (Core section 5.6.2).

    The address is not followed: it would be the provider's word on whom Doorward calls.

    Raises:
        Refused: the claim ``name`` is such a one.
    """
    elsewhere = claims.get("_claim_names")
    if (isinstance(elsewhere, Mapping) and name in elsewhere) or (groups and claims.get("hasgroups") is True):
        what = "You are in more groups" if groups else f"There is more in {name!r}"
        raise Refused(
            f"{what} than the identity provider puts into a token. "
            "An administrator can have it send only what matters here."
        )


def _names(value: object, name: str, *, setting: str) -> list[str]:
    names = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(names, list) or len(names) > MOST_GROUPS or not all(map(_is_name, names)):
        what = setting.removesuffix("s_claim")
        raise Refused(
            f"The identity provider's claim {name!r} is not a list of {what} names. "
            f"An administrator can have it send one, or name another claim as {setting}."
        )
    return names


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_GROUP


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return value.isprintable() and len(value) <= LONGEST_VALUE
    return isinstance(value, bool | int | float)
