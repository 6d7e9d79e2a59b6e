"""Everything that can be done from the pages or by a program, as one table.

An action takes texts by name and returns what to tell the person, if there is anything to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from doorward.sample.entra import operations
from doorward.sample.entra.directory import Outcome, PolicyState
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.faults import IdTokenFault, Jwks
from doorward.sample.entra.operations import PermissionKind

Fields = Mapping[str, str]
Action = Callable[[Entra, Fields], str | None]


class Unusable(Exception):
    """The action, or one of its fields, cannot be used; the sentence says which."""


def perform(entra: Entra, name: str, fields: Fields) -> str:
    """Do it; the answer is a sentence for the person, or empty. Raises Unusable."""
    action = ACTIONS.get(name)
    if action is None:
        raise Unusable(f"There is no action '{name}'. Known are: {', '.join(sorted(ACTIONS))}.")
    try:
        return action(entra, fields) or ""
    except KeyError as error:
        raise Unusable(f"'{name}' lacks a field, or there is no {error}.") from error
    except ValueError as error:
        raise Unusable(f"'{name}': {error}.") from error


def _new_secret(entra: Entra, fields: Fields) -> str:
    secret = operations.new_secret(entra, fields["application"])
    return (
        f"Copy the new secret's Value now, it is shown only once: {secret.value} "
        f"(its Secret ID, which is not what applications want, is {secret.id})"
    )


def _set_faults(entra: Entra, fields: Fields) -> None:
    """The few that are on the page; programs set all of them through the faults' own address."""
    entra.faults.id_token = IdTokenFault(fields["id_token"]) if fields["id_token"] else None
    entra.faults.jwks = Jwks(fields["jwks"])
    entra.faults.latency = min(max(float(fields["latency"] or 0), 0), 60)


def _kind(fields: Fields) -> PermissionKind:
    return PermissionKind(fields["kind"])


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "block-sign-in": lambda e, f: operations.enable_user(e, f["user"], enabled=False),
        "allow-sign-in": lambda e, f: operations.enable_user(e, f["user"], enabled=True),
        "revoke-sessions": lambda e, f: operations.revoke_sessions(e, f["user"]),
        "reset-password": lambda e, f: operations.change_password(e, f["user"], f["password"]),
        "delete-user": lambda e, f: operations.delete_user(e, f["user"]),
        "set-outcome": lambda e, f: operations.set_outcome(e, f["user"], f["context"], Outcome(f["outcome"])),
        "add-member": lambda e, f: operations.add_member(e, f["group"], f["member"]),
        "remove-member": lambda e, f: operations.remove_member(e, f["group"], f["member"]),
        "new-secret": _new_secret,
        "expire-secret": lambda e, f: operations.expire_secret(e, f["application"], f["secret"]),
        "add-redirect-uri": lambda e, f: operations.add_redirect_uri(e, f["application"], f["address"]),
        "remove-redirect-uri": lambda e, f: operations.remove_redirect_uri(e, f["application"], f["address"]),
        "add-permission": lambda e, f: operations.add_permission(
            e, f["application"], _kind(f), f["permission"].strip()
        ),
        "grant-permission": lambda e, f: operations.grant_permission(
            e, f["tenant"], f["application"], _kind(f), f["permission"]
        ),
        "take-permission": lambda e, f: operations.take_permission(
            e, f["tenant"], f["application"], _kind(f), f["permission"]
        ),
        "grant-admin-consent": lambda e, f: operations.grant_admin_consent(e, f["tenant"], f["application"]),
        "require-assignment": lambda e, f: operations.require_assignment(
            e, f["tenant"], f["application"], required=f["required"] == "yes"
        ),
        "assign": lambda e, f: operations.assign(e, f["tenant"], f["application"], f["principal"]),
        "unassign": lambda e, f: operations.unassign(e, f["tenant"], f["application"], f["principal"]),
        "set-policy-state": lambda e, f: operations.set_policy_state(
            e, f["tenant"], f["policy"], PolicyState(f["state"])
        ),
        "rotate-keys": lambda e, _: e.keys.rotate(),
        "set-faults": _set_faults,
    }
)
