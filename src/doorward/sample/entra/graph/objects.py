"""Users and groups as Graph shows them, with the properties that come without being asked for."""

from __future__ import annotations

from doorward.sample.entra.directory import Group, User

USER_USUAL = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
)
USER_BASIC = frozenset({"id", "displayName", "givenName", "mail", "surname", "userPrincipalName"})
"""All that ``User.ReadBasic.All`` shows of other people."""

GROUP_USUAL = (
    "description",
    "displayName",
    "groupTypes",
    "mail",
    "mailEnabled",
    "onPremisesSyncEnabled",
    "securityEnabled",
    "visibility",
)


def user_item(user: User) -> dict[str, object]:
    """Everything about a user."""
    return {
        "id": user.id,
        "accountEnabled": user.account_enabled,
        "businessPhones": [],
        "department": user.department or None,
        "displayName": user.display_name,
        "employeeId": None,
        "givenName": user.given_name or None,
        "jobTitle": user.job_title or None,
        "mail": user.mail or None,
        "mobilePhone": None,
        "officeLocation": None,
        "onPremisesSyncEnabled": None,
        "otherMails": list(user.verified_secondary_email),
        "preferredLanguage": None,
        "proxyAddresses": [f"SMTP:{user.mail}"] if user.mail else [],
        "signInSessionsValidFromDateTime": f"{user.sessions_valid_from:%Y-%m-%dT%H:%M:%SZ}",
        "surname": user.surname or None,
        "userPrincipalName": user.user_principal_name,
        "userType": str(user.user_type),
    }


def group_item(group: Group) -> dict[str, object]:
    """Everything about a group but its members."""
    return {
        "id": group.id,
        "description": group.description or None,
        "displayName": group.display_name,
        "groupTypes": list(group.group_types),
        "mail": group.mail or None,
        "mailEnabled": bool(group.mail),
        "onPremisesSyncEnabled": None,
        "securityEnabled": group.security_enabled,
        "visibility": None,
    }


def without_details(item: dict[str, object]) -> dict[str, object]:
    """What is left of an object for those who may know its id and no more: every property is null."""
    return {name: value if name == "id" else None for name, value in item.items()}
