"""Configurations as an apply could have left them: what ``export`` writes must lead back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from doorward.declaration.durations import LONGEST_SESSION, SHORTEST_SESSION
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
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.identity_provider import Account, IdentityProvider, LocalAccounts, OpenIdConnect
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Action, Approval, Policy, Purpose
from doorward.model.rule import RuleGroup, Rules, Selector
from doorward.model.service_token import CleanUp, ServiceToken, UnusedServiceTokens
from doorward.model.tunnel import Tunnel
from tests.certificates import Authority
from tests.declaration.certificate import certificate
from tests.declaration.files import FakePasswords
from tests.strategies import apart, distinct, instants

# Words that YAML would take for something else, and a few for which it needs quotes.
_TRAPS = [
    "no",
    "null",
    "~",
    "1e3",
    "0123",
    "2027-01-31",
    "a: b",
    "- a",
    "#a",
    "*a",
    "&a",
    "!a",
    "%a",
    "'\"",
    "=",
    "<<",
]
_printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], include_characters=" "),
    min_size=1,
    max_size=20,
)
words = (st.sampled_from(_TRAPS) | _printable.map(str.strip).filter(bool)).filter(str.isprintable)
names = st.just("") | words
ids = st.sampled_from(["a", "b", "c", "null", "no", "0123", "1e3"])
hostnames = st.sampled_from(["a", "b.example.com", "no", "xn--bcher-kva.example"])
paths = st.sampled_from(["", "/admin", "/Admin/*/x"])
HOUR = timedelta(hours=1)
cors = st.sampled_from(
    [
        Cors(pass_preflight=True),
        Cors(allow_origins=("*",), max_age=HOUR),
        Cors(
            allow_origins=("https://a.example.com", "http://localhost:3000"),
            allow_methods=("GET", "PUT"),
            allow_headers=("Content-Type",),
            expose_headers=("ETag",),
            allow_credentials=True,
        ),
    ]
)
pass_rules = st.builds(
    PassRules,
    presented=st.frozensets(st.sampled_from(Presented), min_size=1),
    longest=st.integers(1, 366 * 24).map(lambda hours: timedelta(hours=hours)),
)
deny_pages = st.sampled_from(
    [
        DenyPage(redirect="https://h/no"),
        DenyPage(text="Ask Grace.\nOr wait."),
        DenyPage(text="no", link_text="Ask: here", link_url="https://h/"),
    ]
)
durations = st.integers(int(SHORTEST_SESSION.total_seconds()), int(LONGEST_SESSION.total_seconds())).map(
    lambda seconds: timedelta(seconds=seconds)
)
certificates = st.sampled_from(["", "one", "two"]).map(
    {"": "", "one": certificate(), "two": certificate() * 2}.__getitem__
)

accounts = st.builds(
    Account,
    email=ids.map("{}@example.com".format),
    name=names,
    groups=st.frozensets(words, max_size=3),
    password_hash=st.sampled_from(["", FakePasswords().hash("password")]),
    disabled=st.booleans(),
)
settings = st.builds(LocalAccounts, accounts=distinct(accounts, lambda a: a.email)) | st.builds(
    OpenIdConnect,
    issuer=st.sampled_from(["https://login.example.com/", "http://127.0.0.1:9000"]),
    client_id=words,
    client_secret=st.just("") | _printable,
    scopes=st.sampled_from([("openid",), ("openid", "email", "profile"), ("email", "openid")]),
    email_claim=words,
    groups_claim=words,
    require_verified_email=st.booleans(),
    ca=certificates,
)
_named = st.builds(IdentityProvider, id=ids, settings=settings, name=names)
providers = st.lists(_named, max_size=3, unique_by=(lambda p: p.id, lambda p: p.name or p.id)).map(tuple)
rotations = st.none() | st.tuples(st.just("2" * 64), instants)
evaluations = st.builds(
    ExternalEvaluation,
    id=ids,
    url=st.sampled_from(["https://checks.example.com/evaluate?a=b", "http://127.0.0.1:9000"]),
    keys_url=st.just("https://checks.example.com/keys"),
    name=names,
    timeout=st.integers(1, 10).map(lambda seconds: timedelta(seconds=seconds)),
    valid_for=st.integers(1, 3600).map(lambda seconds: timedelta(seconds=seconds)),
    ca=certificates,
)
_items = {
    ListKind.EMAIL: st.sampled_from(["ada@example.com", "bob@example.com"]),
    ListKind.IP: st.sampled_from(["192.0.2.0/24", "2001:db8::/32"]),
}
lists = st.sampled_from(ListKind).flatmap(
    lambda kind: st.builds(
        NamedList,
        id=ids,
        kind=st.just(kind),
        items=st.sets(_items[kind]).map(lambda items: tuple(sorted(items))),
        name=names,
    )
)
_corp = Authority.named("Corp CA")
authorities = st.builds(
    CertificateAuthority,
    id=ids,
    certificates=st.just(_corp.pem),
    crls=st.sampled_from(["", _corp.crl()]),
    hostnames=st.sampled_from([("wiki.example.com",), ("*.example.com", "example.org")]),
    name=names,
)
tokens = st.builds(
    lambda rotation, **fields: ServiceToken(
        **fields,
        previous_secret_hash=rotation[0] if rotation else "",
        previous_until=rotation[1] if rotation else None,
    ),
    rotation=rotations,
    id=ids,
    client_id=ids,
    secret_hash=st.sampled_from(["0" * 64, "1" * 64]),
    name=names,
    expires=st.none() | instants,
    disabled=st.booleans(),
)
unused = st.none() | st.builds(
    UnusedServiceTokens,
    after=st.integers(30, 365).map(lambda days: timedelta(days=days)),
    action=st.sampled_from(CleanUp),
)


def _origins(tunnels: Sequence[Tunnel]) -> SearchStrategy[Origin]:
    tunnel = st.none() | st.sampled_from([each.id for each in tunnels]) if tunnels else st.none()
    header = st.sampled_from(["", "h:80"])
    told = {
        "headers": st.sampled_from(
            [OriginHeaders(), OriginHeaders(added=(("x-a", "100%: yes"),), removed=("x-b", "x-c"))]
        ),
        "identity_headers": st.sampled_from([(), (("x-groups", "groups"), ("x-unit", "claim:unit"))]),
        "timeouts": st.sampled_from([OriginTimeouts(), OriginTimeouts(request=HOUR, idle=HOUR)]),
    }
    plain = st.builds(
        Origin,
        url=st.sampled_from(["http://h", "http://[::1]:80"]),
        tunnel=tunnel,
        host_header=header,
        **told,
    )
    return plain | st.builds(
        Origin,
        url=st.just("https://h:8443"),
        tunnel=tunnel,
        host_header=header,
        ca=certificates,
        server_name=st.just("") | hostnames,
        verify=st.booleans(),
        **told,
    )


purposes = st.builds(Purpose, prompt=names)
approvals = st.builds(
    Approval,
    approvers=st.lists(ids.map("{}@example.com".format), min_size=2, max_size=3, unique=True).map(tuple),
    needed=st.integers(1, 2),
    longest=st.sampled_from([timedelta(hours=8), timedelta(minutes=90), timedelta(days=2)]),
)


def _selectors(configuration: Configuration, action: Action) -> SearchStrategy[Selector]:
    """Selectors that go with the action and lead somewhere."""
    found = [Selector("ip_range", "192.0.2.0/24"), Selector("ip_range", "2001:db8::/32")]
    found += [Selector("ip_list", each.id) for each in configuration.lists if each.kind is ListKind.IP]
    found += [
        Selector("certificate"),
        Selector("common_name", "build-7"),
        Selector("san", "URI:spiffe://corp/a"),
    ]
    found += [Selector("certificate", each.id) for each in configuration.certificate_authorities]
    if action is Action.SERVICE_AUTH:
        found.append(Selector("any_service_token"))
        found += [Selector("service_token", token.id) for token in configuration.service_tokens]
        found += [Selector("external_evaluation", each.id) for each in configuration.external_evaluations]
        return st.sampled_from(found)
    found.append(Selector("everyone"))
    if action is Action.BYPASS:
        return st.sampled_from(found)
    found += [Selector("email", "ada@example.com"), Selector("email_domain", "example.com")]
    found += [Selector("email_list", each.id) for each in configuration.lists if each.kind is ListKind.EMAIL]
    found += [Selector("rule_group", group.id) for group in configuration.rule_groups]
    found += [Selector("external_evaluation", each.id) for each in configuration.external_evaluations]
    some = [provider.id for provider in configuration.identity_providers]
    found += [Selector("identity_provider", provider) for provider in some]
    if not some:
        return st.sampled_from(found)
    return st.sampled_from(found) | st.builds(Selector, st.just("group"), words, st.sampled_from(some))


def _rules(configuration: Configuration, action: Action) -> SearchStrategy[Rules]:
    some = st.lists(_selectors(configuration, action), max_size=3).map(tuple)
    return st.builds(Rules, include=some, require=some, exclude=some)


def _policies(configuration: Configuration) -> SearchStrategy[Policy]:
    return st.sampled_from(Action).flatmap(
        lambda action: st.builds(
            Policy,
            id=ids,
            action=st.just(action),
            rules=_rules(configuration, action),
            name=names,
            purpose=st.none() | purposes if action is Action.ALLOW else st.none(),
            approval=st.none() | approvals if action is Action.ALLOW else st.none(),
            session_duration=st.none() | durations if action is Action.ALLOW else st.none(),
        )
    )


@st.composite
def applicable(draw: DrawFn) -> Configuration:
    """A configuration that could have come from an access file."""
    configuration = Configuration(
        identity_providers=draw(providers),
        tunnels=draw(distinct(st.builds(Tunnel, id=ids, name=ids), lambda t: t.id, lambda t: t.name)),
        external_evaluations=draw(distinct(evaluations, lambda e: e.id)),
        service_tokens=draw(distinct(tokens, lambda t: t.id, lambda t: t.client_id)),
        lists=draw(distinct(lists, lambda each: each.id)),
        certificate_authorities=draw(distinct(authorities, lambda each: each.id)),
        session_duration=draw(durations),
        unused_service_tokens=draw(unused),
    )
    groups = st.builds(RuleGroup, id=ids, rules=_rules(configuration, Action.ALLOW), name=names)
    configuration = replace(configuration, rule_groups=draw(distinct(groups, lambda g: g.id)))
    shared = draw(distinct(_policies(configuration), lambda p: p.id))
    configuration = replace(configuration, policies=shared)
    return replace(configuration, applications=draw(_applications(configuration)))


def _applications(configuration: Configuration) -> SearchStrategy[tuple[Application, ...]]:
    own = _policies(configuration)
    entries = own | st.sampled_from([p.id for p in configuration.policies]) if configuration.policies else own
    common = {
        "id": ids,
        "audience": st.sampled_from(["x", "y"]).map(lambda letter: letter * 64),
        "name": names,
        "policies": distinct(entries, _entry_id),
        "generation": st.integers(0, 3),
        "show_in_launcher": st.booleans(),
    }
    providers = [provider.id for provider in configuration.identity_providers]
    served = {
        **common,
        "session_duration": st.none() | durations,
        "sign_in_with": st.sampled_from([None, *providers]),
    }
    web = st.builds(
        Application,
        **served,
        destinations=_destinations(hostnames, paths),
        origin=_origins(configuration.tunnels),
        sign_in=st.sampled_from(WithoutSignIn),
        websockets=st.booleans(),
        service_token_header=st.sampled_from(["", "authorization", "x-machine"]),
        cors=st.none() | cors,
        same_site=st.sampled_from(SameSite),
        deny_page=st.none() | deny_pages,
        passes=st.none() | pass_rules,
    )
    tcp = st.builds(
        Application,
        **served,
        type=st.just(ApplicationType.TCP),
        destinations=_destinations(hostnames, st.just("")),
        origin=st.just(Origin(url="tcp://h:22")),
    )
    bookmark = st.builds(
        Application,
        **common,
        type=st.just(ApplicationType.BOOKMARK),
        destinations=st.just(()),
        origin=st.just(Origin(url="https://h/a?b=c")),
    )
    return distinct(web | tcp | bookmark, lambda a: a.id).filter(apart)


def _destinations(
    hosts: SearchStrategy[str], below: SearchStrategy[str]
) -> SearchStrategy[tuple[Destination, ...]]:
    """Some, of which one is where the launcher leads."""
    first = st.builds(Destination, hosts, below)
    wild = st.builds(Destination, hosts.map("*.{}".format), below)
    others = st.lists(first | wild, max_size=2)
    found = st.tuples(first.filter(lambda place: place.is_one_place), others)
    return found.map(lambda pair: tuple({place.key: place for place in (*pair[1], pair[0])}.values()))


def _entry_id(entry: Policy | str) -> str:
    return entry.id if isinstance(entry, Policy) else entry
