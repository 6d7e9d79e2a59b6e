"""Hypothesis strategies for the nouns: anything a noun can hold, valid for storage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from doorward.model.access import Identity
from doorward.model.access_pass import PassRules, Presented
from doorward.model.application import Application, ApplicationType, Origin
from doorward.model.application_options import (
    Cors,
    DenyPage,
    OriginHeaders,
    OriginTimeouts,
    SameSite,
    WithoutSignIn,
)
from doorward.model.client_certificate import CertificateAuthority
from doorward.model.configuration import Configuration
from doorward.model.destination import Destination
from doorward.model.directory import DirectoryGroup, DirectoryUser
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, OpenIdConnect
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Action, Approval, Policy, Purpose
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.model.service_token import CleanUp, ServiceToken, UnusedServiceTokens
from doorward.model.session import ApplicationSession, Session
from doorward.model.tunnel import Tunnel
from doorward.ports.stores import SigningKey

T = TypeVar("T")

# Databases hold no NUL in text, and UTF-8 no halves of surrogate pairs.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
# Few values, so that names meet and are exchanged between things.
names = st.sampled_from(["a", "b", "c", "d", "e"])
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes the bounds without a zone
durations = st.timedeltas(timedelta(0), timedelta(days=400))
counts = st.integers(0, 2**31 - 1)


def distinct(items: SearchStrategy[T], *keys: Callable[[T], str]) -> SearchStrategy[tuple[T, ...]]:
    """A few items, no two of which share any of the keys."""
    return st.lists(items, max_size=3, unique_by=keys).map(tuple)


selectors = st.builds(Selector, kind=texts, value=texts, identity_provider=st.none() | names)
selector_lists = st.lists(selectors, max_size=2).map(tuple)
rules = st.builds(Rules, include=selector_lists, require=selector_lists, exclude=selector_lists)
rule_groups = st.builds(RuleGroup, id=names, rules=rules, name=texts)
purposes = st.builds(Purpose, prompt=texts)
approvals = st.builds(
    Approval,
    approvers=st.lists(texts, max_size=2).map(tuple),
    approver_lists=st.lists(names, max_size=2).map(tuple),
    needed=st.integers(1, 3),
    longest=st.integers(1, 10**6).map(lambda seconds: timedelta(seconds=seconds)),
)
policies = st.builds(
    Policy,
    id=names,
    action=st.sampled_from(Action),
    rules=rules,
    name=texts,
    purpose=st.none() | purposes,
    approval=st.none() | approvals,
    session_duration=st.none() | durations,
)
named_lists = st.builds(
    NamedList,
    id=names,
    kind=st.sampled_from(ListKind),
    items=st.lists(texts, max_size=4).map(tuple),
    name=texts,
)

accounts = st.builds(
    Account,
    email=names.map("{}@example.com".format),
    name=texts,
    groups=st.frozensets(texts, max_size=3),
    password_hash=texts,
    disabled=st.booleans(),
)
local_accounts = st.builds(LocalAccounts, accounts=distinct(accounts, lambda a: a.email))
openid_connects = st.builds(
    OpenIdConnect,
    issuer=texts,
    client_id=texts,
    client_secret=texts,
    scopes=st.lists(texts, max_size=3).map(tuple),
    email_claim=texts,
    groups_claim=texts,
    require_verified_email=st.booleans(),
    ca=texts,
)
identity_providers = st.builds(
    IdentityProvider, id=names, settings=local_accounts | openid_connects, name=texts
)

destinations = st.builds(
    Destination,
    hostname=names.map("{}.example.com".format),
    path=st.sampled_from(["", "/admin", "/Admin/*"]),
)
some_durations = st.none() | durations
cors = st.builds(
    Cors,
    allow_origins=st.lists(texts, max_size=2).map(tuple),
    max_age=some_durations,
    allow_credentials=st.booleans(),
    pass_preflight=st.booleans(),
)
deny_pages = st.builds(DenyPage, text=texts, link_text=texts, link_url=texts, redirect=texts)
pass_rules = st.builds(PassRules, presented=st.frozensets(st.sampled_from(Presented)), longest=durations)
pairs = st.lists(st.tuples(texts, texts), max_size=2).map(tuple)
origins = st.builds(
    Origin,
    url=texts,
    tunnel=st.none() | names,
    host_header=texts,
    ca=texts,
    server_name=texts,
    verify=st.booleans(),
    headers=st.builds(OriginHeaders, added=pairs, removed=st.lists(texts, max_size=2).map(tuple)),
    identity_headers=pairs,
    timeouts=st.builds(OriginTimeouts, connect=some_durations, request=some_durations, idle=some_durations),
)
applications = st.builds(
    Application,
    id=names,
    type=st.sampled_from(ApplicationType),
    destinations=st.lists(destinations, max_size=3, unique_by=lambda place: place.key).map(tuple),
    origin=origins,
    audience=names.map("audience-{}".format),
    name=texts,
    policies=distinct(policies | names, lambda entry: entry.id if isinstance(entry, Policy) else entry),
    session_duration=some_durations,
    sign_in_with=st.none() | names,
    sign_in=st.sampled_from(WithoutSignIn),
    same_site=st.sampled_from(SameSite),
    cors=st.none() | cors,
    deny_page=st.none() | deny_pages,
    passes=st.none() | pass_rules,
    generation=counts,
    show_in_launcher=st.booleans(),
    websockets=st.booleans(),
    service_token_header=texts,
)


def apart(found: tuple[Application, ...]) -> bool:
    """Whether no two are at the same place."""
    places = [place.key for each in found for place in each.destinations]
    return len(set(places)) == len(places)


tunnels = st.builds(Tunnel, id=names, name=names, token_version=counts)
external_evaluations = st.builds(
    ExternalEvaluation,
    id=names,
    url=texts,
    keys_url=texts,
    name=texts,
    timeout=durations,
    valid_for=durations,
    ca=texts,
)
certificate_authorities = st.builds(
    CertificateAuthority,
    id=names,
    certificates=texts,
    hostnames=st.lists(texts, max_size=3).map(tuple),
    name=texts,
    crls=texts,
)
service_tokens = st.builds(
    ServiceToken,
    id=names,
    client_id=names,
    secret_hash=texts,
    name=texts,
    expires=st.none() | instants,
    disabled=st.booleans(),
    previous_secret_hash=texts,
    previous_until=st.none() | instants,
)
unused_service_tokens = st.none() | st.builds(
    UnusedServiceTokens, after=durations, action=st.sampled_from(CleanUp)
)
configurations = st.builds(
    Configuration,
    identity_providers=distinct(identity_providers, lambda p: p.id),
    rule_groups=distinct(rule_groups, lambda g: g.id),
    external_evaluations=distinct(external_evaluations, lambda e: e.id),
    lists=distinct(named_lists, lambda each: each.id),
    certificate_authorities=distinct(certificate_authorities, lambda each: each.id),
    policies=distinct(policies, lambda p: p.id),
    applications=distinct(applications, lambda a: a.id, lambda a: a.audience).filter(apart),
    tunnels=distinct(tunnels, lambda t: t.id, lambda t: t.name),
    service_tokens=distinct(service_tokens, lambda t: t.id, lambda t: t.client_id),
    session_duration=durations,
    unused_service_tokens=unused_service_tokens,
    generation=counts,
)

identities = st.builds(
    Identity,
    identity_provider=names,
    subject=texts,
    email=names.map("{}@example.com".format),
    name=texts,
    groups=st.frozensets(texts, max_size=3),
    methods=st.frozensets(texts, max_size=3),
)
sessions = st.builds(
    Session,
    id=texts,
    identity=identities,
    created=instants,
    expires=instants,
    source=texts,
    user_agent=texts,
    revoked=st.none() | instants,
)
footholds = st.builds(
    ApplicationSession, session=texts, application=texts, created=instants, expires=instants
)
signing_keys = st.builds(SigningKey, kid=texts, private_jwk=texts, created=instants, not_before=instants)

directory_users = st.builds(
    DirectoryUser,
    id=names,
    provider=names,
    user_name=texts,
    external_id=texts,
    email=texts,
    display_name=texts,
    given_name=texts,
    family_name=texts,
    active=st.booleans(),
    deleted=st.booleans(),
    created=instants,
    modified=instants,
    version=counts,
)
directory_groups = st.builds(
    DirectoryGroup,
    id=names,
    provider=names,
    display_name=texts,
    external_id=texts,
    members=st.frozensets(names),
    created=instants,
    modified=instants,
    version=counts,
)
