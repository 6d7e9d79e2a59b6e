"""An application as fields of an access file: what has its default is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from doorward.declaration.durations import written_duration
from doorward.declaration.written import Written, add
from doorward.model.access_pass import PassRules, Presented
from doorward.model.application import Application, ApplicationType, Origin
from doorward.model.application_options import Cors, DenyPage
from doorward.model.configuration import Configuration


def written_application(
    application: Application, configuration: Configuration, policies: Sequence[Written]
) -> dict[str, Written]:
    """``policies`` are its entries as they are written. Raises NotFound for a tunnel that is not there."""
    origin = application.origin
    written: dict[str, Written] = {"id": application.id}
    add(written, "name", application.name)
    add(written, "type", application.type.value, default=ApplicationType.SELF_HOSTED.value)
    written |= _places(application)
    written["url"] = origin.url
    if origin.tunnel is not None:
        written["tunnel"] = configuration.tunnel(origin.tunnel).name
    add(written, "origin", _origin(origin), default={})
    if application.session_duration is not None:
        written["session_duration"] = written_duration(application.session_duration)
    add(written, "identity_providers", [*application.identity_providers], default=[])
    add(written, "sign_in_with", application.sign_in_with or "")
    add(written, "sign_in", application.sign_in.value, default="redirect")
    add(written, "show_in_launcher", application.show_in_launcher, default=True)
    add(written, "websockets", application.websockets, default=True)
    add(written, "read_service_tokens_from_header", application.service_token_header)
    if application.cors is not None:
        written["cors"] = _cors(application.cors)
    if application.same_site.value != "lax":
        written["cookie"] = {"same_site": application.same_site.value}
    if application.deny_page is not None:
        written["deny_page"] = _deny_page(application.deny_page)
    if application.passes is not None:
        written["passes"] = _passes(application.passes)
    written["policies"] = [*policies]
    return written


def _places(application: Application) -> dict[str, Written]:
    if not application.destinations:
        return {}
    first, *others = application.destinations
    if not others and first.is_one_place and not first.path:
        return {"hostname": first.hostname}
    return {"destinations": [str(place) for place in application.destinations]}


def _origin(origin: Origin) -> dict[str, Written]:
    written: dict[str, Written] = {}
    add(written, "host_header", origin.host_header)
    add(written, "ca", origin.ca)
    add(written, "server_name", origin.server_name)
    add(written, "verify", origin.verify, default=True)
    headers: dict[str, Written] = {}
    add(headers, "add", dict(origin.headers.added), default={})
    add(headers, "remove", [*origin.headers.removed], default=[])
    add(written, "headers", headers, default={})
    add(written, "identity_headers", dict(origin.identity_headers), default={})
    timeouts: dict[str, Written] = {}
    _add_duration(timeouts, "connect", origin.timeouts.connect)
    _add_duration(timeouts, "request", origin.timeouts.request)
    _add_duration(timeouts, "idle", origin.timeouts.idle)
    add(written, "timeouts", timeouts, default={})
    return written


def _cors(cors: Cors) -> dict[str, Written]:
    written: dict[str, Written] = {}
    add(written, "allow_origins", [*cors.allow_origins], default=[])
    add(written, "allow_methods", [*cors.allow_methods], default=[])
    add(written, "allow_headers", [*cors.allow_headers], default=[])
    add(written, "expose_headers", [*cors.expose_headers], default=[])
    _add_duration(written, "max_age", cors.max_age)
    add(written, "allow_credentials", cors.allow_credentials, default=False)
    add(written, "pass_preflight", cors.pass_preflight, default=False)
    return written


def _deny_page(page: DenyPage) -> dict[str, Written]:
    if page.redirect:
        return {"redirect": page.redirect}
    written: dict[str, Written] = {"text": page.text}
    if page.link_url:
        written["link"] = {"text": page.link_text, "url": page.link_url}
    return written


def _passes(rules: PassRules) -> dict[str, Written]:
    written: dict[str, Written] = {"presented": [way.value for way in Presented if way in rules.presented]}
    usual = written_duration(PassRules(presented=rules.presented).longest)
    add(written, "longest", written_duration(rules.longest), default=usual)
    return written


def _add_duration(written: dict[str, Written], name: str, value: timedelta | None) -> None:
    if value is not None:
        written[name] = written_duration(value)
