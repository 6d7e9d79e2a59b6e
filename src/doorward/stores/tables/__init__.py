"""The tables, one file per noun. Rows, not nouns: ``doorward.stores.mapping`` turns one into the other."""

from __future__ import annotations

from doorward.stores.tables.access_grants import access_grants
from doorward.stores.tables.applications import application_policies, applications
from doorward.stores.tables.audit_checkpoints import audit_checkpoints
from doorward.stores.tables.certificate_authorities import certificate_authorities
from doorward.stores.tables.columns import metadata
from doorward.stores.tables.credentials import code_apps, passkeys, recovery_codes
from doorward.stores.tables.directory import directory_groups, directory_members, directory_users
from doorward.stores.tables.external_evaluations import external_evaluations
from doorward.stores.tables.facts import facts
from doorward.stores.tables.identity_providers import accounts, identity_providers
from doorward.stores.tables.named_lists import named_lists
from doorward.stores.tables.one_time_values import one_time_values
from doorward.stores.tables.organisation import organisation
from doorward.stores.tables.passes import passes
from doorward.stores.tables.policies import policies
from doorward.stores.tables.rule_groups import rule_groups
from doorward.stores.tables.service_tokens import service_token_uses, service_tokens
from doorward.stores.tables.sessions import application_sessions, grants, sessions
from doorward.stores.tables.signing_keys import signing_keys
from doorward.stores.tables.tunnels import tunnels

__all__ = [
    "access_grants",
    "accounts",
    "application_policies",
    "application_sessions",
    "applications",
    "audit_checkpoints",
    "certificate_authorities",
    "code_apps",
    "directory_groups",
    "directory_members",
    "directory_users",
    "external_evaluations",
    "facts",
    "grants",
    "identity_providers",
    "metadata",
    "named_lists",
    "one_time_values",
    "organisation",
    "passes",
    "passkeys",
    "policies",
    "recovery_codes",
    "rule_groups",
    "service_token_uses",
    "service_tokens",
    "sessions",
    "signing_keys",
    "tunnels",
]
