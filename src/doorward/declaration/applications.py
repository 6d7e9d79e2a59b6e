"""The section ``applications``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from doorward.declaration import addresses, application_options, values
from doorward.declaration.declared import DeclaredApplication
from doorward.declaration.durations import session_duration
from doorward.declaration.header_names import credential_header
from doorward.declaration.nodes import ListNode, TextNode, wrong_kind
from doorward.declaration.origins import origin
from doorward.declaration.reading import At, Fields
from doorward.declaration.rules import own_policy
from doorward.model.access_pass import PassRules
from doorward.model.application import ApplicationType
from doorward.model.application_options import Cors, DenyPage, SameSite, WithoutSignIn
from doorward.model.destination import Destination
from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, IdentityProviderId, PolicyId
from doorward.model.policy import Policy

APPLICATION_FIELDS = (
    "id",
    "name",
    "type",
    "hostname",
    "destinations",
    "url",
    "tunnel",
    "origin",
    "session_duration",
    "identity_providers",
    "sign_in_with",
    "sign_in",
    "show_in_launcher",
    "websockets",
    "read_service_tokens_from_header",
    "cors",
    "cookie",
    "deny_page",
    "passes",
    "policies",
)

_OF_WEB_SERVERS = (
    *("origin", "sign_in", "websockets", "read_service_tokens_from_header"),
    *("cors", "cookie", "deny_page", "passes"),
)
_OF_SERVERS = ("hostname", "destinations", "tunnel", "session_duration", "identity_providers", "sign_in_with")
NOT_FOR: Mapping[ApplicationType, tuple[str, ...]] = MappingProxyType(
    {
        ApplicationType.SELF_HOSTED: (),
        ApplicationType.TCP: _OF_WEB_SERVERS,
        ApplicationType.BOOKMARK: (*_OF_SERVERS, *_OF_WEB_SERVERS),
    }
)
"""The fields that mean nothing for an application of a type."""

_TYPES = {kind.value: kind for kind in ApplicationType}
_SIGN_IN = {answer.value: answer for answer in WithoutSignIn}


def application(at: At) -> DeclaredApplication:
    """One application of the file."""
    fields = at.fields(APPLICATION_FIELDS)
    kind = fields.optional("type", _type, ApplicationType.SELF_HOSTED)
    for name in NOT_FOR[kind]:
        if name in fields:
            at.reading.note(Invalid(fields.path(name), f"is nothing for the type {kind}: leave it out"))
    show_in_launcher = fields.optional("show_in_launcher", values.switch, default=True)
    identity_providers: tuple[IdentityProviderId, ...] = fields.optional(
        "identity_providers", _identity_providers, ()
    )
    return DeclaredApplication(
        id=ApplicationId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        type=kind,
        destinations=_destinations(fields, kind, linked=show_in_launcher),
        origin=origin(fields, kind),
        session_duration=fields.optional("session_duration", _session_duration, None),
        identity_providers=identity_providers,
        sign_in_with=_sign_in_with(fields, identity_providers),
        sign_in=fields.optional("sign_in", _sign_in, WithoutSignIn.REDIRECT),
        show_in_launcher=show_in_launcher,
        websockets=fields.optional("websockets", values.switch, default=True),
        service_token_header=fields.optional("read_service_tokens_from_header", credential_header, ""),
        cors=fields.optional("cors", _cors, None),
        same_site=fields.optional("cookie", application_options.same_site, SameSite.LAX),
        deny_page=fields.optional("deny_page", _deny_page, None),
        passes=fields.optional("passes", _passes, None),
        policies=fields.optional("policies", _policies, ()),
    )


def hostname_of(declared: DeclaredApplication) -> str:
    """Its hostname if that is all that is said of where it is, else empty."""
    first, *others = declared.destinations or (Destination(""),)
    return "" if others or first.path else first.hostname


def _type(at: At) -> ApplicationType:
    return values.one_of(at, _TYPES, noun="a type of application")


def _sign_in(at: At) -> WithoutSignIn:
    return values.one_of(at, _SIGN_IN, noun="an answer")


def _session_duration(at: At) -> timedelta | None:
    return session_duration(at)


def _cors(at: At) -> Cors | None:
    return application_options.cors(at)


def _deny_page(at: At) -> DenyPage | None:
    return application_options.deny_page(at)


def _passes(at: At) -> PassRules | None:
    return application_options.passes(at)


def _destinations(fields: Fields, kind: ApplicationType, *, linked: bool) -> tuple[Destination, ...]:
    """``hostname`` for the one that is a whole host, ``destinations`` for everything else. ``linked``:
    the launcher needs somewhere to lead."""
    if kind is ApplicationType.BOOKMARK:
        return ()
    if "destinations" not in fields:
        found = fields.required("hostname", addresses.hostname, instead="")
        return (Destination(found),)
    path = fields.path("destinations")
    if "hostname" in fields:
        fields.at.reading.note(Invalid(path, "stands beside hostname: list that one here, and leave it out"))
    places: tuple[Destination, ...] = fields.optional("destinations", _listed, ())
    if kind is ApplicationType.TCP and any(place.path for place in places):
        fields.at.reading.note(Invalid(path, "holds a path, which TCP does not have: give hostnames alone"))
    if linked and places and not any(place.is_one_place for place in places):
        problem = (
            "holds a * in each, and the launcher cannot lead there: add one without, or set "
            "show_in_launcher: false"
        )
        fields.at.reading.note(Invalid(path, problem))
    return places


def _listed(at: At) -> tuple[Destination, ...]:
    found = at.items(addresses.destination)
    if not found and isinstance(at.node, ListNode) and not at.node.items:
        raise at.wrong("is empty, and then nobody finds the application: list at least one")
    first: dict[tuple[str, str], Destination] = {}
    for place in found:
        if first.setdefault(place.key, place) is not place:
            raise at.wrong(f"holds {str(place)!r} twice: leave out the one")
    return found


def _identity_providers(at: At) -> tuple[IdentityProviderId, ...]:
    found = tuple(dict.fromkeys(IdentityProviderId(item) for item in at.items(values.thing_id)))
    if not found:
        raise at.wrong("is empty, and then nobody could sign in: leave it out for all identity providers")
    return found


def _sign_in_with(fields: Fields, taken: tuple[IdentityProviderId, ...]) -> IdentityProviderId | None:
    found = IdentityProviderId(fields.optional("sign_in_with", values.thing_id, ""))
    if found and taken and found not in taken:
        problem = f"{found!r} is not one of this application's identity_providers: add it there"
        fields.at.reading.note(Invalid(fields.path("sign_in_with"), problem))
    return found or None


def _policies(at: At) -> tuple[Policy | PolicyId, ...]:
    """Policies of its own and names of shared ones; no id may stand there twice."""
    if not isinstance(at.node, ListNode):
        raise wrong_kind(at.path, at.node, "a list of policies")
    position = iter(range(1, len(at.node.items) + 1))
    return at.items(lambda item: _policy(item, next(position)), unique={"id": _policy_id})


def _policy(at: At, position: int) -> Policy | PolicyId:
    if isinstance(at.node, TextNode):
        return PolicyId(values.thing_id(at))
    return own_policy(at, position=position)


def _policy_id(entry: Policy | PolicyId) -> str:
    return entry.id if isinstance(entry, Policy) else entry
