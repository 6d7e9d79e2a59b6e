"""Type ``entra``: Microsoft Entra ID (Azure AD)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from doorward.declaration import addresses, durations, values
from doorward.declaration.declared import DeclaredSettings, Missing
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import ca, pem_certificates, pem_secret, secret
from doorward.model.entra_names import ORGANIZATIONS, check_tenants, is_domain, is_guid
from doorward.model.errors import Invalid
from doorward.model.identity_provider import ClientSecret, Cloud, EntraId

SECRET_FIELDS = ("value", "value_file", "value_env", "expires")
ONE_SECRET = ("client_secret", "client_secret_file", "client_secret_env")
CERTIFICATE = ("certificate", "certificate_file", "private_key", "private_key_file")
FIELDS = (
    "tenant",
    "client_id",
    *ONE_SECRET,
    "client_secrets",
    *CERTIFICATE,
    "cloud",
    "allowed_tenants",
    "allow_guests",
    "email_claim",
    "email_domains",
    "claims",
    "groups",
    "conditional_access",
    "context_lifetime",
    "prompt",
    "domain_hint",
    "recheck_every",
    "poll_every",
    "authority_url",
    "graph_url",
    "ca",
    "ca_file",
)
PROMPTS = ("login", "select_account", "consent")
MOST_SECRETS = 2

_DEFAULT = EntraId(tenant="", client_id="")
_NOTHING = "00000000-0000-0000-0000-000000000000"


def read(fields: Fields) -> DeclaredSettings:
    """The fields of a provider of type ``entra``."""
    proof, unsaid = _proof(fields)
    settings = EntraId(
        tenant=fields.required("tenant", _lower, instead=_NOTHING),
        client_id=fields.required("client_id", _client_id, instead=""),
        certificate=pem_certificates(fields, "certificate"),
        cloud=fields.optional("cloud", _cloud, _DEFAULT.cloud),
        allowed_tenants=fields.optional("allowed_tenants", _lower_words, ()),
        allow_guests=fields.optional("allow_guests", values.switch, default=True),
        email_claim=fields.optional("email_claim", values.word, ""),
        email_domains=fields.optional("email_domains", _domains, ()),
        claims=fields.optional("claims", values.ordered_words, ()),
        groups=fields.optional("groups", values.switch, default=True),
        conditional_access=fields.optional("conditional_access", values.switch, default=False),
        context_lifetime=fields.optional("context_lifetime", durations.lifetime, _DEFAULT.context_lifetime),
        prompt=fields.optional("prompt", _prompt, ""),
        domain_hint=fields.optional("domain_hint", _domain_hint, ""),
        recheck_every=fields.optional("recheck_every", durations.interval, _DEFAULT.recheck_every),
        poll_every=fields.optional("poll_every", durations.interval, _DEFAULT.poll_every),
        authority_url=fields.optional("authority_url", _origin, ""),
        graph_url=fields.optional("graph_url", _origin, ""),
        ca=ca(fields),
        **proof,
    )
    try:
        check_tenants(settings)
    except Invalid as error:
        fields.at.reading.note(Invalid(fields.path(error.field), error.problem))
    return DeclaredSettings(
        settings=settings,
        unsaid=unsaid,
        # The certificate, too: a key is of no use with another one, nor a secret in its place.
        bound_to=("tenant", "client_id", "cloud", "authority_url", "certificate"),
        needed=("private_key",) if settings.certificate else ("client_secrets",),
        missing=Missing("private_key", "private_key or private_key_file")
        if settings.certificate
        else Missing(
            "client_secret",
            "client_secret, client_secret_file or client_secret_env; or client_secrets; or certificate "
            "and private_key",
        ),
    )


def _proof(fields: Fields) -> tuple[dict[str, Any], frozenset[str]]:
    """How Doorward proves itself, and the secret fields that are left as they are: those of the way that
    the file speaks of. The other way's are emptied."""
    ways = (ONE_SECRET, ("client_secrets",), CERTIFICATE)
    chosen = [next(name for name in way if name in fields) for way in ways if any(n in fields for n in way)]
    for extra in chosen[1:]:
        problem = (
            f"stands beside {chosen[0]}: there is one way to prove oneself, so give client_secret, or "
            "client_secrets, or certificate and private_key"
        )
        fields.at.reading.note(Invalid(fields.path(extra), problem))
    if chosen and chosen[0] in CERTIFICATE:
        key = pem_secret(fields, "private_key")
        if not {"certificate", "certificate_file"} & fields.entries.keys():
            problem = "is missing: private_key is of no use without it"
            fields.at.reading.note(Invalid(fields.path("certificate"), problem))
        return {"private_key": key or ""}, frozenset() if key is not None else frozenset({"private_key"})
    secrets = _secrets(fields)
    if secrets is None:
        return {}, frozenset({"client_secrets"})
    return {"client_secrets": secrets}, frozenset()


def _secrets(fields: Fields) -> tuple[ClientSecret, ...] | None:
    """None where the file says nothing of them."""
    if "client_secrets" in fields:
        nothing: tuple[ClientSecret, ...] = ()
        return fields.optional("client_secrets", _several, nothing)
    value = secret(fields, "client_secret")
    if value == "":
        fields.at.reading.note(Invalid(fields.path("client_secret"), "is empty: Entra ID wants a secret"))
    return None if value is None else (ClientSecret(value=value),)


def _several(at: At) -> tuple[ClientSecret, ...]:
    found = at.items(_one)
    if not 1 <= len(found) <= MOST_SECRETS:
        raise at.wrong("must list one secret, or two while one takes the other's place")
    return found


def _one(at: At) -> ClientSecret:
    fields = at.fields(SECRET_FIELDS)
    value = secret(fields, "value")
    if not value:
        raise Invalid(fields.path("value"), "is missing: give value, value_file or value_env")
    return ClientSecret(value=value, expires=fields.optional("expires", _expires, None))


def _expires(at: At) -> datetime | None:
    """A day, as Entra's pages show it, or an instant."""
    try:
        day = date.fromisoformat(at.text())
    except ValueError:
        return values.instant(at)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _client_id(at: At) -> str:
    text = values.word(at).lower()
    if not is_guid(text):
        raise at.wrong("is not an id: copy the Application (client) ID from the registration's overview")
    return text


def _lower(at: At) -> str:
    return values.word(at).lower()


def _lower_words(at: At) -> tuple[str, ...]:
    return tuple(dict.fromkeys(at.items(_lower)))


def _domains(at: At) -> tuple[str, ...]:
    return tuple(dict.fromkeys(at.items(_domain)))


def _domain(at: At) -> str:
    text = values.word(at).lower()
    if not is_domain(text):
        raise at.wrong(f"{text[:120]!r} is not a domain: write example.com, without @")
    return text


def _domain_hint(at: At) -> str:
    text = values.word(at).lower()
    if text != ORGANIZATIONS and not is_domain(text):
        raise at.wrong(f"{text[:120]!r} is neither a domain nor organizations")
    return text


def _cloud(at: At) -> Cloud:
    clouds: Mapping[str, Cloud] = {str(cloud): cloud for cloud in Cloud}
    return values.one_of(at, clouds, noun="a cloud")


def _prompt(at: At) -> str:
    return values.one_of(at, {name: name for name in PROMPTS}, noun="a prompt")


def _origin(at: At) -> str:
    addresses.issuer(at)  # https, and http on this machine alone
    return addresses.origin_url(at)
