"""What an apply alters, thing by thing, for people to read before and after it.

Rule: a change names fields, never values: values may be secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from doorward.model.application import Application, Origin
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.configuration import Configuration
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, Settings
from doorward.model.named_list import NamedList
from doorward.model.policy import Policy
from doorward.model.rule import RuleGroup
from doorward.model.service_token import ServiceToken
from doorward.model.tunnel import Tunnel

Thing = (
    IdentityProvider
    | Account
    | RuleGroup
    | NamedList
    | CertificateAuthority
    | ExternalEvaluation
    | Policy
    | Tunnel
    | Application
    | ServiceToken
)


class ChangeKind(StrEnum):
    """What happens to a thing."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is created, changed or removed.

    ``noun`` says what it is (``application``), ``name`` which one. ``fields`` names what changed
    about it; ``order`` stands for its place among its like, and of a list's items their number is told.
    """

    kind: ChangeKind
    noun: str
    name: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        changed = f": {', '.join(self.fields)}" if self.fields else ""
        return f"{self.kind} {self.noun} {self.name}{changed}"


def changes(before: Configuration, after: Configuration) -> list[Change]:
    """Everything that differs between two configurations; empty exactly when they are equal."""
    found = list(_settings(before, after))
    old, new = _things(before), _things(after)
    for noun in new:
        found.extend(_changes(noun, old[noun], new[noun]))
    return found


def _settings(before: Configuration, after: Configuration) -> Iterator[Change]:
    for name in ("session_duration", "unused_service_tokens", "generation"):
        if getattr(before, name) != getattr(after, name):
            yield Change(kind=ChangeKind.CHANGED, noun="setting", name=name)


def _things(configuration: Configuration) -> Mapping[str, Mapping[str, Thing]]:
    """Everything in a configuration, by noun and name."""
    return {
        "identity provider": {provider.id: provider for provider in configuration.identity_providers},
        "account": {
            f"{account.email} of {provider.id}": account
            for provider in configuration.identity_providers
            if isinstance(provider.settings, LocalAccounts)
            for account in provider.settings.accounts
        },
        "rule group": {group.id: group for group in configuration.rule_groups},
        "external evaluation": {each.id: each for each in configuration.external_evaluations},
        "list": {each.id: each for each in configuration.lists},
        "certificate authority": {each.id: each for each in configuration.certificate_authorities},
        "shared policy": {policy.id: policy for policy in configuration.policies},
        "tunnel": {tunnel.name: tunnel for tunnel in configuration.tunnels},
        "application": {application.id: application for application in configuration.applications},
        "service token": {token.id: token for token in configuration.service_tokens},
    }


def _changes(noun: str, old: Mapping[str, Thing], new: Mapping[str, Thing]) -> Iterator[Change]:
    # Position among those that stay, so that a new or removed thing moves nobody else.
    place_before = {name: place for place, name in enumerate(name for name in old if name in new)}
    place_after = {name: place for place, name in enumerate(name for name in new if name in old)}
    for name, thing in new.items():
        if name not in old:
            yield Change(kind=ChangeKind.CREATED, noun=noun, name=name)
            continue
        changed = _changed_fields(old[name], thing)
        if place_before[name] != place_after[name]:
            changed = (*changed, "order")
        if changed:
            yield Change(kind=ChangeKind.CHANGED, noun=noun, name=name, fields=changed)
    for name in old:
        if name not in new:
            yield Change(kind=ChangeKind.REMOVED, noun=noun, name=name)


def _changed_fields(
    before: Thing | Origin | Settings,
    after: Thing | Origin | Settings,
) -> tuple[str, ...]:
    """The names of the fields that differ; those of an origin or of a provider's settings count as
    fields of the thing. Accounts are things of their own."""
    if type(before) is not type(after):
        return ("type",)
    found: list[str] = []
    for field in fields(before):
        if field.name == "items" and isinstance(before, NamedList) and isinstance(after, NamedList):
            found.extend(_counted(before.items, after.items))
            continue
        old, new = getattr(before, field.name), getattr(after, field.name)
        if isinstance(old, Origin | Settings):
            found.extend(_changed_fields(old, new))
        elif old != new and field.name != "accounts":
            found.append(field.name)
    return tuple(found)


def _counted(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    """How many items came and went; ``items`` where there are the same, in another order."""
    old, new = set(before), set(after)
    if new - old:
        yield f"{len(new - old)} added"
    if old - new:
        yield f"{len(old - new)} removed"
    if old == new and before != after:
        yield "items"
