"""The configuration as rows of all its tables, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Table

from doorward.model.configuration import Configuration
from doorward.stores import tables
from doorward.stores.mapping import (
    applications,
    certificate_authorities,
    external_evaluations,
    identity_providers,
    named_lists,
    organisation,
    policies,
    rule_groups,
    service_tokens,
    tunnels,
)
from doorward.stores.mapping.rows import ReadRow, Row

# Every table that holds a list of the configuration.
LISTS: tuple[Table, ...] = (
    tables.identity_providers,
    tables.accounts,
    tables.rule_groups,
    tables.external_evaluations,
    tables.named_lists,
    tables.certificate_authorities,
    tables.policies,
    tables.applications,
    tables.application_policies,
    tables.tunnels,
    tables.service_tokens,
)

RowsByTable = Mapping[Table, Sequence[ReadRow]]


def to_rows(configuration: Configuration) -> dict[Table, list[Row]]:
    """Rows of every table of ``LISTS``; what stands outside the lists is the caller's."""
    c = configuration
    return {
        tables.identity_providers: [
            identity_providers.to_row(p, position=i) for i, p in enumerate(c.identity_providers)
        ],
        tables.accounts: [row for p in c.identity_providers for row in identity_providers.account_rows(p)],
        tables.rule_groups: [rule_groups.to_row(g, position=i) for i, g in enumerate(c.rule_groups)],
        tables.external_evaluations: [
            external_evaluations.to_row(e, position=i) for i, e in enumerate(c.external_evaluations)
        ],
        tables.named_lists: [named_lists.to_row(each, position=i) for i, each in enumerate(c.lists)],
        tables.certificate_authorities: [
            certificate_authorities.to_row(a, position=i) for i, a in enumerate(c.certificate_authorities)
        ],
        tables.policies: [policies.to_row(p, position=i) for i, p in enumerate(c.policies)],
        tables.applications: [applications.to_row(a, position=i) for i, a in enumerate(c.applications)],
        tables.application_policies: [row for a in c.applications for row in applications.policy_rows(a)],
        tables.tunnels: [tunnels.to_row(t, position=i) for i, t in enumerate(c.tunnels)],
        tables.service_tokens: [service_tokens.to_row(t, position=i) for i, t in enumerate(c.service_tokens)],
    }


def from_rows(rows: RowsByTable, *, outside: ReadRow) -> Configuration:
    """The configuration of these rows, which are in the order of their positions; ``outside`` is the
    organisation's."""
    accounts_of = _grouped(rows[tables.accounts], by="identity_provider")
    entries_of = _grouped(rows[tables.application_policies], by="application")
    return replace(
        organisation.from_columns(outside),
        identity_providers=tuple(
            identity_providers.from_row(row, accounts=accounts_of[row["id"]])
            for row in rows[tables.identity_providers]
        ),
        rule_groups=tuple(rule_groups.from_row(row) for row in rows[tables.rule_groups]),
        external_evaluations=tuple(
            external_evaluations.from_row(row) for row in rows[tables.external_evaluations]
        ),
        lists=tuple(named_lists.from_row(row) for row in rows[tables.named_lists]),
        certificate_authorities=tuple(
            certificate_authorities.from_row(row) for row in rows[tables.certificate_authorities]
        ),
        policies=tuple(policies.from_row(row) for row in rows[tables.policies]),
        applications=tuple(
            applications.from_row(row, entries=entries_of[row["id"]]) for row in rows[tables.applications]
        ),
        tunnels=tuple(tunnels.from_row(row) for row in rows[tables.tunnels]),
        service_tokens=tuple(service_tokens.from_row(row) for row in rows[tables.service_tokens]),
    )


def _grouped(rows: Sequence[ReadRow], *, by: str) -> defaultdict[str, list[ReadRow]]:
    groups: defaultdict[str, list[ReadRow]] = defaultdict(list)
    for row in rows:
        groups[row[by]].append(row)
    return groups
