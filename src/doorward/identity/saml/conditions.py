"""What an assertion says about its use, held against what was expected (Profiles section 4.1.4.3).

Rule: the time comes from the ``Clock`` that was given. Clocks may differ by ``SKEW`` and no more.
Rule: what is missing does not hold: an assertion that names no request, no end or no audience is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.moments import NotAMoment, moment
from doorward.identity.saml.response import ISSUER, TrustedAssertion
from doorward.identity.saml.xml import Element, children, text_of
from doorward.model.errors import SignInRefused

SKEW = timedelta(seconds=60)
"""How far the provider's clock and ours may differ."""

KNOWN = frozenset(names.assertion(name) for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction"))
"""Conditions whose meaning is known here (Core section 2.5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The sign-in that an assertion must belong to. ``callback`` is Doorward's entity ID as well.

    With ``proven_after``, the person must have proven themselves to the provider since.
    """

    issuer: str
    callback: str
    now: datetime
    request: str = field(repr=False)
    proven_after: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the provider says of its own session."""

    authenticated: datetime
    session: str


def check(assertion: TrustedAssertion, expected: Expected) -> Use:
    """Return if everything is as it must be.

    Raises:
        SignInRefused: with the first thing that is not.
    """
    issuers = children(assertion, ISSUER)
    if len(issuers) != 1 or text_of(issuers[0]) != expected.issuer:
        raise broken("its issuer is another one")
    if assertion.get("Version") != "2.0":
        raise broken("it is of another version of SAML")
    issued = _moment(assertion, "IssueInstant")
    if issued is None or issued > expected.now + SKEW:
        raise broken("it comes from the future; is a clock wrong?", administrator=_CLOCKS)
    _check_conditions(assertion, expected)
    _check_confirmation(assertion, expected)
    return _use(assertion, expected)


_CLOCKS = "Compare the clocks of Doorward's machine and of the provider."


def _check_conditions(assertion: TrustedAssertion, expected: Expected) -> None:
    found = children(assertion, names.assertion("Conditions"))
    if len(found) != 1:
        raise broken("it holds no conditions")
    conditions = found[0]
    _check_times(conditions, expected.now)
    if any(child.tag not in KNOWN for child in conditions):
        raise broken("it demands a condition that Doorward does not know")
    restrictions = children(conditions, names.assertion("AudienceRestriction"))
    # Each restriction must be met; one of its audiences meets it (Core section 2.5.1.4).
    met = [
        expected.callback in (text_of(one) for one in children(each, names.assertion("Audience")))
        for each in restrictions
    ]
    if not met or not all(met):
        raise broken(
            "it is meant for somebody else (audience)",
            administrator=f"Set the audience (the entity ID asked for) to {expected.callback} there.",
        )


def _check_confirmation(assertion: TrustedAssertion, expected: Expected) -> None:
    """One bearer confirmation must hold in every point; its data say for which request it is."""
    subjects = children(assertion, names.assertion("Subject"))
    if len(subjects) != 1:
        raise broken("it says of nobody that they signed in")
    problem: SignInRefused | None = None
    for confirmation in children(subjects[0], names.assertion("SubjectConfirmation")):
        if confirmation.get("Method") != names.BEARER:
            continue
        try:
            _check_data(children(confirmation, names.assertion("SubjectConfirmationData")), expected)
        except SignInRefused as wrong:
            problem = wrong
        else:
            return
    raise problem or broken("it does not say how its subject is confirmed (bearer)")


def _check_data(found: list[Element], expected: Expected) -> None:
    if len(found) != 1:
        raise broken("it does not say for which request it is")
    data = found[0]
    if data.get("InResponseTo") != expected.request:
        raise broken("it belongs to another sign-in, or to none that was begun here")
    if data.get("Recipient") != expected.callback:
        raise broken("it was meant for another address (recipient)")
    if data.get("NotOnOrAfter") is None:
        raise broken("it does not say until when it holds")
    _check_times(data, expected.now)


def _use(assertion: TrustedAssertion, expected: Expected) -> Use:
    statements = children(assertion, names.assertion("AuthnStatement"))
    if not statements:
        raise broken("it does not say that somebody signed in")
    instants = [_moment(statement, "AuthnInstant") for statement in statements]
    known = [instant for instant in instants if instant is not None]
    if len(known) != len(instants) or max(known) > expected.now + SKEW:
        raise broken("it does not say when somebody signed in, or says the future", administrator=_CLOCKS)
    for statement in statements:
        end = _moment(statement, "SessionNotOnOrAfter")
        if end is not None and expected.now >= end + SKEW:
            raise broken("the provider's session has ended already")
    if expected.proven_after is not None and max(known) < expected.proven_after - SKEW:
        raise broken(
            "the identity provider was to ask who you are, and did not",
            administrator="The provider ignores ForceAuthn: mend it there, or turn force_authentication off.",
        )
    return Use(authenticated=max(known), session=statements[0].get("SessionIndex") or "")


def _check_times(node: Element, now: datetime) -> None:
    begins, ends = _moment(node, "NotBefore"), _moment(node, "NotOnOrAfter")
    if begins is not None and now < begins - SKEW:
        raise broken("it does not hold yet; is a clock wrong?", administrator=_CLOCKS)
    if ends is not None and now >= ends + SKEW:
        raise broken("it has expired", administrator=_CLOCKS)


def _moment(node: Element, name: str) -> datetime | None:
    text = node.get(name)
    if text is None:
        return None
    try:
        return moment(text)
    except NotAMoment:
        raise broken(f"its {name} is no instant in UTC") from None
