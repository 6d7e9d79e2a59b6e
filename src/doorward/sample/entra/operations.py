"""What an administrator does in the portal, by object and client ids. Raises KeyError for unknown ones."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from doorward.sample.entra.consent import consent_for_everybody, standing_of
from doorward.sample.entra.directory import LONG_AGO, Outcome, PolicyState, Secret, Tenant, User
from doorward.sample.entra.entra import Entra


class PermissionKind(StrEnum):
    """For whom a permission is: an application acting for people, or by itself."""

    DELEGATED = "delegated"
    APPLICATION = "application"


def enable_user(entra: Entra, id: str, *, enabled: bool) -> None:
    """Allow or block sign-in."""
    _user(entra, id).account_enabled = enabled


def change_password(entra: Entra, id: str, password: str) -> None:
    """A new password ends what was signed in with the old one."""
    user = _user(entra, id)
    user.password = password
    user.revoke_sessions(entra.now())


def revoke_sessions(entra: Entra, id: str) -> None:
    """The portal's button of that name."""
    _user(entra, id).revoke_sessions(entra.now())


def delete_user(entra: Entra, id: str) -> None:
    """Delete somebody; the groups forget them."""
    tenant = _tenant_of(entra, id)
    del tenant.users[id]
    for group in tenant.groups.values():
        group.members = [member for member in group.members if member != id]


def add_member(entra: Entra, group_id: str, id: str) -> None:
    """Put a user or a group into a group."""
    group = _tenant_of_group(entra, group_id).groups[group_id]
    if id not in group.members:
        group.members.append(id)


def remove_member(entra: Entra, group_id: str, id: str) -> None:
    """Take somebody out of a group."""
    group = _tenant_of_group(entra, group_id).groups[group_id]
    group.members = [member for member in group.members if member != id]


def set_outcome(entra: Entra, id: str, context: str, outcome: Outcome) -> None:
    """What Conditional Access makes of somebody where ``context`` is asked for."""
    _tenant_of(entra, id).outcomes[id, context] = outcome


def expire_secret(entra: Entra, client_id: str, secret_id: str) -> None:
    """Let a client secret end now."""
    for secret in entra.directory.registrations[client_id].secrets:
        if secret.id == secret_id:
            secret.expires = LONG_AGO
            return
    raise KeyError(secret_id)


def new_secret(entra: Entra, client_id: str, days: int = 180) -> Secret:
    """A new client secret, beside those there are: that is how one is replaced without a gap."""
    secret = Secret(
        id=entra.guid(),
        value=f"{entra.text(3)}8Q~{entra.text(24)}",
        expires=entra.now() + timedelta(days=days),
    )
    entra.directory.registrations[client_id].secrets.append(secret)
    return secret


def add_redirect_uri(entra: Entra, client_id: str, address: str) -> None:
    """Register an address to which people may be sent back."""
    registered = entra.directory.registrations[client_id].redirect_uris
    if address and address not in registered:
        registered.append(address)


def remove_redirect_uri(entra: Entra, client_id: str, address: str) -> None:
    """Register it no longer."""
    registered = entra.directory.registrations[client_id].redirect_uris
    registered[:] = [one for one in registered if one != address]


def add_permission(entra: Entra, client_id: str, kind: PermissionKind, name: str) -> None:
    """Configure a permission; nobody has consented to it by that."""
    registration = entra.directory.registrations[client_id]
    if name and kind is PermissionKind.DELEGATED:
        registration.delegated_permissions.add(name)
    elif name:
        registration.application_permissions.add(name)


def require_assignment(entra: Entra, tenant_id: str, client_id: str, *, required: bool) -> None:
    """Whether only people who are assigned may use the application."""
    standing_of(entra.directory.tenants[tenant_id], client_id).assignment_required = required


def assign(entra: Entra, tenant_id: str, client_id: str, principal: str) -> None:
    """Let a user or a group use the application."""
    standing_of(entra.directory.tenants[tenant_id], client_id).assigned.add(principal)


def unassign(entra: Entra, tenant_id: str, client_id: str, principal: str) -> None:
    """Take that back."""
    standing_of(entra.directory.tenants[tenant_id], client_id).assigned.discard(principal)


def set_policy_state(entra: Entra, tenant_id: str, policy_id: str, state: PolicyState) -> None:
    """On, off, or report-only, which enforces nothing."""
    for policy in entra.directory.tenants[tenant_id].policies:
        if policy.id == policy_id:
            policy.state = state
            return
    raise KeyError(policy_id)


def grant_permission(entra: Entra, tenant_id: str, client_id: str, kind: PermissionKind, name: str) -> None:
    """Configure a permission and consent to it for everybody."""
    registration = entra.directory.registrations[client_id]
    standing = standing_of(entra.directory.tenants[tenant_id], client_id)
    if kind is PermissionKind.DELEGATED:
        registration.delegated_permissions.add(name)
        standing.granted_delegated.add(name)
    else:
        registration.application_permissions.add(name)
        standing.granted_application.add(name)


def take_permission(entra: Entra, tenant_id: str, client_id: str, kind: PermissionKind, name: str) -> None:
    """Take the consent to a permission back, people's own consent too; it stays configured."""
    standing = entra.directory.tenants[tenant_id].applications[client_id]
    if kind is PermissionKind.DELEGATED:
        standing.granted_delegated.discard(name)
        for scopes in standing.user_consents.values():
            scopes.discard(name)
    else:
        standing.granted_application.discard(name)


def grant_admin_consent(entra: Entra, tenant_id: str, client_id: str) -> None:
    """The portal's button of that name."""
    consent_for_everybody(entra.directory.tenants[tenant_id], entra.directory.registrations[client_id])


def _user(entra: Entra, id: str) -> User:
    return _tenant_of(entra, id).users[id]


def _tenant_of(entra: Entra, id: str) -> Tenant:
    found = entra.directory.find_user(id)
    if found is None:
        raise KeyError(id)
    return found[0]


def _tenant_of_group(entra: Entra, id: str) -> Tenant:
    for tenant in entra.directory.tenants.values():
        if id in tenant.groups:
            return tenant
    raise KeyError(id)
