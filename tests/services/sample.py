"""The organisation that the tests of services play in.

Ada is an engineer and may open ``hello``; Bob is in sales and may not. Both sign in with ``staff``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from ipaddress import ip_address

from doorward.model.access import Identity
from doorward.model.application import Application, Origin
from doorward.model.configuration import Configuration
from doorward.model.destination import Destination
from doorward.model.identity_provider import (
    Account,
    IdentityProvider,
    LocalAccounts,
    OpenIdConnect,
)
from doorward.model.ids import ApplicationId, Audience, IdentityProviderId, PolicyId, ServiceTokenId, TunnelId
from doorward.model.policy import Action, Policy
from doorward.model.rule import Rules, Selector
from doorward.model.service_token import ServiceToken
from doorward.model.tunnel import Tunnel
from doorward.services.questions import Question
from doorward.services.secrets import hashed

STAFF, COMPANY, MAIL = map(IdentityProviderId, ("staff", "company", "mail"))
SOURCE = ip_address("192.0.2.7")
HOUR = timedelta(hours=1)
TEAM = "https://access.example.com"
MACHINE_SECRET = "machine-secret"


def sample_hash(password: str) -> str:
    """Not a hash at all, but one in form."""
    text = base64.b64encode(password.ljust(16, ".").encode()).decode().rstrip("=")
    return f"$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA${text}"


def person(name: str, *groups: str, provider: IdentityProviderId = STAFF) -> Identity:
    email = f"{name}@example.com"
    return Identity(
        identity_provider=provider, subject=email, email=email, name=name, groups=frozenset(groups)
    )


ADA, BOB = person("ada", "engineers"), person("bob", "sales")


def application(name: str, *policies: Policy, tunnel: str | None = "t1") -> Application:
    return Application(
        id=ApplicationId(name),
        name=name.title(),
        destinations=(Destination(f"{name}.example.com"),),
        origin=Origin(url="http://127.0.0.1:8080", tunnel=TunnelId(tunnel) if tunnel else None),
        audience=Audience(f"audience-of-{name}"),
        policies=policies,
    )


def policy(action: Action, *include: Selector, name: str = "p", **rules: tuple[Selector, ...]) -> Policy:
    return Policy(id=PolicyId(name), action=action, rules=Rules(include=include, **rules))


ENGINEERS = policy(Action.ALLOW, Selector("group", "engineers", STAFF), name="engineers")
MACHINES = policy(Action.SERVICE_AUTH, Selector("service_token", "ci"), name="machines")


def configuration() -> Configuration:
    accounts = LocalAccounts(
        accounts=tuple(
            Account(email=who.email, name=who.name, groups=who.groups, password_hash=sample_hash(who.name))
            for who in (ADA, BOB)
        )
    )
    return Configuration(
        identity_providers=(
            IdentityProvider(id=STAFF, name="Staff", settings=accounts),
            IdentityProvider(
                id=COMPANY,
                name="Company",
                settings=OpenIdConnect(issuer="https://idp.example.com", client_id="doorward"),
            ),
        ),
        tunnels=(Tunnel(id=TunnelId("t1"), name="office"),),
        applications=(
            application("hello", MACHINES, ENGINEERS),
            application("open", policy(Action.BYPASS, Selector("everyone"), name="all")),
            application("closed"),
        ),
        service_tokens=(
            ServiceToken(id=ServiceTokenId("ci"), client_id="ci.access", secret_hash=hashed(MACHINE_SECRET)),
        ),
    )


NAVIGATION: Mapping[str, Sequence[str]] = {"accept": ["text/html"], "sec-fetch-mode": ["navigate"]}


def ask(
    host: str = "hello.example.com",
    target: str = "/",
    *,
    headers: Mapping[str, Sequence[str]] = NAVIGATION,
    cookies: Mapping[str, str] | None = None,
    method: str = "GET",
) -> Question:
    found = dict(headers)
    if cookies:
        found["cookie"] = ["; ".join(f"{key}={value}" for key, value in cookies.items())]
    return Question(method=method, host=host, target=target, source=SOURCE, headers=found)


def cookies_of(set_cookies: Sequence[str]) -> dict[str, str]:
    """Names and values of ``Set-Cookie`` headers."""
    pairs = (cookie.split(";")[0].partition("=") for cookie in set_cookies)
    return {key: value for key, _, value in pairs}
