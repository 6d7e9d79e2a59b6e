"""Turning a code into tokens at the provider's token endpoint (Core section 3.1.3)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeGuard
from urllib.parse import quote_plus

from doorward.identity.oidc.authorization import Transaction
from doorward.identity.oidc.fetching import Answer, Fetcher, Unanswered, read
from doorward.identity.oidc.metadata import Metadata
from doorward.identity.oidc.refusals import NOT_ANY_MORE, not_accepted
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.model.errors import Refused, Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import STANDARD, Quirks

LONGEST = 64 * 1024
"""Characters of the longest token that is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """As they came: nothing in them is proven. ``access_token`` and ``refresh_token`` are empty where
    there is none."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)


async def redeem(
    settings: OpenIdConnect,
    metadata: Metadata,
    transaction: Transaction,
    *,
    code: str,
    fetcher: Fetcher,
    quirks: Quirks = STANDARD,
) -> Tokens:
    """Give ``code`` for tokens.

    Raises:
        Refused: the code is not accepted, or the answer holds no ID token.
        Unavailable: the provider cannot be reached, or does not accept Doorward as its client.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": transaction.callback,
        **({"code_verifier": transaction.verifier} if quirks.pkce else {}),
    }
    more, headers = client_authentication(settings, metadata)
    answer = await fetcher.post(metadata.token_endpoint, form={**form, **more}, headers=headers)
    if answer.status != 200:
        raise refusal(answer)
    return read_tokens(read(answer, url=metadata.token_endpoint))


def client_authentication(
    settings: OpenIdConnect, metadata: Metadata
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What to add to the form and to the headers (RFC 6749 section 2.3.1)."""
    if not settings.client_secret:
        return {"client_id": settings.client_id}, {}
    if "client_secret_basic" in metadata.client_authentication:
        pair = f"{quote_plus(settings.client_id)}:{quote_plus(settings.client_secret)}"
        return {}, {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
    if "client_secret_post" in metadata.client_authentication:
        return {"client_id": settings.client_id, "client_secret": settings.client_secret}, {}
    raise Unavailable(
        "The identity provider takes client secrets neither as client_secret_basic nor as "
        "client_secret_post. Allow one of them there."
    )


def refusal(answer: Answer) -> Refused | Unavailable:
    """The error that an answer other than 200 means (RFC 6749 section 5.2)."""
    try:
        document = parse_object(answer.body)
    except Malformed:
        document = {}
    error = document.get("error")
    if error == "invalid_grant":
        return not_accepted(NOT_ANY_MORE, document)
    if error in ("invalid_client", "unauthorized_client") or answer.status == 401:
        return Unavailable(
            "The identity provider does not accept Doorward's client id and secret. "
            "An administrator must check them; the secret may have expired."
        )
    return Unanswered(f"The identity provider gave no tokens (status {answer.status}).")


def read_tokens(document: Mapping[str, object]) -> Tokens:
    """The tokens in a token endpoint's answer (RFC 6749 section 5.1).

    Raises:
        Refused: it holds no ID token, or one of the tokens is too long or of an unknown kind.
    """
    id_token, access_token = document.get("id_token"), document.get("access_token", "")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise Refused('The identity provider gave no ID token. Is "openid" among the scopes?')
    refresh_token = document.get("refresh_token") or ""
    if not is_plain_token(refresh_token):
        raise Refused("The identity provider gave a refresh token that is not plain text.")
    if max(len(id_token), len(access_token), len(refresh_token)) > LONGEST:
        raise Refused(f"The identity provider gave a token of more than {LONGEST} characters.")
    bearer = document.get("token_type", "Bearer")
    # A token of a type that one does not know must not be used (RFC 6749 section 7.1).
    known = isinstance(bearer, str) and bearer.lower() == "bearer"
    if not known or not (access_token.isascii() and access_token.isprintable()):
        raise Refused("The identity provider gave an access token of a kind that Doorward does not know.")
    return Tokens(id_token=id_token, access_token=access_token, refresh_token=refresh_token)


def is_plain_token(value: object) -> TypeGuard[str]:
    """Whether this can be a token, or none (RFC 6749 appendices A.12 and A.17)."""
    return isinstance(value, str) and value.isascii() and (not value or value.isprintable())
