"""Sending a person to Entra, and away from it again.

Rule: what comes back is a code in the query (``response_mode=query``). A form would be posted from
Microsoft's site, and browsers send no ``SameSite=Lax`` cookie with that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import urlencode

import httpx

from doorward.identity.entra.discovery import DirectoryMetadata
from doorward.identity.entra.scopes import wanted_scopes
from doorward.identity.oidc.authorization import LONGEST_HINT, Transaction, proof_key
from doorward.model.identity_provider import EntraId
from doorward.ports.clock import Randomness
from doorward.ports.identity import Departure

# Documented are c1 to c25; [K] the portal has c99 by now.
CONTEXT = re.compile(r"c[1-9][0-9]?")


def depart(
    settings: EntraId,
    metadata: DirectoryMetadata,
    *,
    provider: str,
    callback: str,
    login_hint: str,
    contexts: Sequence[str],
    prompt: str,
    randomness: Randomness,
) -> Departure:
    """The authorization request. ``provider`` is what the transaction remembers as whose it is."""
    transaction = Transaction(
        issuer=provider,
        callback=callback,
        state=randomness.token(),
        nonce=randomness.token(),
        verifier=randomness.token(),
    )
    claims = claims_request(contexts) if settings.conditional_access else ""
    query = {
        "response_type": "code",
        "response_mode": "query",
        "client_id": settings.client_id,
        "redirect_uri": callback,
        "scope": " ".join(wanted_scopes(settings)),
        "state": transaction.state,
        "nonce": transaction.nonce,
        **proof_key(transaction.verifier),
        "prompt": prompt or ("" if claims else settings.prompt),
        "login_hint": login_hint if len(login_hint) <= LONGEST_HINT else "",
        "domain_hint": settings.domain_hint,
        "claims": claims,
    }
    url = httpx.URL(metadata.authorization_endpoint).copy_merge_params({k: v for k, v in query.items() if v})
    return Departure(url=str(url), state=transaction.state, transaction=transaction.as_mapping())


def claims_request(contexts: Sequence[str]) -> str:
    """The parameter ``claims`` that asks for authentication contexts; empty for none.

    Microsoft's sample for web applications asks for them in the ID token [K]; the documents show the
    access token of an interface of one's own.
    """
    wanted = sorted({context for context in contexts if CONTEXT.fullmatch(context)})
    if not wanted:
        return ""
    value: dict[str, object] = {"value": wanted[0]} if len(wanted) == 1 else {"values": wanted}
    return json.dumps({"id_token": {"acrs": {"essential": True, **value}}}, separators=(",", ":"))


def end_session_url(metadata: DirectoryMetadata, *, back: str, login_hint: str = "") -> str:
    """Where a browser goes to sign out of Entra as well; ``back`` must be registered there. Empty where
    the directory offers no such place."""
    if not metadata.end_session_endpoint:
        return ""
    query = {"post_logout_redirect_uri": back, **({"logout_hint": login_hint} if login_hint else {})}
    return str(httpx.URL(metadata.end_session_endpoint).copy_merge_params(query))


def admin_consent_url(authority: str, *, client_id: str, resource: str, callback: str) -> str:
    """Where an administrator of the directory grants what the app registration lists.

    What comes back from there is believed for nothing: it only shows that somebody was there.
    """
    query = {"client_id": client_id, "scope": f"{resource}/.default", "redirect_uri": callback}
    return f"{authority}/adminconsent?{urlencode(query)}"
