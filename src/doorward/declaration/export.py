"""A configuration becomes the text of an access file that applies back to it.

Rule: the same configuration gives the same text, letter for letter, and what has its default is
left out, so that a file kept in version control shows what somebody decided and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

import yaml

from doorward.declaration.durations import written_duration
from doorward.declaration.rules import PROVIDER
from doorward.declaration.written import SECRET_FIELDS, Written, add, written_settings
from doorward.declaration.written_applications import written_application
from doorward.model.application import Application
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.configuration import Configuration
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts
from doorward.model.named_list import NamedList
from doorward.model.policy import Approval, Policy
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.model.service_token import ServiceToken

_SECRETS = SECRET_FIELDS | {
    "password_hash",
    "secret_hash",
    "scim_token_hash",
    "previous_secret_hash",
    "previous_until",
}
"""Left out on request; ``previous_until`` is no secret and means nothing without one."""

_LONGEST_LINE = 80
_NO_FOLDING = 2**31 - 1

_WITHOUT_SECRETS = """\
# Secrets are left out (passwords, client secrets, keys and hashes): what has one keeps it when this
# file is applied. To write them as well: doorward export --with-secrets
"""
_WITH_SECRETS = """\
# This file holds secrets: keep it where only administrators can read it.
"""


def export(configuration: Configuration, *, with_secrets: bool = False) -> str:
    """Write ``configuration`` as an access file.

    Applied to the configuration it came from, it changes nothing. With ``with_secrets`` it makes an
    equal one from nothing, but for what is made anew: audiences, generations, and tunnels' ids and
    token versions.

    Raises:
        NotFound: an application names a tunnel that is not there.
    """
    sections = _sections(configuration)
    head = _WITH_SECRETS if with_secrets else _WITHOUT_SECRETS
    settings = "".join(_line(name, value) for name, value in _settings(configuration).items())
    parts = [f"{head}version: 1\n{settings}"]
    parts += [_section(name, things, with_secrets=with_secrets) for name, things in sections.items()]
    return "\n".join(parts)


def access_document(configuration: Configuration) -> str:
    """What ``export`` writes without secrets, as JSON: quick to make, and still an access file.

    Raises NotFound as ``export`` does.
    """
    sections: dict[str, object] = {
        name: [_without_secrets(thing) for thing in things]
        for name, things in _sections(configuration).items()
    }
    head = {"version": 1, **_settings(configuration)}
    # Not in ASCII: JSON writes what lies beyond 16 bits as two escapes, which YAML does not know.
    return json.dumps({**head, **sections}, separators=(",", ":"), ensure_ascii=False)


def _sections(configuration: Configuration) -> dict[str, list[Written]]:
    return {
        "identity_providers": [_provider(provider) for provider in configuration.identity_providers],
        "rule_groups": [_rule_group(group) for group in configuration.rule_groups],
        "external_evaluations": [_evaluation(each) for each in configuration.external_evaluations],
        "lists": [_list_of_items(each) for each in configuration.lists],
        "certificate_authorities": [_authority(each) for each in configuration.certificate_authorities],
        "policies": [_policy(policy) for policy in configuration.policies],
        "tunnels": [{"name": tunnel.name} for tunnel in configuration.tunnels],
        "applications": [_application(app, configuration) for app in configuration.applications],
        "service_tokens": [_service_token(token) for token in configuration.service_tokens],
    }


def _section(name: str, things: Iterable[Written], *, with_secrets: bool) -> str:
    shown = [thing if with_secrets else _without_secrets(thing) for thing in things]
    return yaml.dump(
        {name: shown},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=_NO_FOLDING,
    )


def _without_secrets(value: Written) -> Written:
    """``value`` without any secret in it, at any depth."""
    if isinstance(value, dict):
        return {key: _without_secrets(inner) for key, inner in value.items() if key not in _SECRETS}
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return value


def _provider(provider: IdentityProvider) -> dict[str, Written]:
    written: dict[str, Written] = {"id": provider.id}
    add(written, "name", provider.name)
    if isinstance(provider.settings, LocalAccounts):
        written["type"] = "local"
        written["accounts"] = [_account(account) for account in provider.settings.accounts]
        add(written, "second_factor", str(provider.settings.second_factor), default="optional")
    else:
        written |= written_settings(provider.settings)
    add(written, "scim_token_hash", provider.scim_token_hash)
    return written


def _account(account: Account) -> dict[str, Written]:
    written: dict[str, Written] = {"email": account.email}
    add(written, "name", account.name)
    add(written, "groups", [*sorted(account.groups)], default=[])
    add(written, "disabled", account.disabled, default=False)
    written["password_hash"] = account.password_hash
    return written


def _rule_group(group: RuleGroup) -> dict[str, Written]:
    written: dict[str, Written] = {"id": group.id}
    add(written, "name", group.name)
    return written | _rules(group.rules)


def _evaluation(evaluation: ExternalEvaluation) -> dict[str, Written]:
    written: dict[str, Written] = {"id": evaluation.id}
    add(written, "name", evaluation.name)
    written |= {"url": evaluation.url, "keys_url": evaluation.keys_url}
    add(written, "timeout", written_duration(evaluation.timeout), default="2s")
    add(written, "valid_for", written_duration(evaluation.valid_for), default="5m")
    add(written, "ca", evaluation.ca)
    return written


def _authority(authority: CertificateAuthority) -> dict[str, Written]:
    written: dict[str, Written] = {"id": authority.id}
    add(written, "name", authority.name)
    written |= {"hostnames": [*authority.hostnames], "certificate": authority.certificates}
    add(written, "crl", authority.crls)
    return written


def _list_of_items(each: NamedList) -> dict[str, Written]:
    written: dict[str, Written] = {"id": each.id}
    add(written, "name", each.name)
    return written | {"kind": each.kind.value, "items": [*each.items]}


def _policy(policy: Policy) -> dict[str, Written]:
    written: dict[str, Written] = {"id": policy.id}
    add(written, "name", policy.name)
    written["action"] = policy.action.value
    if policy.session_duration is not None:
        written["session_duration"] = written_duration(policy.session_duration)
    written |= _rules(policy.rules)
    if policy.purpose is not None:
        prompt: dict[str, Written] = {}
        add(prompt, "prompt", policy.purpose.prompt)
        written["purpose"] = prompt
    if policy.approval is not None:
        written["approval"] = _approval(policy.approval)
    return written


def _approval(approval: Approval) -> dict[str, Written]:
    written: dict[str, Written] = {}
    add(written, "approvers", [*approval.approvers], default=[])
    add(written, "lists", [*approval.approver_lists], default=[])
    add(written, "needed", str(approval.needed), default="1")
    add(written, "longest", written_duration(approval.longest), default="8h")
    return written


def _rules(rules: Rules) -> dict[str, Written]:
    written: dict[str, Written] = {"include": [_selector(selector) for selector in rules.include]}
    add(written, "require", [_selector(selector) for selector in rules.require], default=[])
    add(written, "exclude", [_selector(selector) for selector in rules.exclude], default=[])
    return written


def _selector(selector: Selector) -> Written:
    if not selector.value and selector.identity_provider is None:
        return selector.kind
    written: dict[str, Written] = {selector.kind: selector.value}
    if selector.identity_provider is not None:
        written["identity_provider"] = selector.identity_provider
    return written


def _application(application: Application, configuration: Configuration) -> Written:
    policies = [_policy(entry) if isinstance(entry, Policy) else entry for entry in application.policies]
    return written_application(application, configuration, policies)


def _service_token(token: ServiceToken) -> dict[str, Written]:
    written: dict[str, Written] = {"id": token.id}
    add(written, "name", token.name)
    written["client_id"] = token.client_id
    if token.expires is not None:
        written["expires"] = token.expires.isoformat().replace("+00:00", "Z")
    add(written, "disabled", token.disabled, default=False)
    written["secret_hash"] = token.secret_hash
    if token.previous_until is not None:
        written["previous_secret_hash"] = token.previous_secret_hash
        written["previous_until"] = token.previous_until.isoformat().replace("+00:00", "Z")
    return written


def _settings(configuration: Configuration) -> dict[str, Written]:
    """What stands before the sections."""
    unused = configuration.unused_service_tokens
    after: dict[str, Written] = {}
    if unused is not None:
        after = {"after": written_duration(unused.after), "action": unused.action.value}
    return {
        "session_duration": written_duration(configuration.session_duration),
        "unused_service_tokens": after or "off",
    }


def _line(name: str, value: Written) -> str:
    if isinstance(value, dict):
        value = "{" + ", ".join(f"{key}: {each}" for key, each in value.items()) + "}"
    return f"{name}: {value}\n"


class _Dumper(yaml.SafeDumper):
    """Writes as people do: lists stand in by two, lists of words and narrowed groups on one line,
    certificates line by line. Never writes an alias, which ``parse`` refuses."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - as in PyYAML
        super().increase_indent(flow=flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _list(dumper: yaml.SafeDumper, items: list[Written]) -> yaml.SequenceNode:
    on_one_line = all(isinstance(item, str) for item in items) and len(str(items)) <= _LONGEST_LINE
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=on_one_line)


def _mapping(dumper: yaml.SafeDumper, fields: dict[str, Written]) -> yaml.MappingNode:
    on_one_line = tuple(fields)[1:] == (PROVIDER,)
    return dumper.represent_mapping("tag:yaml.org,2002:map", fields, flow_style=on_one_line)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(dict, _mapping)
