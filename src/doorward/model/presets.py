"""Well-known OpenID Connect services as presets: where each is found, what is asked of it, and what it
does otherwise than the standard says.

Rule: what is peculiar to a service stands in ``PRESETS`` and nowhere else, as a value; adapters act on
the value and never ask for a service's name.

"Unchecked" marks what is generally known of a service and was not read in its own manual: when a
service turns out to do otherwise, this file is the place to put it right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

from doorward.model.errors import Invalid
from doorward.model.identity_provider import OpenIdConnect

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """How a service departs from the standard. The defaults are the standard.

    ``pkce`` is off where the parameter is refused, ``nonce`` where ID tokens never hold it. ``bare_issuer``
    lets tokens name the issuer without ``https://``. ``client_authentication`` is used whatever the
    metadata says. ``offline`` are parameters, and ``offline_scope`` is a scope, that bring a refresh
    token; ``offline_anyway`` says that one comes by itself. ``token_use`` demands the claim of that name.
    ``group_separator`` splits groups that come as one text, ``group_prefix`` is dropped from the
    beginning of each.
    """

    pkce: bool = True
    nonce: bool = True
    bare_issuer: bool = False
    client_authentication: str = ""
    offline: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    offline_scope: str = ""
    offline_anyway: bool = False
    token_use: bool = False
    group_separator: str = ""
    group_prefix: str = ""


STANDARD = Quirks()


class Shape(Enum):
    """What an administrator may write for a part of an issuer."""

    HOST = auto()
    """A DNS name."""
    URL = auto()
    """An ``https`` URL, perhaps with a path; a slash at its end does not count."""
    NAME = auto()
    """Letters, digits, ``.``, ``_`` and ``-``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerPart:
    """A part of an issuer under a name that people know from the service's own pages.

    Without ``default`` it must be given. ``choices`` are all there are, where that is known.
    ``before`` is put before it unless it is empty.
    """

    name: str
    shape: Shape
    default: str | None = None
    choices: tuple[str, ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One service. ``issuer`` holds the names of ``parts`` in braces; without parts it is the issuer.
    ``settings`` are what counts where an administrator says nothing."""

    issuer: str
    settings: OpenIdConnect
    parts: tuple[IssuerPart, ...] = ()
    quirks: Quirks = STANDARD

    def issuer_of(self, given: Mapping[str, str]) -> str:
        """The issuer by its parts, which were checked."""
        values = {part.name: given.get(part.name, part.default or "") for part in self.parts}
        before = {part.name: part.before for part in self.parts}
        return self.issuer.format(**{name: before[name] + v if v else "" for name, v in values.items()})


def _settings(
    preset: str,
    *,
    issuer: str = "",
    scopes: tuple[str, ...] = ("openid", "email", "profile"),
    groups_claim: str = "groups",
    require_verified_email: bool = True,
) -> OpenIdConnect:
    return OpenIdConnect(
        preset=preset,
        issuer=issuer,
        client_id="",
        scopes=scopes,
        groups_claim=groups_claim,
        require_verified_email=require_verified_email,
    )


GOOGLE = "https://accounts.google.com"
LINKEDIN = "https://www.linkedin.com/oauth"

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        # The organisation's own authorization server has the scope "groups"; one of one's own has it
        # only once an administrator made it (and its claim, with a filter such as ".*").
        "okta": Preset(
            issuer="https://{domain}{authorization_server}",
            parts=(
                IssuerPart(name="domain", shape=Shape.HOST),
                IssuerPart(name="authorization_server", shape=Shape.NAME, default="", before="/oauth2/"),
            ),
            settings=_settings("okta", scopes=("openid", "email", "profile", "groups")),
            quirks=Quirks(offline_scope="offline_access"),
        ),
        # The mapper "Group Membership" writes full paths, "/engineers". Older versions have "/auth" in
        # the URL. A refresh token comes by itself and lives with the person's session there; the scope
        # offline_access would bring one that outlives it. email_verified is false for people whom
        # an administrator made, until they or the administrator verify it.
        "keycloak": Preset(
            issuer="{url}/realms/{realm}",
            parts=(IssuerPart(name="url", shape=Shape.URL), IssuerPart(name="realm", shape=Shape.NAME)),
            settings=_settings("keycloak"),
            quirks=Quirks(group_prefix="/", offline_anyway=True),
        ),
        # The issuer ends with a slash. Groups and roles have no claim unless an action makes one,
        # whose name must be a URL (https://example.com/groups).
        "auth0": Preset(
            issuer="https://{domain}/",
            parts=(IssuerPart(name="domain", shape=Shape.HOST),),
            settings=_settings("auth0"),
            quirks=Quirks(offline_scope="offline_access"),  # unchecked
        ),
        # Unchecked: the regions "com.au" and "sg", the scope for refresh tokens, and that groups come
        # once "Group Names" is mapped to an attribute "groups".
        "pingone": Preset(
            issuer="https://auth.pingone.{region}/{environment}/as",
            parts=(
                IssuerPart(name="environment", shape=Shape.NAME),
                IssuerPart(
                    name="region",
                    shape=Shape.NAME,
                    default="com",
                    choices=("com", "eu", "ca", "asia", "com.au", "sg"),
                ),
            ),
            settings=_settings("pingone"),
            quirks=Quirks(offline_scope="offline_access"),
        ),
        # Unchecked, all of it. Groups need the scope "groups", and some tenants join them by semicolons.
        "onelogin": Preset(
            issuer="https://{subdomain}.onelogin.com/oidc/2",
            parts=(IssuerPart(name="subdomain", shape=Shape.NAME),),
            settings=_settings("onelogin", scopes=("openid", "email", "profile", "groups")),
            quirks=Quirks(group_separator=";", offline_scope="offline_access"),
        ),
        # email_verified is the text "true" in userinfo, which is read everywhere. ID and access tokens
        # come from one issuer and are told apart by token_use alone. Unchecked: that a refresh token
        # comes by itself.
        "cognito": Preset(
            issuer="https://cognito-idp.{region}.amazonaws.com/{user_pool}",
            parts=(
                IssuerPart(name="region", shape=Shape.NAME),
                IssuerPart(name="user_pool", shape=Shape.NAME),
            ),
            settings=_settings("cognito", groups_claim="cognito:groups"),
            quirks=Quirks(token_use=True, offline_anyway=True),
        ),
        # All groups are in userinfo alone ("groups"); the ID token has only "groups_direct". Addresses
        # may be unverified on installations of one's own. Unchecked: that a refresh token comes by itself.
        "gitlab": Preset(
            issuer="{url}",
            parts=(IssuerPart(name="url", shape=Shape.URL, default="https://gitlab.com"),),
            settings=_settings("gitlab"),
            quirks=Quirks(offline_anyway=True),
        ),
        # LinkedIn puts no nonce into ID tokens, and answers invalid_client to a PKCE parameter unless
        # its support switched that on. So neither binds the code to the browser here. What remains:
        # the state does bind the answer to the browser (and no answer without it is looked at); the
        # code is good once, for half an hour, and only together with the client secret, which every
        # application there has; it comes to one registered address by TLS, and goes to the token
        # endpoint by TLS. A nonce that should come after all must be right.
        "linkedin": Preset(
            issuer=LINKEDIN,
            settings=_settings("linkedin", issuer=LINKEDIN),
            quirks=Quirks(pkce=False, nonce=False, client_authentication="client_secret_post"),
        ),
        # Tokens name the issuer with or without "https://" (Google's manual, "Validating an ID token").
        # Anybody can have a Google account: hosted_domain keeps it to one organisation. The refresh token
        # comes only to who asks for consent as well.
        "google": Preset(
            issuer=GOOGLE,
            settings=_settings("google", issuer=GOOGLE),
            quirks=Quirks(bare_issuer=True, offline={"access_type": "offline", "prompt": "consent"}),
        ),
    }
)
"""What ``OpenIdConnect.preset`` may be, beside nothing."""


def quirks_of(settings: OpenIdConnect) -> Quirks:
    """The quirks of the service that these settings are of.

    Raises:
        Invalid: the preset is not known. Its quirks may be what makes it safe.
    """
    if not settings.preset:
        return STANDARD
    if settings.preset not in PRESETS:
        raise Invalid("preset", f"{settings.preset!r} is not known: use one of {', '.join(PRESETS)}")
    return PRESETS[settings.preset].quirks
