"""What generated rules and requests are made of: a line for each kind of selector, and the facts they meet.

To add a kind: its values in ``VALUES``; what a request may say of it in ``FACTS``, if that is new; and, where
the edge cannot always decide it alone, when in ``LEFT``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from re import fullmatch

from doorward.model.access import AccessRequest
from doorward.model.client_certificate import ClientCertificate
from doorward.model.fact import Fact
from doorward.model.ids import (
    CertificateAuthorityId,
    ExternalEvaluationId,
    IdentityProviderId,
    ListId,
    ServiceTokenId,
)
from doorward.model.named_list import ListKind, NamedList
from doorward.policy.named_lists import AT_THE_EDGE
from doorward.policy.path_patterns import ODD
from doorward.policy.selectors import CERTIFICATE_KINDS

EMAILS = (
    "ada@corp.com",
    "bob@corp.com",
    "ada@sub.corp.com",
    "eve@evil.com",
    "eve@corpxcom",
    # No identity provider gets these past canonical_email; the data plane must not mind them.
    "eve@evil.com@corp.com",
    "@corp.com",
    "ada\n@corp.com",
)
GROUPS = ("staff", "admins", "Ops Team", "contractors")
GROUPS_NOBODY_MENTIONS = ("choir", "staff ", "Staff")
PROVIDERS = (IdentityProviderId("people"), IdentityProviderId("entra"))
ROLES = ("admin", "reader")
ROLES_NOBODY_MENTIONS = ("Admin", "auditor")
CLAIMS = (("department", "Finance"), ("department", "IT"), ("office", "a=b"))
CLAIMS_NOBODY_MENTIONS = (("department", "finance"), ("floor", "1"))
CONTEXTS = ("c1", "c2")
UPNS = ("ada@corp.com", "bob@corp.com", "")
WAYS = ("pwd", "otp", "hwk", "mfa")
WAYS_NOBODY_MENTIONS = ("PWD", "kba")
SERVICE_TOKENS = (ServiceTokenId("ci"), ServiceTokenId("backup"), ServiceTokenId("robot"))
RANGES = (
    "10.0.0.0/8",
    "10.1.0.0/16",
    "192.0.2.7",
    "0.0.0.0/0",
    "2001:db8::/32",
    "::/0",
    "::/64",
)
SOURCES = (
    "10.0.0.1",
    "10.1.2.3",
    "192.0.2.7",
    "198.51.100.9",
    "2001:db8::1",
    "2001:db9::1",
    "::1",
    "::ffff:10.1.2.3",
    "::ffff:198.51.100.9",
)
COUNTRIES = {
    "10.1.0.0/16": "DE",
    "192.0.2.0/24": "RU",
    "198.51.100.0/24": "US",
    "2001:db8::/32": "FR",
    "2001:db9::/32": "XX",
}
"""Where sources are, if that is known. The last is a country that is on no continent."""
EVALUATIONS = (ExternalEvaluationId("checks"), ExternalEvaluationId("badges"))
MANY = "many"
LISTS = (
    NamedList(id=ListId("crew"), kind=ListKind.EMAIL, items=("ada@corp.com", "eve@evil.com")),
    NamedList(id=ListId("nobody"), kind=ListKind.EMAIL),
    NamedList(id=ListId("offices"), kind=ListKind.IP, items=("10.1.0.0/16", "192.0.2.7/32", "2001:db8::/32")),
    NamedList(
        id=ListId(MANY),
        kind=ListKind.IP,
        items=(
            "10.0.0.1/32",
            *(str(net) for net in [*ip_network("172.16.0.0/20").subnets(new_prefix=32)][::2]),
        ),
    ),
)
assert len(LISTS[-1].items) > AT_THE_EDGE

ANY_OR_ONE = (None, None, *PROVIDERS)


@dataclass(frozen=True)
class Values:
    """Values of selectors of a kind, in any spelling; ``providers`` they may be narrowed to."""

    values: Sequence[str]
    providers: Sequence[IdentityProviderId | None] = (None,)


VALUES: Mapping[str, Values] = {
    "any_service_token": Values([""]),
    "auth_context": Values(CONTEXTS, PROVIDERS),
    "authentication_method": Values(["pwd", "otp", "HWK", "mfa"]),
    "certificate": Values(["", "corp", "lab"]),
    "claim": Values([f"{name} = {value}" for name, value in CLAIMS], ANY_OR_ONE),
    "continent": Values(["EU", "NA"]),
    "country": Values(["DE", "FR", "RU", "US"]),
    "common_name": Values(["build-7", "probe"]),
    "date_range": Values(
        ["2026-03-01..2026-03-28 Europe/Berlin", "2026-03-29.. UTC", "..2026-12-31 Asia/Tokyo"]
    ),
    "email": Values([email.title() for email in EMAILS[:5]]),
    "email_domain": Values(["corp.com", "CORP.com", "evil.com", "sub.corp.com"]),
    "email_list": Values(["crew", "nobody"]),
    "everyone": Values([""]),
    "external_evaluation": Values(EVALUATIONS),
    "group": Values(GROUPS, ANY_OR_ONE),
    "identity_provider": Values(PROVIDERS),
    "ip_list": Values(["offices", MANY]),
    "ip_range": Values(RANGES),
    "linked_app_token": Values(["wiki"]),
    "method": Values(["GET", "get,head", "POST,PUT"]),
    "path": Values(["/admin", "/admin/**", "/public/**", "/users/*/photo", "/public/*.png", "/**"]),
    "posture": Values(["disk", "disk=fail", "os=a=b"]),
    "risk": Values(["none", "low", "high"]),
    "role": Values(ROLES, ANY_OR_ONE),
    "san": Values(["build.corp.com", "URI:spiffe://corp/build"]),
    "service_token": Values(SERVICE_TOKENS),
    "time_of_day": Values(["02:30-17:30 Europe/Berlin", "22:00-06:00 UTC", "09:00-17:30 America/New_York"]),
    "upn": Values([upn.title() for upn in UPNS[:2]]),
    "weekday": Values(["mon-fri Europe/Berlin", "sun UTC", "sat,sun Asia/Tokyo"]),
}

TARGETS = (
    "/",
    "/admin",
    "/admin/users",
    "/public/logo.png?x=/admin/users",
    "/public/a%20b.png",
    "/users/ada/photo",
    "/ADMIN/users",
    "/admin/",
    "/%61dmin/users",
    "/%2561dmin",
    "/admin;a=b/users",
    "/public/../admin",
    "//admin",
    "/admin./users",
    "/caf%C3%A9",
)
"""As clients spell them: what they become is for the edge to say."""

_BASE = datetime.fromisoformat("2026-03-29T00:30:00+00:00")
MOMENTS = tuple(_BASE + timedelta(hours=hours) for hours in (0, 0.8, 5, 8.9, 15, 21.7, 23.2, 30, 46.9, 80))

CERTIFICATES = (
    ClientCertificate(
        authorities=frozenset({CertificateAuthorityId("corp")}),
        fingerprint="a" * 64,
        until=MOMENTS[-1],
        common_names=("build-7",),
        sans=frozenset({"DNS:build.corp.com", "URI:spiffe://corp/build"}),
    ),
    ClientCertificate(
        authorities=frozenset({CertificateAuthorityId("lab")}),
        fingerprint="b" * 64,
        until=MOMENTS[-1],
        common_names=("probe", "build-7"),
    ),
)

FACTS: Mapping[str, Sequence[object]] = {
    "method": ("GET", "GET", "GET", "HEAD", "POST"),
    "path": TARGETS,
    "at": (*MOMENTS, None),
    "certificate": (*CERTIFICATES, None, None),
}
"""What a request may say of itself, by the field of ``AccessRequest``."""

REPORTED: Sequence[Mapping[str, Fact]] = (
    {},
    {"disk": Fact(value="pass", expires=MOMENTS[-1]), "risk": Fact(value="low", expires=MOMENTS[-1])},
    {"disk": Fact(value="pass", expires=MOMENTS[6]), "os": Fact(value="a=b", expires=MOMENTS[-1])},
    {"disk": Fact(value="fail", expires=MOMENTS[-1]), "risk": Fact(value="none", expires=MOMENTS[6])},
    {"disk": Fact(value="pass", expires=MOMENTS[2]), "risk": Fact(value="high", expires=MOMENTS[-1])},
    {"risk": Fact(value="none", expires=MOMENTS[2])},
)
"""What may be reported of a person. It is the same when their token is made: a change outdates that."""

LEFT: Mapping[str, Callable[[str, AccessRequest], bool]] = {
    "ip_list": lambda value, _: value == MANY,
    **dict.fromkeys(CERTIFICATE_KINDS, lambda _value, _request: True),
    "path": lambda _, request: fullmatch(ODD, request.path) is not None,
}
"""When the edge leaves a selector with this value, and so perhaps the request, to the control plane. What is
``Judged`` it leaves to it under ``bypass``, where no token counts; that goes without saying."""
