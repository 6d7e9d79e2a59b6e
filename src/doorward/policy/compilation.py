"""A whole configuration, compiled: every application, each from its own sources.

What has the same sources as in the compilation before is taken from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self, TypeVar

from doorward.model.application import Application
from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, CertificateAuthorityId, ListId, PolicyId, RuleGroupId
from doorward.model.named_list import NamedList
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup
from doorward.policy import client_certificates, external_evaluations, named_lists
from doorward.policy import rule_groups as groups_of
from doorward.policy.checks import Things, check_approvers, check_providers, check_references
from doorward.policy.client_certificates import Authority
from doorward.policy.compiled import CompiledApplication
from doorward.policy.compiler import Sources, compile_sources, field_of, sources_of, spelt_policy

Id = TypeVar("Id")
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Compilation:
    """``applications`` by id; ``groups`` and ``lists`` are all there are, in canonical spelling,
    ``authorities`` all those for certificates, read."""

    applications: Mapping[ApplicationId, CompiledApplication]
    groups: Mapping[RuleGroupId, RuleGroup] = field(default_factory=dict)
    lists: Mapping[ListId, NamedList] = field(default_factory=dict)
    sources: Mapping[ApplicationId, Sources] = field(default_factory=dict)
    authorities: Mapping[CertificateAuthorityId, Authority] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Configuration, *, before: Compilation | None = None) -> Self:
        """Compile every application; from ``before`` comes what has not changed since.

        Raises:
            Invalid: something contradicts itself or names what is not there, in an application, a
                shared policy or a rule group, used or not. ``field`` is a path such as
                ``applications[hello].policies[1].rules.include[0]``.
        """
        earlier = before or Compilation({})
        # What is equal becomes the same, so that comparing sources does not look into long lists again.
        groups = _same(groups_of.resolve(configuration.rule_groups), earlier.groups)
        lists = _same(named_lists.resolve(configuration.lists), earlier.lists)
        evaluations = external_evaluations.resolve(configuration.external_evaluations)
        authorities = client_certificates.resolve(configuration.certificate_authorities, earlier.authorities)
        there, shared = Things.of(configuration), configuration.shared_policies()
        for group in groups.values():
            check_references(there, group.rules, field=f"rule_groups[{group.id}].rules")
        _check_shared(configuration, there, groups)
        sources: dict[ApplicationId, Sources] = {}
        compiled: dict[ApplicationId, CompiledApplication] = {}
        for application in configuration.applications:
            if application.id in compiled:
                raise Invalid(f"applications[{application.id}]", "there are two with this id: rename one")
            policies = _checked_policies(there, application, shared)
            found = sources_of(application, policies, groups, lists, evaluations)
            same = found == earlier.sources.get(application.id)
            sources[application.id] = found
            compiled[application.id] = (
                earlier.applications[application.id] if same else compile_sources(found)
            )
        return cls(MappingProxyType(compiled), groups, lists, sources, authorities)


def _same(now: Mapping[Id, Thing], before: Mapping[Id, Thing]) -> Mapping[Id, Thing]:
    return {key: before[key] if before.get(key) == value else value for key, value in now.items()}


def _check_shared(
    configuration: Configuration, there: Things, groups: Mapping[RuleGroupId, RuleGroup]
) -> None:
    seen: set[PolicyId] = set()
    for policy in configuration.policies:
        place = f"policies[{policy.id}]"
        if policy.id in seen:
            raise Invalid(place, "there are two shared policies with this id: rename one")
        seen.add(policy.id)
        check_references(there, policy.rules, field=f"{place}.rules")
        check_approvers(there, policy, field=place)
        spelt_policy(policy, groups, field=place)


def _checked_policies(
    there: Things, application: Application, shared: Mapping[PolicyId, Policy]
) -> list[Policy]:
    """The application's policies in order, shared ones looked up; what they name is there."""
    check_providers(there, application)
    policies: list[Policy] = []
    for index, entry in enumerate(application.policies):
        if isinstance(entry, Policy):
            place = field_of(application, index, entry)
            check_references(there, entry.rules, field=f"{place}.rules")
            check_approvers(there, entry, field=place)
            policies.append(entry)
        elif entry in shared:
            policies.append(shared[entry])
        else:
            known = ", ".join(sorted(shared)) or "(there are none)"
            raise Invalid(
                f"applications[{application.id}].policies[{index}]",
                f"there is no shared policy {entry!r}: use one of {known}",
            )
    return policies
