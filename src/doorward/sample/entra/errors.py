"""What Entra says when it refuses: codes, OAuth errors, statuses and wording, as one table.

The codes, and which of them a person sees instead of the application, are Microsoft's list of error
codes. Pairs of code and OAuth error, suberrors, and the sentences are from general knowledge: real
answers differ in words, and clients must not branch on those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """One row: the OAuth error, the sentence (with ``{}`` fields), status and suberror."""

    error: str
    sentence: str
    status: int = 400
    suberror: str = ""


KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        16000: Kind("interaction_required", "Either multiple user identities are available or none fits."),
        50011: Kind(
            "invalid_request",
            "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs "
            "configured for the application '{client_id}'.",
        ),
        50012: Kind("invalid_client", "Client assertion was used before or is not valid: {what}.", 401),
        50020: Kind("invalid_request", "User account '{user}' does not exist in tenant '{tenant}'."),
        50034: Kind("invalid_grant", "The user account does not exist in the {tenant} directory."),
        50057: Kind("invalid_grant", "The user account is disabled.", 400, "user_disabled"),
        50058: Kind("login_required", "A silent sign-in request was sent but no user is signed in."),
        50059: Kind("invalid_request", "No tenant-identifying information found in the request."),
        50076: Kind(
            "invalid_grant",
            "Due to a configuration change made by your administrator, or because you moved to a new "
            "location, you must use multi-factor authentication to access '{client_id}'.",
            400,
            "basic_action",
        ),
        50105: Kind(
            "invalid_grant",
            "Your administrator has configured the application {name} ('{client_id}') to block users unless "
            "they are specifically granted ('assigned') access to the application. The signed in user "
            "'{user}' is blocked because they are not a direct member of a group with access.",
        ),
        50126: Kind("invalid_grant", "Error validating credentials due to invalid username or password."),
        50147: Kind("invalid_request", "Missing or invalid code challenge parameter."),
        50148: Kind("invalid_grant", "The code_verifier is missing."),
        50173: Kind(
            "invalid_grant",
            "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user "
            "might have changed or reset their password.",
            400,
            "bad_token",
        ),
        50194: Kind(
            "invalid_request",
            "Application '{client_id}'({name}) is not configured as a multi-tenant application. Usage of "
            "the /common endpoint is not supported for such apps. Use a tenant-specific endpoint.",
        ),
        53003: Kind(
            "invalid_grant",
            "Access has been blocked by Conditional Access policies. The access policy does not allow "
            "token issuance.",
            400,
            "message_only",
        ),
        54005: Kind(
            "invalid_grant",
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an "
            "existing refresh token.",
        ),
        65001: Kind(
            "invalid_grant",
            "The user or administrator has not consented to use the application with ID '{client_id}' "
            "named '{name}'. Send an interactive authorization request for this user and resource.",
            400,
            "consent_required",
        ),
        65004: Kind("access_denied", "User declined to consent to access the app."),
        70000: Kind("invalid_grant", "The provided value for the input parameter '{what}' is not valid."),
        70002: Kind("invalid_client", "The request must include a client_secret or client_assertion.", 401),
        70003: Kind("unsupported_grant_type", "The app requested an unsupported grant type '{what}'."),
        70008: Kind(
            "invalid_grant", "The provided authorization code or refresh token has expired.", 400, "bad_token"
        ),
        70011: Kind("invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
        70043: Kind(
            "invalid_grant",
            "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional "
            "Access.",
            400,
            "bad_token",
        ),
        90002: Kind(
            "invalid_request",
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing "
            "into the correct cloud.",
        ),
        90008: Kind("access_denied", "The application must at least require access to 'openid'."),
        90014: Kind("invalid_request", "The required field '{what}' is missing from the request."),
        90094: Kind("access_denied", "An administrator of {tenant} must consent to this application."),
        500112: Kind("invalid_client", "The reply address does not match the one of the code.", 401),
        501481: Kind("invalid_grant", "The Code_Verifier does not match the code_challenge of the request."),
        501491: Kind("invalid_request", "Invalid size of Code_Challenge parameter."),
        700016: Kind(
            "unauthorized_client",
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can "
            "happen if the application has not been installed by the administrator of the tenant.",
        ),
        700021: Kind("invalid_client", "Client assertion application identifier doesn't match.", 401),
        700023: Kind("invalid_client", "Client assertion audience claim does not match.", 401),
        700024: Kind("invalid_client", "Client assertion is not within its valid time range.", 401),
        700027: Kind("invalid_client", "The certificate with identifier used to sign is not known.", 401),
        700054: Kind("unsupported_response_type", "response_type '{what}' is not enabled."),
        700082: Kind("invalid_grant", "The refresh token has expired due to inactivity.", 400, "bad_token"),
        900144: Kind("invalid_request", "The request body must contain the parameter '{what}'."),
        1002012: Kind(
            "invalid_scope",
            "Client credential flows must have a scope value with /.default suffixed to the resource.",
        ),
        7000112: Kind("unauthorized_client", "Application '{client_id}'({name}) is disabled."),
        7000215: Kind(
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client "
            "secret value, not the client secret ID, for a secret added to app '{client_id}'.",
            401,
        ),
        7000222: Kind(
            "invalid_client", "The provided client secret keys for app '{client_id}' are expired.", 401
        ),
    }
)


class Refused(Exception):
    """Entra refuses, with one of ``KINDS``. ``claims`` is what the client should ask for next time."""

    def __init__(self, code: int, *, claims: str = "", **fields: str) -> None:
        kind = KINDS[code]
        self.code = code
        self.kind = kind
        self.claims = claims
        self.sentence = f"AADSTS{code}: {kind.sentence.format(**fields)}"
        super().__init__(self.sentence)

    def silent_error(self) -> str:
        """The OAuth error for an application that allowed no page to be shown (``prompt=none``)."""
        if self.code == 65001:
            return "consent_required"
        return "interaction_required" if self.kind.error == "invalid_grant" else self.kind.error
