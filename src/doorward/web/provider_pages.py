"""Addresses for identity providers themselves: sign-outs that they tell of, and SAML metadata."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from doorward.model.errors import Invalid, NotFound, Refused
from doorward.model.identity_provider import EntraId
from doorward.services.identity_providers import IdentityProviders
from doorward.services.provider_logout import ProviderLogout
from doorward.services.sign_in import SignIn
from doorward.web.answers import Answers

LONGEST_TOKEN = 64 * 1024


class ProviderPages:
    """Handlers of the logout channels and of metadata."""

    def __init__(
        self,
        logout: ProviderLogout,
        providers: IdentityProviders,
        sign_in: SignIn,
        answers: Answers,
    ) -> None:
        self._logout = logout
        self._providers = providers
        self._sign_in = sign_in
        self._answers = answers

    async def back_channel(self, request: Request) -> Response:
        """``POST`` of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.5)."""
        length = request.headers.get("content-length", "")
        if not length.isdigit() or int(length) > LONGEST_TOKEN:
            raise Invalid("logout_token", f"a form of at most {LONGEST_TOKEN} bytes is expected")
        form = await request.form(max_files=0, max_fields=5)
        token = form.get("logout_token", "")
        if not isinstance(token, str) or not token:
            raise Invalid("logout_token", "is missing")
        try:
            await self._logout.back_channel(request.path_params["provider"], token)
        except Refused as refused:  # nobody was forbidden anything: the token is a bad one (section 2.8)
            raise Invalid("logout_token", str(refused)) from refused
        return Response(status_code=200, headers={"cache-control": "no-store"})

    async def front_channel(self, request: Request) -> Response:
        """A hidden frame of the provider's page. It shows nothing, and only that site may frame it."""
        provider_id = request.path_params["provider"]
        await self._logout.front_channel(provider_id, request.query_params.get("sid", ""))
        settings = self._sign_in.provider(provider_id).settings
        framing = "https://login.microsoftonline.com" if isinstance(settings, EntraId) else "https:"
        policy = f"default-src 'none'; frame-ancestors {framing}"
        headers = {"cache-control": "no-store", "content-security-policy": policy}
        return Response("Signed out.", media_type="text/plain", headers=headers)

    async def metadata(self, request: Request) -> Response:
        """SAML metadata: of the one provider that asks for it, or of the one that the path names."""
        provider_id = request.path_params.get("provider") or self._only()
        document = self._providers.description(provider_id)
        headers = {"cache-control": "public, max-age=300", "x-content-type-options": "nosniff"}
        return Response(document, media_type="application/samlmetadata+xml", headers=headers)

    def _only(self) -> str:
        described = self._providers.described()
        if len(described) != 1:
            raise NotFound("say whose: /cdn-cgi/access/{identity provider}/saml-metadata")
        return described[0]
