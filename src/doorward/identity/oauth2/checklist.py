"""Testing a service's set-up without anybody signing in.

Rule: nothing is asked that could spend, lock or change anything, as in ``oidc.checklist``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from doorward.identity.oauth2.redeeming import CLIENT_ERRORS, ask, error_of
from doorward.identity.oauth2.service import Endpoints
from doorward.identity.oidc.checklist import NO_CODE
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Check, CheckState


async def checklist(
    settings: OAuth2, endpoints: Endpoints, *, callback: str, fetcher: Fetcher
) -> AsyncIterator[Check]:
    """The items in order. See ``Checked``."""
    yield await _api(endpoints, fetcher)
    yield await _client_secret(settings, endpoints, callback, fetcher)


async def _api(endpoints: Endpoints, fetcher: Fetcher) -> Check:
    name, what = "api", f"{endpoints.name}'s API can be reached"
    try:
        answer = await fetcher.get(endpoints.api, headers={})
    except Unavailable as problem:
        fix = "Let Doorward's machine reach it; for an installation of your own, see base_url and api_url."
        return Check(name=name, what=what, state=CheckState.FAILED, found=str(problem), fix=fix)
    # What it says to nobody in particular does not matter: it is there.
    found = f"{endpoints.api} answers (status {answer.status})"
    return Check(name=name, what=what, state=CheckState.PASSED, found=found)


async def _client_secret(settings: OAuth2, endpoints: Endpoints, callback: str, fetcher: Fetcher) -> Check:
    name, what = "client-secret", "The client id and secret are right"
    try:
        verifier = "a" * 43
        answer = await ask(
            settings, endpoints, code=NO_CODE, callback=callback, verifier=verifier, fetcher=fetcher
        )
        error = error_of(parse_object(answer.body), endpoints)
    except (Unavailable, Malformed) as problem:
        return Check(name=name, what=what, state=CheckState.NOT_CHECKED, found=str(problem))
    if error == "invalid_grant":
        found = "it knew the client, and not the code"
        return Check(name=name, what=what, state=CheckState.PASSED, found=found)
    if error in CLIENT_ERRORS:
        fix = "Copy client id and secret again; the secret may have been replaced."
        return Check(name=name, what=what, state=CheckState.FAILED, found=f"it answered {error}", fix=fix)
    found = f"it answered status {answer.status} {error}".strip() + ", which does not tell"
    fix = f"If it is about the redirect URI: register exactly {callback}."
    return Check(name=name, what=what, state=CheckState.NOT_CHECKED, found=found, fix=fix)
