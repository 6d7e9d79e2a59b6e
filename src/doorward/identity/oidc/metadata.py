"""What a provider says about itself, checked before any of it is used (Discovery sections 3, 4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from doorward.identity.oidc.algorithms import ALGORITHMS
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.urls import check_endpoint
from doorward.model.errors import Invalid, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The part of the metadata that signing in needs.

    ``userinfo_endpoint`` is empty when there is none. ``algorithms`` are those of ours that the
    provider uses too. ``names_itself`` says that answers carry ``iss`` (RFC 9207).
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    algorithms: frozenset[str]
    client_authentication: frozenset[str]
    names_itself: bool


def read_metadata(document: Mapping[str, object], *, issuer: str) -> Metadata:
    """Return the metadata of ``issuer``.

    Raises:
        Unavailable: it is another issuer's, lacks an endpoint, or names one that is not https.
    """
    named = document.get("issuer")
    if named != issuer:
        raise Unavailable(
            f"The identity provider calls itself {plain(named)!r}, and is configured as {issuer!r}. "
            "Both must be the same letter by letter, a slash at the end included."
        )
    try:
        return Metadata(
            issuer=issuer,
            authorization_endpoint=_endpoint(document, "authorization_endpoint", issuer=issuer),
            token_endpoint=_endpoint(document, "token_endpoint", issuer=issuer),
            jwks_uri=_endpoint(document, "jwks_uri", issuer=issuer),
            userinfo_endpoint=_endpoint(document, "userinfo_endpoint", issuer=issuer, required=False),
            algorithms=_algorithms(document),
            client_authentication=_names(
                document, "token_endpoint_auth_methods_supported", default="client_secret_basic"
            ),
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )
    except Invalid as problem:
        raise Unavailable(f"The identity provider's metadata cannot be used: {problem}.") from None


def _endpoint(document: Mapping[str, object], name: str, *, issuer: str, required: bool = True) -> str:
    url = document.get(name)
    if url is None and not required:
        return ""
    if not isinstance(url, str):
        raise Invalid(name, "is missing")
    return check_endpoint(url, issuer=issuer, field=name)


def _algorithms(document: Mapping[str, object]) -> frozenset[str]:
    # RS256 is what every provider must offer (Core section 15.1); some leave the list out.
    name = "id_token_signing_alg_values_supported"
    usable = _names(document, name, default="RS256") & ALGORITHMS.keys()
    if not usable:
        raise Invalid(name, f"holds none of {', '.join(ALGORITHMS)}")
    return frozenset(usable)


def _names(document: Mapping[str, object], name: str, *, default: str) -> frozenset[str]:
    values = document.get(name)
    if values is None:
        return frozenset({default})
    if not isinstance(values, list):
        raise Invalid(name, "is not a list")
    return frozenset(value for value in values if isinstance(value, str))
