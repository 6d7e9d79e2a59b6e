"""A small organisation to try things out with."""

from __future__ import annotations

from datetime import UTC, datetime

from doorward.sample.entra.directory import (
    AppRegistration,
    AuthenticationContext,
    ConditionalAccessPolicy,
    Directory,
    EnterpriseApplication,
    Group,
    Secret,
    Tenant,
    User,
    UserType,
)
from doorward.sample.entra.facts import GLOBAL_ADMINISTRATOR

TENANT_ID = "5d9c1a70-3c1f-4f7e-9d40-6b1f0a6f0e01"
DOMAIN = "example.com"
CLIENT_ID = "7b2f4c19-0d5e-4a86-8f33-d1c2a9e4b702"
CLIENT_SECRET = "Qx~8Q~sample-secret-value-not-its-id"
SECRET_ID = "0c9e6a52-91b4-4f0e-a3c7-5f8d2b6e1a03"
PASSWORD = "correct horse"

ADA = "a1d0a5e2-6f4b-4c3d-8e21-0b9c7d5f1a11"
BOB = "b2e1b6f3-705c-4d4e-9f32-1c0d8e602b22"
GRACE = "c3f2c704-816d-4e5f-a043-2d1e9f713c33"
MALLORY = "d403d815-927e-4f60-b154-3e2fa0824d44"
"""A guest."""

MAGDA = "e514e926-a38f-4071-8265-4f30b1935e55"
"""In 5,000 groups."""

ENGINEERING = "11f6a037-b490-4182-9376-5041c2a46f66"
PLATFORM = "22a7b148-c5a1-4293-a487-6152d3b57a77"
"""Inside of Engineering."""

SALES = "33b8c259-d6b2-43a4-b598-7263e4c68b88"

DELEGATED = frozenset(
    {
        "openid",
        "profile",
        "email",
        "offline_access",
        "User.Read",
        "Directory.Read.All",
        "GroupMember.Read.All",
    }
)
APPLICATION = frozenset({"User.Read.All", "GroupMember.Read.All", "Policy.Read.ConditionalAccess"})
OPTIONAL_CLAIMS = frozenset(
    {"sid", "email", "upn", "xms_edov", "acct", "auth_time", "login_hint", "acrs", "verified_primary_email"}
)


def demo_directory(
    *,
    redirect_uri: str,
    logout_url: str = "",
    client_id: str = CLIENT_ID,
    client_secret: str = CLIENT_SECRET,
    secret_expires: datetime = datetime(2100, 1, 1, tzinfo=UTC),
    password: str = PASSWORD,
    granted: bool = True,
) -> Directory:
    """Ada, Bob and others, and an app registration with ``redirect_uri``; all have one ``password``.

    Bob is the administrator. Without ``granted`` nobody has consented to the application's permissions.
    """
    registration = AppRegistration(
        client_id=client_id,
        display_name="Doorward",
        tenant_id=TENANT_ID,
        secrets=[Secret(SECRET_ID, client_secret, secret_expires)],
        redirect_uris=[redirect_uri],
        logout_url=logout_url,
        delegated_permissions=set(DELEGATED),
        application_permissions=set(APPLICATION),
        optional_claims=set(OPTIONAL_CLAIMS),
        group_membership_claims="SecurityGroup",
    )
    standing = EnterpriseApplication(
        client_id,
        granted_delegated=set(DELEGATED) if granted else set(),
        granted_application=set(APPLICATION) if granted else set(),
    )
    tenant = Tenant(
        id=TENANT_ID,
        domain=DOMAIN,
        display_name="Contoso (sample)",
        other_domains=["contoso.example"],
        users={user.id: user for user in _users(password)},
        groups={group.id: group for group in _groups()},
        applications={client_id: standing},
        contexts={context.id: context for context in _contexts()},
        policies=_policies(),
    )
    return Directory(tenants={tenant.id: tenant}, registrations={client_id: registration})


def _users(password: str) -> list[User]:
    def member(id: str, name: str, surname: str, title: str) -> User:
        address = f"{name.casefold()}@{DOMAIN}"
        return User(
            id=id,
            user_principal_name=address,
            display_name=f"{name} {surname}",
            mail=address,
            given_name=name,
            surname=surname,
            job_title=title,
            password=password,
            verified_primary_email=[address],
        )

    bob = member(BOB, "Bob", "Bell", "Administrator")
    bob.directory_roles = {GLOBAL_ADMINISTRATOR}
    magda = member(MAGDA, "Magda", "Many", "In every project")
    magda.numbered_groups = 5000
    guest = User(
        id=MALLORY,
        user_principal_name=f"mallory_partner.example#EXT#@{DOMAIN}",
        display_name="Mallory Moss",
        mail="mallory@partner.example",
        given_name="Mallory",
        surname="Moss",
        password=password,
        user_type=UserType.GUEST,
        home_identity_provider="mail",
    )
    return [
        member(ADA, "Ada", "Adams", "Engineer"),
        bob,
        member(GRACE, "Grace", "Gray", "Platform engineer"),
        guest,
        magda,
    ]


def _groups() -> list[Group]:
    return [
        Group(ENGINEERING, "Engineering", [ADA, PLATFORM], "Builds things"),
        Group(PLATFORM, "Engineering Platform", [GRACE], "Inside of Engineering"),
        Group(SALES, "Sales", [BOB, MALLORY], "Sells things"),
    ]


def _contexts() -> list[AuthenticationContext]:
    return [
        AuthenticationContext("c1", "Require multifactor authentication", "For what is worth protecting"),
        AuthenticationContext("c2", "Require a compliant device", "No policy refers to it yet"),
        AuthenticationContext("c3", "Not published", "Not offered to applications", is_available=False),
    ]


def _policies() -> list[ConditionalAccessPolicy]:
    return [
        ConditionalAccessPolicy("44c9d36a-e7c3-44b5-86a9-8374f5d79c99", "MFA for c1", contexts=["c1"]),
    ]
