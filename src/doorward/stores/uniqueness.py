"""What must be unique in a configuration before it is stored. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from doorward.model.configuration import Configuration
from doorward.model.errors import Invalid
from doorward.model.identity_provider import LocalAccounts
from doorward.model.policy import Policy
from doorward.policy.destinations import Destinations


def refuse_duplicates(configuration: Configuration) -> None:
    """Raises Invalid, naming the second of the two, when things share what must be their own."""
    c = configuration
    _distinct("identity_providers", "id", (p.id for p in c.identity_providers))
    _distinct("rule_groups", "id", (g.id for g in c.rule_groups))
    _distinct("external_evaluations", "id", (e.id for e in c.external_evaluations))
    _distinct("lists", "id", (each.id for each in c.lists))
    _distinct("certificate_authorities", "id", (a.id for a in c.certificate_authorities))
    _distinct("policies", "id", (p.id for p in c.policies))
    _distinct("applications", "id", (a.id for a in c.applications))
    Destinations.of(c.applications)
    _distinct("applications", "audience", (a.audience for a in c.applications))
    _distinct("tunnels", "id", (t.id for t in c.tunnels))
    _distinct("tunnels", "name", (t.name for t in c.tunnels))
    _distinct("service_tokens", "id", (t.id for t in c.service_tokens))
    _distinct("service_tokens", "client_id", (t.client_id for t in c.service_tokens))
    for index, provider in enumerate(c.identity_providers):
        if isinstance(provider.settings, LocalAccounts):
            emails = (account.email for account in provider.settings.accounts)
            _distinct(f"identity_providers[{index}].accounts", "email", emails)
    for index, application in enumerate(c.applications):
        entries = (entry.id if isinstance(entry, Policy) else entry for entry in application.policies)
        _distinct(f"applications[{index}].policies", "id", entries)


def _distinct(things: str, field: str, values: Iterable[str]) -> None:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value in first:
            raise Invalid(
                f"{things}[{index}].{field}",
                f"{value!r} is taken by {things}[{first[value]}]: give another",
            )
        first[value] = index
