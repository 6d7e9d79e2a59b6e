"""Turning a code into an access token (RFC 6749 section 4.1.3).

Rule: an error is an error whatever the status: GitHub says 200 and means no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doorward.identity.oauth2.service import Endpoints
from doorward.identity.oidc.fetching import Answer, Fetcher, Unanswered
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.refusals import AGAIN, NOT_ANY_MORE
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.identity.oidc.tokens import LONGEST, is_plain_token
from doorward.model.errors import AccessError, SignInRefused, Unavailable
from doorward.model.identity_provider import OAuth2

CLIENT_ERRORS = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An access token as it came, and the scopes it is for; None where that was not said."""

    access_token: str = field(repr=False)
    scopes: frozenset[str] | None


async def redeem(
    settings: OAuth2, endpoints: Endpoints, *, code: str, callback: str, verifier: str, fetcher: Fetcher
) -> Granted:
    """Give ``code`` for an access token.

    Raises:
        SignInRefused: the code is not accepted.
        Unavailable: the service cannot be reached, or does not accept Doorward as its client.
    """
    answer = await ask(settings, endpoints, code=code, callback=callback, verifier=verifier, fetcher=fetcher)
    document = _document(answer)
    error = error_of(document, endpoints)
    if error or answer.status != 200:
        raise _refusal(answer, document, error, endpoints)
    token, scope = document.get("access_token"), document.get("scope")
    bearer = document.get("token_type", "bearer")
    if not token or not is_plain_token(token) or len(token) > LONGEST:
        raise Unanswered(f"{endpoints.name} gave no usable access token.")
    if not isinstance(bearer, str) or bearer.lower() != "bearer":
        raise Unanswered(f"{endpoints.name} gave an access token of a kind that Doorward does not know.")
    # GitHub joins scopes by commas, the standard by blanks (RFC 6749 section 3.3).
    scopes = frozenset(scope.replace(",", " ").split()) if isinstance(scope, str) else None
    return Granted(access_token=token, scopes=scopes)


async def ask(
    settings: OAuth2, endpoints: Endpoints, *, code: str, callback: str, verifier: str, fetcher: Fetcher
) -> Answer:
    """Offer ``code``; the answer is the caller's to judge. Raises Unavailable."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "code_verifier": verifier,
        "client_id": settings.client_id,
        "client_secret": settings.client_secret,
    }
    return await fetcher.post(endpoints.token, form=form, headers={})


def error_of(document: Mapping[str, object], endpoints: Endpoints) -> str:
    """The error in an answer by its standard name (RFC 6749 section 5.2); empty where there is none."""
    error = document.get("error")
    if isinstance(error, Mapping):  # Facebook's: an object with a number.
        error = str(error.get("code", "unknown"))
    if error is None:
        return ""
    said = plain(error, longest=64) or "unknown"
    return endpoints.errors.get(said, said)


def _document(answer: Answer) -> Mapping[str, object]:
    try:
        return parse_object(answer.body)
    except Malformed:
        return {}


def _refusal(answer: Answer, document: Mapping[str, object], error: str, endpoints: Endpoints) -> AccessError:
    described = plain(document.get("error_description"))
    if error == "invalid_grant":
        return SignInRefused(NOT_ANY_MORE, advice=AGAIN, administrator=described, code=error)
    if error in CLIENT_ERRORS or answer.status == 401:
        return Unavailable(
            f"{endpoints.name} does not accept Doorward's client id and secret. "
            "An administrator must check them; the secret may have been replaced."
        )
    said = " ".join(filter(None, [f"status {answer.status}", error, described]))
    return Unanswered(f"{endpoints.name} gave no access token ({said}).")
