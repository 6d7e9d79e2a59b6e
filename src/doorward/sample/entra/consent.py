"""Consent: which permissions an application has in a tenant, and who may give it more."""

from __future__ import annotations

from collections.abc import Iterable

from doorward.sample.entra.directory import AppRegistration, EnterpriseApplication, Tenant, User
from doorward.sample.entra.facts import GLOBAL_ADMINISTRATOR, PERMISSIONS_FOR_EVERYBODY

DEFAULT = ".default"


def is_administrator(user: User) -> bool:
    """Whether somebody may consent for everybody."""
    return GLOBAL_ADMINISTRATOR in user.directory_roles


def needs_administrator(permission: str) -> bool:
    """Whether people cannot consent to a delegated permission for themselves."""
    return permission not in PERMISSIONS_FOR_EVERYBODY


def granted_scopes(tenant: Tenant, client_id: str, user_id: str) -> frozenset[str]:
    """The delegated permissions that hold for somebody: by an administrator's consent, or their own."""
    standing = tenant.applications.get(client_id)
    if standing is None:
        return frozenset()
    return frozenset(standing.granted_delegated | standing.user_consents.get(user_id, set()))


def missing_scopes(tenant: Tenant, client_id: str, user: User, wanted: Iterable[str]) -> frozenset[str]:
    """What was asked for and not consented to."""
    return frozenset(wanted) - {DEFAULT} - granted_scopes(tenant, client_id, user.id)


def consent_for_oneself(tenant: Tenant, client_id: str, user: User, scopes: Iterable[str]) -> None:
    """Somebody accepts; an administrator's acceptance is for the administrator alone here, too."""
    standing = standing_of(tenant, client_id)
    standing.user_consents.setdefault(user.id, set()).update(set(scopes) - {DEFAULT})


def consent_for_everybody(tenant: Tenant, registration: AppRegistration) -> None:
    """Grant admin consent: exactly what the app registration has configured, as the portal's button does."""
    standing = standing_of(tenant, registration.client_id)
    standing.granted_delegated |= registration.delegated_permissions
    standing.granted_application |= registration.application_permissions


def standing_of(tenant: Tenant, client_id: str) -> EnterpriseApplication:
    """The enterprise application, which the first consent creates."""
    return tenant.applications.setdefault(client_id, EnterpriseApplication(client_id))
