"""The text of an access file becomes a ``Declaration``.

Here stands everything that can be said about the file alone. What depends on what is there already
(references into sections that the file leaves out, secrets to keep) is ``merge``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from errno import ENOENT
from types import MappingProxyType
from typing import NoReturn

from doorward.declaration import (
    application_options,
    certificate_authorities,
    external_evaluations,
    identity_providers,
    lists,
    origins,
    rules,
    service_tokens,
    tunnels,
)
from doorward.declaration import applications as apps
from doorward.declaration.declared import Declaration, DeclaredUnused
from doorward.declaration.document import read_document
from doorward.declaration.durations import session_duration
from doorward.declaration.nodes import MapNode, places_of
from doorward.declaration.providers import TYPES, entra, local
from doorward.declaration.reading import At, Fields, Reading, T

VERSION = "1"

FILE_FIELDS = (
    "version",
    "session_duration",
    "unused_service_tokens",
    "identity_providers",
    "rule_groups",
    "external_evaluations",
    "lists",
    "certificate_authorities",
    "policies",
    "tunnels",
    "applications",
    "service_tokens",
)

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "The file": FILE_FIELDS,
        "Identity provider": identity_providers.COMMON_FIELDS,
        "SCIM": identity_providers.SCIM_FIELDS,
        "Account": local.ACCOUNT_FIELDS,
        **{f"Type `{name}`": kind.fields for name, kind in TYPES.items()},
        "Client secret": entra.SECRET_FIELDS,
        "Rule group": rules.RULE_GROUP_FIELDS,
        "External evaluation": external_evaluations.EXTERNAL_EVALUATION_FIELDS,
        "Certificate authority": certificate_authorities.CERTIFICATE_AUTHORITY_FIELDS,
        "List": lists.LIST_FIELDS,
        "Policy": rules.POLICY_FIELDS,
        "Purpose": rules.PURPOSE_FIELDS,
        "Approval": rules.APPROVAL_FIELDS,
        "Tunnel": tunnels.TUNNEL_FIELDS,
        "Application": apps.APPLICATION_FIELDS,
        "Origin": origins.ORIGIN_FIELDS,
        "Headers": origins.HEADER_FIELDS,
        "Timeouts": origins.TIMEOUT_FIELDS,
        "CORS": application_options.CORS_FIELDS,
        "Cookie": application_options.COOKIE_FIELDS,
        "Deny page": application_options.DENY_PAGE_FIELDS,
        "Passes": application_options.PASSES_FIELDS,
        "Link": application_options.LINK_FIELDS,
        "Service token": service_tokens.SERVICE_TOKEN_FIELDS,
        "Unused service tokens": service_tokens.UNUSED_FIELDS,
    }
)
"""Every field there is, by the heading of ``docs/reference/file.md`` that tells about it."""


def _no_files(name: str) -> NoReturn:
    raise FileNotFoundError(ENOENT, "files are not read here", name)


def parse(
    text: str,
    *,
    file: str = "access.yaml",
    read_file: Callable[[str], str] = _no_files,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Declaration:
    """Read an access file.

    ``file`` is the name for messages. ``read_file`` gives the text of a file named in a ``…_file``
    field (relative names begin at the access file's folder) and raises OSError or UnicodeError;
    ``environment`` holds what ``…_env`` fields name.

    Raises:
        DeclarationInvalid: something in it is wrong; it lists every such thing.
    """
    root, duplicates = read_document(text, file=file)
    reading = Reading(file, places_of(root), read_file=read_file, environment=environment)
    at = At(root, "", reading)
    _check_version(at)
    reading.note_all(duplicates)
    declaration = _declaration(at.fields(FILE_FIELDS), reading)
    reading.finish()
    return declaration


def _check_version(at: At) -> None:
    """Raises DeclarationInvalid: nothing more can be said about a file of another version."""
    if isinstance(at.node, MapNode):
        Fields(at, at.node.entries).required("version", _version, instead="")
    else:
        at.reading.note(at.wrong("the file is not a mapping: begin it with 'version: 1'"))
    at.reading.finish()


def _declaration(fields: Fields, reading: Reading) -> Declaration:
    return Declaration(
        file=reading.file,
        places=reading.places,
        session_duration=fields.optional("session_duration", _session_duration, None),
        unused_service_tokens=fields.optional("unused_service_tokens", _unused_service_tokens, None),
        identity_providers=_section(
            fields,
            "identity_providers",
            identity_providers.identity_provider,
            {"id": lambda provider: provider.id, "name": lambda provider: provider.name},
        ),
        rule_groups=_section(fields, "rule_groups", rules.rule_group, {"id": lambda group: group.id}),
        external_evaluations=_section(
            fields,
            "external_evaluations",
            external_evaluations.external_evaluation,
            {"id": lambda evaluation: evaluation.id},
        ),
        lists=_section(fields, "lists", lists.named_list, {"id": lambda each: each.id}),
        certificate_authorities=_section(
            fields,
            "certificate_authorities",
            certificate_authorities.certificate_authority,
            {"id": lambda authority: authority.id},
        ),
        policies=_section(fields, "policies", rules.shared_policy, {"id": lambda policy: policy.id}),
        tunnels=_section(fields, "tunnels", tunnels.tunnel, {"name": str}),
        applications=_section(
            fields,
            "applications",
            apps.application,
            {"id": lambda application: application.id, "hostname": apps.hostname_of},
        ),
        service_tokens=_section(
            fields,
            "service_tokens",
            service_tokens.service_token,
            {"id": lambda token: token.id, "client_id": lambda token: token.client_id or ""},
        ),
    )


def _version(at: At) -> str:
    if at.text() != VERSION:
        raise at.wrong(f"is not a version that this program knows: write 'version: {VERSION}'")
    return VERSION


def _session_duration(at: At) -> timedelta | None:
    return session_duration(at)


def _unused_service_tokens(at: At) -> DeclaredUnused | None:
    return service_tokens.unused_service_tokens(at)


def _section(
    fields: Fields, name: str, read: Callable[[At], T], unique: Mapping[str, Callable[[T], str]]
) -> tuple[T, ...] | None:
    """A section's items; None when the file leaves it out."""

    def items(at: At) -> tuple[T, ...] | None:
        return at.items(read, unique=unique)

    return fields.optional(name, items, None)
