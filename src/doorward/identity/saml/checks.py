"""The checklist of ``doorward idp test`` for a SAML provider: what can be seen without anybody signing in,
and what a test sign-in showed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from cryptography import x509

from doorward.identity.saml import names
from doorward.identity.saml.certificates import fits, subject
from doorward.identity.saml.conditions import SKEW
from doorward.identity.saml.idp import Idp
from doorward.identity.saml.moments import NotAMoment, moment, written
from doorward.model.errors import AccessError, Invalid
from doorward.model.identity_provider import Saml
from doorward.ports.identity import Arrival, Check, CheckState, Departure

SOON = timedelta(days=30)
"""How long before its end a certificate is warned about."""

WHAT = {
    "settings": "Metadata and settings can be read and agree with each other",
    "valid-until": "The metadata is still good",
    "sign-in-url": "The sign-in URL is https",
    "certificate": "The provider's signing certificates are good for a while",
    "key-pair": "Doorward's own key and certificate fit",
    "request": "A sign-in request can be made",
    "clock": "The clocks agree",
}


def _check(name: str, state: CheckState, found: str = "", fix: str = "") -> Check:
    return Check(name=name, what=WHAT[name], state=state, found=found, fix=fix)


async def checklist(
    settings: Saml,
    read: Idp | Invalid,
    *,
    callback: str,
    now: datetime,
    try_depart: Callable[[], Awaitable[Departure]],
) -> AsyncIterator[Check]:
    """The items in order. Nothing is asked of the provider: SAML has no way to."""
    if isinstance(read, Invalid):
        yield _check("settings", CheckState.FAILED, str(read), f"Correct {read.field} in the access file.")
        for name in WHAT:
            if name != "settings":
                yield _check(name, CheckState.NOT_CHECKED)
        return
    yield _check("settings", CheckState.PASSED, f"The provider is {read.entity_id}")
    yield _valid_until(read, now)
    yield _sign_in_url(read)
    for certificate in read.certificates:
        yield _certificate(certificate, now)
    yield _key_pair(read)
    yield await _request(settings, read, try_depart)
    yield _check("clock", CheckState.NOT_CHECKED, "A test sign-in shows the provider's time")


def _valid_until(read: Idp, now: datetime) -> Check:
    name, until = "valid-until", read.valid_until
    if until is None:
        return _check(name, CheckState.PASSED, "It has no end")
    fix = "Give the provider's new metadata."
    if now >= until:
        return _check(name, CheckState.FAILED, f"It was good until {written(until)}", fix)
    state = CheckState.WARNING if until - now < SOON else CheckState.PASSED
    return _check(
        name, state, f"It is good until {written(until)}", fix if state != CheckState.PASSED else ""
    )


def _sign_in_url(read: Idp) -> Check:
    if read.sign_in_url.startswith("https://"):
        return _check("sign-in-url", CheckState.PASSED, read.sign_in_url)
    return _check(
        "sign-in-url",
        CheckState.WARNING,
        f"{read.sign_in_url} is on this machine, without TLS",
        "Use https for anything but tests.",
    )


def _certificate(certificate: x509.Certificate, now: datetime) -> Check:
    ends = certificate.not_valid_after_utc
    who = f"{subject(certificate)}, until {written(ends)}"
    fix = "Ask the provider for its new certificate, and give both until the old one is out of use."
    if now >= ends:
        return _check("certificate", CheckState.WARNING, f"{who}: expired, and still used", fix)
    state = CheckState.WARNING if ends - now < SOON else CheckState.PASSED
    return _check("certificate", state, who, fix if state != CheckState.PASSED else "")


def _key_pair(read: Idp) -> Check:
    if read.key is None:
        return _check(
            "key-pair", CheckState.PASSED, "There is none: requests are not signed, assertions not encrypted"
        )
    if read.certificate is None:
        return _check(
            "key-pair",
            CheckState.WARNING,
            "There is a private_key without a certificate",
            "Give its certificate, so that the provider can learn it from Doorward's metadata.",
        )
    state = CheckState.PASSED if fits(read.certificate, read.key) else CheckState.FAILED
    return _check("key-pair", state, subject(read.certificate))


async def _request(settings: Saml, read: Idp, try_depart: Callable[[], Awaitable[Departure]]) -> Check:
    try:
        await try_depart()
    except AccessError as problem:
        return _check("request", CheckState.FAILED, str(problem))
    if read.wants_signed and not settings.sign_requests:
        return _check(
            "request",
            CheckState.WARNING,
            "The metadata says that the provider wants signed requests",
            "Turn sign_requests on, or make sure that the provider takes unsigned ones.",
        )
    return _check("request", CheckState.PASSED, "Signed" if settings.sign_requests else "Not signed")


def arrival_checks(settings: Saml, arrival: Arrival) -> Sequence[Check]:
    """What the answer showed: the kind of NameID, the address, groups, the provider's time."""
    return tuple(_shown(settings, arrival))


def _shown(settings: Saml, arrival: Arrival) -> Iterator[Check]:
    format_ = str(arrival.raw.get("name_id_format", ""))
    stable = format_ == names.PERSISTENT
    yield Check(
        name="name-id",
        what="The provider calls people by names that last",
        state=CheckState.PASSED if stable else CheckState.WARNING,
        found=format_,
        fix=""
        if stable
        else "A persistent NameID is best: an address can change, and can be given to somebody else.",
    )
    yield Check(
        name="email",
        what="The answer holds an address",
        state=CheckState.PASSED,
        found=arrival.identity.email,
    )
    yield _groups(settings, arrival)
    yield _clock(arrival)


def _groups(settings: Saml, arrival: Arrival) -> Check:
    what = "The answer holds groups"
    groups = sorted(arrival.identity.groups)
    if groups:
        return Check(name="groups", what=what, state=CheckState.PASSED, found=", ".join(groups[:20]))
    said = arrival.raw.get("attributes")
    others = ", ".join(sorted(said)[:20]) if isinstance(said, dict) else ""
    return Check(
        name="groups",
        what=what,
        state=CheckState.WARNING,
        found=f"No attribute {settings.groups_attribute!r} with values; there are: {others or 'none'}",
        fix="For rules about groups, have it send them, and name the attribute as groups_attribute.",
    )


def _clock(arrival: Arrival) -> Check:
    try:
        apart = abs(moment(str(arrival.raw["arrived"])) - moment(str(arrival.raw["issued"])))
    except (KeyError, NotAMoment):
        return _check("clock", CheckState.NOT_CHECKED, "The answer does not say when it was made")
    near = apart <= SKEW / 2
    return _check(
        "clock",
        CheckState.PASSED if near else CheckState.WARNING,
        f"{apart.total_seconds():.0f} s lie between the answer and its arrival",
        "" if near else f"More than {SKEW.total_seconds():.0f} s are refused: set both clocks by NTP.",
    )
