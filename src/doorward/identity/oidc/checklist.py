"""Testing a provider's set-up without anybody signing in, and looking at what a test sign-in showed.

Rule: every item stands on its own. What needs something that failed before is "not checked".
Rule: nothing is asked that could spend, lock or change anything: the one question that uses the
client's secret offers a code that nobody was given.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from doorward.identity.oidc import demands
from doorward.identity.oidc.claims import SKEW
from doorward.identity.oidc.fetching import Answer, Fetcher, read
from doorward.identity.oidc.group_source import GroupSource
from doorward.identity.oidc.keys import read_keys
from doorward.identity.oidc.metadata import Metadata, read_metadata
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.strict_json import Malformed, parse_object
from doorward.identity.oidc.tokens import client_authentication
from doorward.identity.oidc.urls import discovery_url
from doorward.model.errors import Unavailable
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import Quirks
from doorward.ports.clock import Clock
from doorward.ports.identity import Arrival, Check, CheckState

OFFLINE = "offline_access"
COMPARE = "Compare the issuer with the provider's own spelling of it."
NO_CODE = "doorward-asks-whether-its-secret-is-right"

PASSED, WARNING, FAILED = CheckState.PASSED, CheckState.WARNING, CheckState.FAILED
NOT_CHECKED = CheckState.NOT_CHECKED


class Checklist:
    """One run of it."""

    def __init__(
        self,
        settings: OpenIdConnect,
        *,
        callback: str,
        fetcher: Fetcher,
        clock: Clock,
        quirks: Quirks,
        groups: GroupSource | None,
    ) -> None:
        self._settings = settings
        self._callback = callback
        self._fetcher = fetcher
        self._clock = clock
        self._quirks = quirks
        self._groups = groups
        self._answer: Answer | None = None
        self._document: Mapping[str, object] = {}
        self._metadata: Metadata | None = None

    async def items(self) -> AsyncIterator[Check]:
        """The items in order. See ``Checked``."""
        yield await self._discovery()
        yield await self._keys()
        yield self._client_authentication()
        yield await self._client_secret()
        yield self._scopes()
        if self._settings.recheck_every:
            yield self._offline()
        yield self._clocks()
        if self._groups is not None:
            yield await self._group_source(self._groups)

    async def _discovery(self) -> Check:
        name, what = "discovery", "The provider describes itself under its issuer"
        url = discovery_url(self._settings.issuer)
        try:
            self._answer = await self._fetcher.get(url, headers={})
            if self._answer.status != 200:
                found = f"{url} answered with status {self._answer.status}"
                return _failed(name, what, found, COMPARE)
            self._document = read(self._answer, url=url)
            metadata = read_metadata(self._document, issuer=self._settings.issuer)
        except Unavailable as problem:
            return _failed(name, what, str(problem), COMPARE)
        self._metadata = demands.as_it_works(metadata, self._quirks)
        return Check(name=name, what=what, state=PASSED, found=metadata.issuer)

    async def _keys(self) -> Check:
        name, what = "keys", "The provider publishes keys that can verify its tokens"
        if self._metadata is None:
            return _not_checked(name, what)
        try:
            keys = read_keys(await self._fetcher.document(self._metadata.jwks_uri)).keys
        except Unavailable as problem:
            return _failed(name, what, str(problem), "See that Doorward's machine can reach the jwks_uri.")
        fitting = [key for key in keys if any(key.fits(a) for a in self._metadata.algorithms)]
        if not fitting:
            return _failed(name, what, "none of its keys goes with its algorithms", "Publish a signing key.")
        return Check(name=name, what=what, state=PASSED, found=f"{len(fitting)} keys")

    def _client_authentication(self) -> Check:
        name, what = "client-authentication", "The provider takes Doorward's client secret the way it is sent"
        if self._metadata is None:
            return _not_checked(name, what)
        offered = ", ".join(sorted(self._metadata.client_authentication))
        if not self._settings.client_secret:
            state = PASSED if "none" in self._metadata.client_authentication else WARNING
            fix = "" if state is PASSED else "Give client_secret, unless the client is a public one."
            return Check(name=name, what=what, state=state, found=f"no secret; it offers {offered}", fix=fix)
        try:
            client_authentication(self._settings, self._metadata)
        except Unavailable as problem:
            return _failed(name, what, f"it offers {offered}", str(problem))
        return Check(name=name, what=what, state=PASSED, found=offered)

    async def _client_secret(self) -> Check:
        name, what = "client-secret", "The client id and secret are right"
        if self._metadata is None:
            return _not_checked(name, what)
        try:
            # A provider looks at the client before the code (RFC 6749 section 4.1.3), so what it
            # says of a code that never was tells whether it knew the client.
            more, headers = client_authentication(self._settings, self._metadata)
            form = {
                "grant_type": "authorization_code",
                "code": NO_CODE,
                "redirect_uri": self._callback,
                **more,
            }
            if self._quirks.pkce:
                form["code_verifier"] = "a" * 43
            answer = await self._fetcher.post(self._metadata.token_endpoint, form=form, headers=headers)
        except Unavailable as problem:
            return Check(name=name, what=what, state=NOT_CHECKED, found=str(problem))
        return _judged(name, what, answer)

    def _scopes(self) -> Check:
        name, what = "scopes", "The provider knows the scopes that are asked for"
        offered = self._document.get("scopes_supported")
        if self._metadata is None:
            return _not_checked(name, what)
        if not isinstance(offered, list):
            return Check(name=name, what=what, state=NOT_CHECKED, found="it does not list its scopes")
        missing = [scope for scope in self._settings.scopes if scope not in offered]
        if missing:
            fix = "Take them out of scopes, or have the provider offer them."
            found = f"it does not list {', '.join(missing)}"
            return Check(name=name, what=what, state=WARNING, found=found, fix=fix)
        return Check(name=name, what=what, state=PASSED, found=", ".join(self._settings.scopes))

    def _offline(self) -> Check:
        name, what = "rechecks", "Doorward may ask again without the person (recheck_every)"
        quirks = self._quirks
        known = quirks.offline or quirks.offline_scope or quirks.offline_anyway
        if known or OFFLINE in self._settings.scopes:
            return Check(name=name, what=what, state=PASSED, found="a refresh token should come")
        return Check(
            name=name,
            what=what,
            state=WARNING,
            found=f"the scope {OFFLINE} is not asked for",
            fix=f"Add {OFFLINE} to scopes; some providers demand prompt: consent with it.",
        )

    def _clocks(self) -> Check:
        name, what = "clock", "The provider's clock and Doorward's agree"
        said = _date(self._answer)
        if said is None:
            return Check(name=name, what=what, state=NOT_CHECKED, found="it does not tell its time")
        # Dates of HTTP are whole seconds, and the answer took a moment.
        apart = abs(self._clock.now() - said)
        found = f"{int(apart.total_seconds())} s apart"
        if apart <= timedelta(seconds=5):
            return Check(name=name, what=what, state=PASSED, found=found)
        state = WARNING if apart < SKEW else FAILED
        fix = "Set the clock of Doorward's machine by NTP."
        return Check(name=name, what=what, state=state, found=found, fix=fix)

    async def _group_source(self, groups: GroupSource) -> Check:
        name, what = "groups", "Groups can be read from the provider's own API (groups_token)"
        try:
            return Check(name=name, what=what, state=PASSED, found=await groups.check())
        except Unavailable as problem:
            return _failed(name, what, str(problem), "See groups_token in the access file's reference.")


def arrival_checks(settings: OpenIdConnect, arrival: Arrival) -> Sequence[Check]:
    """What a test sign-in showed. See ``Checked``."""
    checks = [_email_check(settings, arrival), _groups_check(settings, arrival)]
    if settings.recheck_every:
        found = "there is one" if arrival.refresh_token else "there is none"
        fix = "" if arrival.refresh_token else f"Add {OFFLINE} to scopes, and allow refresh tokens there."
        state = PASSED if arrival.refresh_token else FAILED
        what = "A refresh token came, for recheck_every"
        checks.append(Check(name="refresh-token", what=what, state=state, found=found, fix=fix))
    return checks


def _email_check(settings: OpenIdConnect, arrival: Arrival) -> Check:
    name, what = "email", f"The claim {settings.email_claim} holds a verified address"
    if settings.require_verified_email:
        return Check(name=name, what=what, state=PASSED, found=arrival.identity.email)
    return Check(
        name=name,
        what=what,
        state=WARNING,
        found=f"{arrival.identity.email}, which need not be verified (require_verified_email: false)",
        fix="Leave it so only where people cannot choose their own address at the provider.",
    )


def _groups_check(settings: OpenIdConnect, arrival: Arrival) -> Check:
    groups = arrival.identity.groups
    name, what = "groups", "The groups of whoever signed in were found"
    if groups:
        return Check(name=name, what=what, state=PASSED, found=f"{len(groups)} groups")
    return Check(
        name=name,
        what=what,
        state=WARNING,
        found=f"no groups in the claim {settings.groups_claim}",
        fix="If there should be some: have the provider send that claim, or name another as groups_claim.",
    )


def _judged(name: str, what: str, answer: Answer) -> Check:
    try:
        error = parse_object(answer.body).get("error")
    except Malformed:
        error = None
    if error == "invalid_grant":
        return Check(name=name, what=what, state=PASSED, found="it knew the client, and not the code")
    if error in ("invalid_client", "unauthorized_client"):
        fix = "Copy client id and secret again; the secret may have expired."
        return _failed(name, what, f"it answered {error}", fix)
    found = f"it answered status {answer.status} {plain(error, longest=64)}".strip()
    return Check(name=name, what=what, state=NOT_CHECKED, found=f"{found}, which does not tell")


def _date(answer: Answer | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(answer.headers["date"]) if answer else None
    except (KeyError, ValueError):
        return None
    return date.astimezone(UTC) if date and date.tzinfo else None


def _failed(name: str, what: str, found: str, fix: str) -> Check:
    return Check(name=name, what=what, state=FAILED, found=found, fix=fix)


def _not_checked(name: str, what: str) -> Check:
    return Check(name=name, what=what, state=NOT_CHECKED, found="needs what failed above")
