"""The token endpoint: codes, refresh tokens and client credentials become tokens, or a refusal."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from doorward.sample.entra.answers import NO_STORE, token_error
from doorward.sample.entra.authorize_request import known_tenant, read_scopes
from doorward.sample.entra.client_authentication import authenticate
from doorward.sample.entra.conditional_access import is_too_old, judge
from doorward.sample.entra.consent import granted_scopes, missing_scopes
from doorward.sample.entra.directory import SIGN_IN, AppRegistration, Tenant, User
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.facts import (
    ACCESS_TOKEN_LIFETIME,
    APPLICATION_TOKEN_LIFETIME,
    CODE_LIFETIME,
    PERMISSIONS_OF_OPENID,
    REFRESH_LIFETIME,
    UNSPOKEN_SCOPES,
)
from doorward.sample.entra.grants import Access, Code, Grant
from doorward.sample.entra.id_token import make_id_token


class TokenEndpoint:
    """The endpoint, and the rules for each kind of grant."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra
        self._grants = entra.grants

    def routes(self) -> list[Route]:
        """Its path."""
        return [Route("/{tenant}/oauth2/v2.0/token", self.token, methods=["POST"])]

    async def token(self, request: Request) -> Response:
        """Answer one request."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        try:
            body = self._answer(request, form)
        except Refused as refused:
            return token_error(self._entra, refused, request)
        return JSONResponse(body, headers=NO_STORE)

    def _answer(self, request: Request, form: Mapping[str, str]) -> Mapping[str, object]:
        tenant_name = request.path_params["tenant"]
        tenant = known_tenant(self._entra.directory, tenant_name)
        if not form.get("grant_type"):
            raise Refused(900144, what="grant_type")
        registration = authenticate(
            self._entra,
            tenant,
            form,
            request.headers.get("authorization", ""),
            f"{self._entra.base_url}/{tenant_name}/oauth2/v2.0/token",
        )
        match form["grant_type"]:
            case "authorization_code":
                return self._redeem_code(registration, tenant, form)
            case "refresh_token":
                return self._refresh(registration, tenant, form)
            case "client_credentials":
                return self._application(registration, tenant, form)
        raise Refused(70003, what=form["grant_type"])

    def _redeem_code(
        self, registration: AppRegistration, tenant: Tenant | None, form: Mapping[str, str]
    ) -> Mapping[str, object]:
        text = form.get("code", "")
        if not text:
            raise Refused(900144, what="code")
        if text in self._grants.used_codes:
            raise Refused(54005)
        code = self._grants.codes.get(text)
        if code is None:
            raise Refused(70000, what="code")
        self._check_owner(code.grant, registration, tenant, "code")
        if form.get("redirect_uri") != code.redirect_uri:
            raise Refused(500112)
        _check_verifier(code, form.get("code_verifier", ""))
        self._grants.used_codes.add(text)
        if self._entra.now() >= code.grant.issued + CODE_LIFETIME:
            raise Refused(70008)
        self._check_person(code.grant)
        return self._tokens(code.grant)

    def _refresh(
        self, registration: AppRegistration, tenant: Tenant | None, form: Mapping[str, str]
    ) -> Mapping[str, object]:
        grant = self._grants.refresh_tokens.get(form.get("refresh_token", ""))
        if grant is None:
            raise Refused(70000, what="refresh_token")
        self._check_owner(grant, registration, tenant, "refresh_token")
        user, home = self._check_person(grant)
        now = self._entra.now()
        if now >= grant.issued + REFRESH_LIFETIME:
            raise Refused(700082)
        if is_too_old(home, grant.auth_time, now):
            raise Refused(70043)
        _check_conditional_access(home, user, grant)
        kept = grant.scopes & PERMISSIONS_OF_OPENID if form.get("scope") else grant.scopes
        wanted = read_scopes(form.get("scope", "")) | kept
        if missing_scopes(home, grant.client_id, user, wanted):
            raise Refused(65001, client_id=registration.client_id, name=registration.display_name)
        still = judge(home, user, grant.acrs, grant.passed).satisfied
        return self._tokens(replace(grant, scopes=wanted, nonce="", acrs=still, issued=now))

    def _application(
        self, registration: AppRegistration, tenant: Tenant | None, form: Mapping[str, str]
    ) -> Mapping[str, object]:
        if tenant is None:
            raise Refused(50059)
        if read_scopes(form.get("scope", "")) != {".default"}:
            raise Refused(1002012)
        standing = tenant.applications.get(registration.client_id)
        if standing is None:
            raise Refused(700016, client_id=registration.client_id, tenant=tenant.display_name)
        access = Access(
            tenant_id=tenant.id,
            client_id=registration.client_id,
            user_id="",
            permissions=frozenset(standing.granted_application),
            expires=self._entra.now() + APPLICATION_TOKEN_LIFETIME,
        )
        seconds = int(APPLICATION_TOKEN_LIFETIME.total_seconds())
        return {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self._keep(access),
        }

    def _tokens(self, grant: Grant) -> Mapping[str, object]:
        """The tokens for somebody. The scopes are all that were consented to, as Entra has it."""
        now, seconds = self._entra.now(), int(ACCESS_TOKEN_LIFETIME.total_seconds())
        scopes = granted_scopes(
            self._entra.directory.tenants[grant.tenant_id], grant.client_id, grant.user_id
        )
        access = Access(
            tenant_id=grant.tenant_id,
            client_id=grant.client_id,
            user_id=grant.user_id,
            permissions=scopes,
            expires=now + ACCESS_TOKEN_LIFETIME,
        )
        body: dict[str, object] = {
            "token_type": "Bearer",
            "scope": " ".join(sorted(scopes - UNSPOKEN_SCOPES)),
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self._keep(access),
        }
        if "offline_access" in grant.scopes:
            # The one that was redeemed stays good: Entra rotates without taking the old one back.
            token = f"1.{self._entra.text(48)}"
            self._grants.refresh_tokens[token] = grant.again(now)
            body["refresh_token"] = token
        if "openid" in grant.scopes:
            body["id_token"] = make_id_token(self._entra, grant)
        return body

    def _keep(self, access: Access) -> str:
        """A text that says nothing: clients must not read access tokens for Graph."""
        token = f"EwB{self._entra.text(48)}"
        self._grants.access_tokens[token] = access
        return token

    def _check_owner(
        self, grant: Grant, registration: AppRegistration, tenant: Tenant | None, what: str
    ) -> None:
        if grant.client_id != registration.client_id or (tenant and tenant.id != grant.tenant_id):
            raise Refused(70000, what=what)

    def _check_person(self, grant: Grant) -> tuple[User, Tenant]:
        tenant = self._entra.directory.tenants[grant.tenant_id]
        user = tenant.users.get(grant.user_id)
        if user is None:
            raise Refused(50034, tenant=tenant.display_name)
        if not user.account_enabled:
            raise Refused(50057)
        if grant.is_revoked_for(user):
            raise Refused(50173)
        return user, tenant


def _check_verifier(code: Code, verifier: str) -> None:
    """RFC 7636 section 4.6; a verifier for a code without a challenge is refused, too."""
    if code.code_challenge and not verifier:
        raise Refused(50148)
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() if verifier else ""
    if made != code.code_challenge:
        raise Refused(501481)


def _check_conditional_access(tenant: Tenant, user: User, grant: Grant) -> None:
    """A sign-in that must now prove more, or that is now blocked, cannot be gone on with silently."""
    verdict = judge(tenant, user, [SIGN_IN, *grant.acrs], grant.passed)
    if verdict.blocked:
        raise Refused(53003, claims=_wish(verdict.blocked))
    if verdict.to_prove:
        raise Refused(50076, client_id=grant.client_id, claims=_wish(verdict.to_prove))


def _wish(contexts: tuple[str, ...]) -> str:
    named = [context for context in contexts if context != SIGN_IN]
    acrs = {"essential": True, "values": named or ["p1"]}
    return json.dumps({"access_token": {"acrs": acrs}})
