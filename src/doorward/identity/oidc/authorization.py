"""Sending a person to the provider, and reading what they bring back.

Rule: an answer belongs to one departure: its state, its issuer and its callback, which the caller
keeps bound to the browser. Nothing in the answer says who answered (RFC 9700 section 4.4).
Rule: PKCE with S256, state and nonce are always sent; each is 256 random bits (RFC 9700 section 2.1).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from doorward.identity.oidc.metadata import Metadata
from doorward.identity.oidc.plain import plain
from doorward.model.errors import Refused
from doorward.model.identity_provider import OpenIdConnect
from doorward.ports.clock import Randomness
from doorward.ports.identity import Departure

LONGEST_CODE = 4096
LONGEST_HINT = 320
START_AGAIN = "This sign-in was not begun here, or was finished already. Start again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What must be remembered between leaving and coming back."""

    issuer: str
    callback: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    def as_mapping(self) -> Mapping[str, str]:
        """For ``Departure.transaction``."""
        return {
            "issuer": self.issuer,
            "callback": self.callback,
            "state": self.state,
            "nonce": self.nonce,
            "verifier": self.verifier,
        }


def depart(
    settings: OpenIdConnect, metadata: Metadata, *, callback: str, login_hint: str, randomness: Randomness
) -> Departure:
    """The authorization request (Core section 3.1.2.1, RFC 7636 section 4.3)."""
    transaction = Transaction(
        issuer=settings.issuer,
        callback=callback,
        state=randomness.token(),
        nonce=randomness.token(),
        verifier=randomness.token(),
    )
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": callback,
        "scope": " ".join(_scopes(settings)),
        "state": transaction.state,
        "nonce": transaction.nonce,
        **proof_key(transaction.verifier),
    }
    if login_hint and len(login_hint) <= LONGEST_HINT:
        query["login_hint"] = login_hint
    url = httpx.URL(metadata.authorization_endpoint).copy_merge_params(query)
    return Departure(url=str(url), state=transaction.state, transaction=transaction.as_mapping())


def read_transaction(
    kept: Mapping[str, str], answer: Mapping[str, str], *, issuer: str, callback: str
) -> Transaction:
    """The transaction that ``answer`` belongs to.

    Raises:
        Refused: it belongs to none of this provider's, or came back to another address.
    """
    try:
        transaction = Transaction(
            issuer=kept["issuer"],
            callback=kept["callback"],
            state=kept["state"],
            nonce=kept["nonce"],
            verifier=kept["verifier"],
        )
    except KeyError:
        raise Refused(START_AGAIN) from None
    whole = transaction.state and transaction.nonce and transaction.verifier
    ours = transaction.issuer == issuer and transaction.callback == callback
    if not (whole and ours and same(transaction.state, answer.get("state", ""))):
        raise Refused(START_AGAIN)
    return transaction


def read_code(answer: Mapping[str, str], metadata: Metadata) -> str:
    """The authorization code in an answer whose transaction was found.

    Raises:
        Refused: another issuer answered (RFC 9207 section 2.4), or the provider said no.
    """
    answered = answer.get("iss")
    if answered is None and metadata.names_itself:
        raise Refused("The identity provider's answer does not say who gave it, as its answers should.")
    if answered is not None and answered != metadata.issuer:
        raise Refused("Another identity provider answered than the one that was asked. Start again.")
    if "error" in answer:
        raise Refused(_sentence(answer))
    return code_of(answer)


def code_of(answer: Mapping[str, str]) -> str:
    """The code in an answer whose transaction and issuer were looked at, and that is no error.

    Raises:
        Refused: it is none.
    """
    code = answer.get("code", "")
    if not code or len(code) > LONGEST_CODE or not (code.isascii() and code.isprintable()):
        raise Refused("The identity provider's answer holds no usable code. Start again.")
    return code


def same(left: str, right: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(left.encode(errors="surrogatepass"), right.encode(errors="surrogatepass"))


def _sentence(answer: Mapping[str, str]) -> str:
    """Why the provider said no, as plain text of a bounded length."""
    error = plain(answer["error"], longest=64) or "unknown"
    description = plain(answer.get("error_description"))
    said = f"{description} ({error})" if description else error
    return f"The identity provider did not sign you in: {said}"


def _scopes(settings: OpenIdConnect) -> tuple[str, ...]:
    # Without "openid" there is no ID token, and so nothing that can be checked (Core section 3.1.2.1).
    return settings.scopes if "openid" in settings.scopes else ("openid", *settings.scopes)


def proof_key(verifier: str) -> Mapping[str, str]:
    """The parameters of RFC 7636 section 4.3."""
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"code_challenge": challenge, "code_challenge_method": "S256"}
