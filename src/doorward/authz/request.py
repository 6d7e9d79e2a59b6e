"""Envoy's check request as a ``Question``."""

from __future__ import annotations

from urllib.parse import unquote

from envoy.service.auth.v3 import external_auth_pb2

from doorward.model.errors import Invalid
from doorward.services.questions import Question, hostname_of, source_in


def question_of(check: external_auth_pb2.CheckRequest, *, source: str) -> Question:
    """The facts that matter of a check request.

    ``source`` is the address that the edge says in the call's metadata: never a header of the request,
    and not the check's own, which may be a load balancer's. The host is without its port, which Envoy
    has matched already.

    Raises:
        Invalid: a fact is missing or malformed. The caller must refuse then.
    """
    http = check.attributes.request.http
    headers: dict[str, list[str]] = {}
    for header in http.header_map.headers:
        value = header.raw_value.decode("latin-1") or header.value
        headers.setdefault(header.key.lower(), []).append(value)
    if not http.host or not http.path.startswith("/"):
        raise Invalid("path", "the edge gave no host or no path")
    return Question(
        method=http.method,
        host=hostname_of(http.host),
        target=http.path,
        source=source_in(source),
        server_name=check.attributes.tls_session.sni.lower().removesuffix("."),
        certificate=unquote(check.attributes.source.certificate),
        headers=headers,
        # The edge's own, never a client's; ``http.id`` is a stream's number, which no log has.
        request_id="".join(headers.get("x-request-id", ())[:1]) or http.id,
    )
