"""The section ``applications``."""

from __future__ import annotations

from doorward.declaration import addresses, values
from doorward.declaration.declared import DeclaredApplication, DeclaredOrigin
from doorward.declaration.durations import session_duration
from doorward.declaration.header_names import credential_header
from doorward.declaration.nodes import ListNode, TextNode, wrong_kind
from doorward.declaration.reading import At, Fields
from doorward.declaration.rules import own_policy
from doorward.declaration.secret_fields import ca
from doorward.model.application import Application, Origin
from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, PolicyId
from doorward.model.policy import Policy

APPLICATION_FIELDS = (
    "id",
    "name",
    "hostname",
    "url",
    "tunnel",
    "origin",
    "session_duration",
    "identity_providers",
    "show_in_launcher",
    "websockets",
    "read_service_tokens_from_header",
    "policies",
)
ORIGIN_FIELDS = ("host_header", "ca", "ca_file", "server_name", "verify")
_TLS_FIELDS = ("ca", "ca_file", "server_name", "verify")

_DEFAULT = Application(id=ApplicationId(""), hostname="", origin=Origin(url=""), audience=Audience(""))


def application(at: At) -> DeclaredApplication:
    """One application of the file."""
    fields = at.fields(APPLICATION_FIELDS)
    return DeclaredApplication(
        id=ApplicationId(fields.required("id", values.thing_id, instead="")),
        name=fields.optional("name", values.display_name, ""),
        hostname=fields.required("hostname", addresses.hostname, instead=""),
        origin=_origin(fields),
        session_duration=fields.optional("session_duration", session_duration, _DEFAULT.session_duration),
        identity_providers=fields.optional("identity_providers", _identity_providers, ()),
        show_in_launcher=fields.optional("show_in_launcher", values.switch, default=True),
        websockets=fields.optional("websockets", values.switch, default=True),
        service_token_header=fields.optional("read_service_tokens_from_header", credential_header, ""),
        policies=fields.optional("policies", _policies, ()),
    )


def _identity_providers(at: At) -> tuple[IdentityProviderId, ...]:
    found = tuple(dict.fromkeys(IdentityProviderId(item) for item in at.items(values.thing_id)))
    if not found:
        raise at.wrong("is empty, and then nobody could sign in: leave it out for all identity providers")
    return found


def _origin(fields: Fields) -> DeclaredOrigin:
    url = fields.required("url", addresses.origin_url, instead="")
    tunnel = fields.optional("tunnel", values.thing_id, "") or None
    plain = DeclaredOrigin(url=url, tunnel=tunnel)
    return fields.optional("origin", lambda at: _detailed(at, plain), plain)


def _detailed(at: At, plain: DeclaredOrigin) -> DeclaredOrigin:
    fields = at.fields(ORIGIN_FIELDS)
    for name in _TLS_FIELDS:
        if name in fields and plain.url.startswith("http://"):
            problem = "concerns https only, and url begins with http://: leave it out, or change url"
            at.reading.note(Invalid(fields.path(name), problem))
    return DeclaredOrigin(
        url=plain.url,
        tunnel=plain.tunnel,
        host_header=fields.optional("host_header", addresses.host_header, ""),
        ca=ca(fields),
        server_name=fields.optional("server_name", addresses.hostname, ""),
        verify=fields.optional("verify", values.switch, default=True),
    )


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
