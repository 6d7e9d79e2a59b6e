"""Names in a configuration that lead nowhere, told in terms of the file that caused it.

Rule: a reference that stands in the file is a problem of its own line. One that stands in a section
which the file leaves out was broken by the section that the file does hold, and is a problem there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from doorward.declaration.declared import Declaration
from doorward.declaration.reading import Notes
from doorward.declaration.rules import NARROWABLE
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.policy import Policy
from doorward.model.rule import Rules, Selector
from doorward.policy.selectors import (
    CERTIFICATE,
    EMAIL_LIST,
    EXTERNAL_EVALUATION,
    IP_LIST,
    LINKED_APP_TOKEN,
    RULE_GROUP,
)

_NOUNS = {
    "applications": "application",
    "certificate_authorities": "certificate authority",
    "external_evaluations": "external evaluation",
    "identity_providers": "identity provider",
    "lists": "list",
    "policies": "shared policy",
    "rule_groups": "rule group",
    "service_tokens": "service token",
    "tunnels": "tunnel",
}
_NAMED_BY = {
    CERTIFICATE: "certificate_authorities",
    EXTERNAL_EVALUATION: "external_evaluations",
    LINKED_APP_TOKEN: "applications",
    EMAIL_LIST: "lists",
    IP_LIST: "lists",
    RULE_GROUP: "rule_groups",
    "identity_provider": "identity_providers",
    "service_token": "service_tokens",
}
"""The selector kinds whose value names a thing, and the section that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """``owner`` (in words) names ``value`` in the field ``path``; ``section`` should hold it."""

    owner: str
    path: str
    section: str
    value: str


def missing(reference: Reference, there: Iterable[str]) -> Invalid:
    """The error for a reference that stands in the file."""
    known = sorted(there)
    close = get_close_matches(reference.value, known, n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    listed = ", ".join(known) or "there is none yet"
    noun = _NOUNS[reference.section]
    return Invalid(
        reference.path,
        f"there is no {noun} {reference.value!r}: {hint}"
        f"add it to {reference.section}, or use one of: {listed}",
    )


def check_references(configuration: Configuration, declaration: Declaration, notes: Notes) -> None:
    """Note every policy, rule group, list, identity provider and service token that is named but is not
    there, and every group, role or claim that several identity providers could mean."""
    there: dict[str, set[str]] = {
        "applications": {application.id for application in configuration.applications},
        "certificate_authorities": {each.id for each in configuration.certificate_authorities},
        "external_evaluations": {each.id for each in configuration.external_evaluations},
        "identity_providers": {str(provider.id) for provider in configuration.identity_providers},
        "lists": {each.id for each in configuration.lists},
        "policies": {policy.id for policy in configuration.policies},
        "rule_groups": {group.id for group in configuration.rule_groups},
        "service_tokens": {token.id for token in configuration.service_tokens},
    }
    for reference in _references(configuration):
        if reference.value not in there[reference.section]:
            _note_missing(reference, sorted(there[reference.section]), declaration, notes)
    if len(configuration.identity_providers) > 1:
        _note_ambiguous(configuration, declaration, notes)


def _note_missing(reference: Reference, there: Iterable[str], declaration: Declaration, notes: Notes) -> None:
    if declaration.holds(reference.path):
        notes.note(missing(reference, there))
        return
    notes.note(
        Invalid(
            reference.section,
            f"{reference.owner} uses {_NOUNS[reference.section]} {reference.value!r}, "
            "which this file removes: keep it, or change that as well",
        )
    )


def _note_ambiguous(configuration: Configuration, declaration: Declaration, notes: Notes) -> None:
    providers = ", ".join(provider.id for provider in configuration.identity_providers)
    for owner, path, selector in _selectors(configuration):
        if selector.kind not in NARROWABLE or selector.identity_provider is not None:
            continue
        problem = (
            f"{selector.kind} {selector.value!r} could be any identity provider's: "
            f"write {{{selector.kind}: {selector.value}, identity_provider: …}} with one of: {providers}"
        )
        if declaration.holds(path):
            notes.note(Invalid(path, problem))
        else:
            notes.note(Invalid("identity_providers", f"in {owner}, {problem}"))


def _references(configuration: Configuration) -> Iterator[Reference]:
    for owner, path, selector in _selectors(configuration):
        if selector.kind in _NAMED_BY and (selector.value or selector.kind != CERTIFICATE):
            section = _NAMED_BY[selector.kind]
            where = f"{path}.{selector.kind}"
            yield Reference(owner=owner, path=where, section=section, value=selector.value)
        if selector.identity_provider is not None:
            where = f"{path}.identity_provider"
            provider = selector.identity_provider
            yield Reference(owner=owner, path=where, section="identity_providers", value=provider)
    for index, application in enumerate(configuration.applications):
        owner = f"application {application.id!r}"
        for number, provider_id in enumerate(application.identity_providers):
            where = f"applications[{index}].identity_providers[{number}]"
            yield Reference(owner=owner, path=where, section="identity_providers", value=provider_id)
        if application.sign_in_with is not None:
            where = f"applications[{index}].sign_in_with"
            provider = application.sign_in_with
            yield Reference(owner=owner, path=where, section="identity_providers", value=provider)
        for number, entry in enumerate(application.policies):
            if not isinstance(entry, Policy):
                where = f"applications[{index}].policies[{number}]"
                yield Reference(owner=owner, path=where, section="policies", value=entry)


def _selectors(configuration: Configuration) -> Iterator[tuple[str, str, Selector]]:
    """Every selector with its owner in words and its field path."""
    for index, group in enumerate(configuration.rule_groups):
        yield from _of_rules(f"rule group {group.id!r}", f"rule_groups[{index}]", group.rules)
    for index, policy in enumerate(configuration.policies):
        yield from _of_rules(f"shared policy {policy.id!r}", f"policies[{index}]", policy.rules)
    for index, application in enumerate(configuration.applications):
        for number, entry in enumerate(application.policies):
            if isinstance(entry, Policy):
                owner = f"policy {entry.id!r} of application {application.id!r}"
                path = f"applications[{index}].policies[{number}]"
                yield from _of_rules(owner, path, entry.rules)


def _of_rules(owner: str, path: str, rules: Rules) -> Iterator[tuple[str, str, Selector]]:
    for part, selectors in (
        ("include", rules.include),
        ("require", rules.require),
        ("exclude", rules.exclude),
    ):
        for index, selector in enumerate(selectors):
            yield owner, f"{path}.{part}[{index}]", selector
