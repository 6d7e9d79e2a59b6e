"""Where an application lives and what its server is told: ``url``, ``tunnel`` and ``origin``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from doorward.declaration import addresses, values
from doorward.declaration.declared import DeclaredOrigin
from doorward.declaration.durations import timeout
from doorward.declaration.reading import At, Fields
from doorward.declaration.secret_fields import ca
from doorward.model.application import ApplicationType
from doorward.model.application_options import OriginHeaders, OriginTimeouts
from doorward.model.errors import Invalid
from doorward.model.header_names import header_name, header_value

ORIGIN_FIELDS = (
    "host_header",
    "ca",
    "ca_file",
    "server_name",
    "verify",
    "headers",
    "identity_headers",
    "timeouts",
)
HEADER_FIELDS = ("add", "remove")
TIMEOUT_FIELDS = ("connect", "request", "idle")
FACTS = ("email", "name", "upn", "groups")
"""What an identity header may say of a person, beside ``claim:`` and a claim's name."""

Pairs: TypeAlias = tuple[tuple[str, str], ...]

_TLS_FIELDS = ("ca", "ca_file", "server_name", "verify")
_URL = {
    ApplicationType.SELF_HOSTED: addresses.origin_url,
    ApplicationType.TCP: addresses.tcp_url,
    ApplicationType.BOOKMARK: addresses.page_url,
}


def origin(fields: Fields, kind: ApplicationType) -> DeclaredOrigin:
    """The origin of an application of this type."""
    url = fields.required("url", _URL[kind], instead="")
    tunnel = fields.optional("tunnel", values.thing_id, "") or None
    plain = DeclaredOrigin(url=url, tunnel=tunnel)
    return fields.optional("origin", lambda at: _detailed(at, plain), plain)


def _detailed(at: At, plain: DeclaredOrigin) -> DeclaredOrigin:
    fields = at.fields(ORIGIN_FIELDS)
    for name in _TLS_FIELDS:
        if name in fields and plain.url.startswith("http://"):
            problem = "concerns https only, and url begins with http://: leave it out, or change url"
            at.reading.note(Invalid(fields.path(name), problem))
    headers = fields.optional("headers", _headers, OriginHeaders())
    identity_headers: Pairs = fields.optional("identity_headers", _identity_headers, ())
    taken = {name for name, _ in headers.added} | set(headers.removed)
    for name, _ in identity_headers:
        if name in taken:
            problem = f"{name} is in headers too: say one thing of it"
            at.reading.note(Invalid(f"{fields.path('identity_headers')}.{name}", problem))
    return DeclaredOrigin(
        url=plain.url,
        tunnel=plain.tunnel,
        host_header=fields.optional("host_header", addresses.host_header, ""),
        ca=ca(fields),
        server_name=fields.optional("server_name", addresses.hostname, ""),
        verify=fields.optional("verify", values.switch, default=True),
        headers=headers,
        identity_headers=identity_headers,
        timeouts=fields.optional("timeouts", lambda inner: _timeouts(inner, plain), OriginTimeouts()),
    )


def _headers(at: At) -> OriginHeaders:
    fields = at.fields(HEADER_FIELDS)
    added: Pairs = fields.optional("add", _added, ())
    removed: tuple[str, ...] = fields.optional("remove", _removed, ())
    for name, _ in added:
        if name in removed:
            problem = f"{name} is added too, which takes the place of what was there: leave it out here"
            at.reading.note(Invalid(fields.path("remove"), problem))
    return OriginHeaders(added=added, removed=removed)


def _added(at: At) -> Pairs:
    return _by_name(at, _value, of_people=False)


def _removed(at: At) -> tuple[str, ...]:
    return tuple(dict.fromkeys(at.items(lambda item: header_name(item.text(), field=item.path))))


def _value(at: At) -> str:
    return header_value(at.text(), field=at.path)


def _identity_headers(at: At) -> Pairs:
    return _by_name(at, _fact, of_people=True)


def _fact(at: At) -> str:
    text = at.text()
    prefix, colon, claim = text.partition(":")
    if text in FACTS or (prefix == "claim" and colon and claim and len(claim) <= values.MAX_WORD):
        return text
    allowed = ", ".join(FACTS)
    raise at.wrong(f"{text[:60]!r} is not a fact about people: use {allowed}, or claim:NAME")


def _by_name(at: At, read: Callable[[At], str], *, of_people: bool) -> Pairs:
    """Pairs of header and what stands beside it, in the order of their names; each name once."""
    found: dict[str, str] = {}
    for given, node in at.mapping().items():
        inner = At(node, f"{at.path}.{given}", at.reading)
        try:
            name = header_name(given, field=inner.path, of_people=of_people)
            value = read(inner)
        except Invalid as error:
            at.reading.note(error)
            continue
        if name in found:
            at.reading.note(inner.wrong(f"{name} stands here twice: names of headers are blind to case"))
        found[name] = value
    return tuple(sorted(found.items()))


def _timeouts(at: At, plain: DeclaredOrigin) -> OriginTimeouts:
    fields = at.fields(TIMEOUT_FIELDS)
    if plain.tunnel is not None and "connect" in fields:
        problem = "is for servers that the edge dials itself; a tunnel's connector has a time of its own"
        raise Invalid(fields.path("connect"), f"{problem}: leave it out")

    def read(name: str) -> timedelta | None:
        return fields.optional(name, _timeout, None)

    return OriginTimeouts(connect=read("connect"), request=read("request"), idle=read("idle"))


def _timeout(at: At) -> timedelta | None:
    return timeout(at)
