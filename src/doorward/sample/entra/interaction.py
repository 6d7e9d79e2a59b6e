"""A sign-in under way: what was asked, and what the person has done about it so far.

``next_step`` decides without doing: it looks at the state and says which page comes next, or that the
sign-in is done. Raises Refused for what is shown, Returned for what the application hears of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from doorward.sample.entra.authorize_request import (
    PLACEHOLDERS,
    AuthorizeRequest,
    Returned,
    is_personal,
)
from doorward.sample.entra.browsers import Browser, SignedIn
from doorward.sample.entra.conditional_access import is_too_old, judge
from doorward.sample.entra.consent import is_administrator, missing_scopes, needs_administrator
from doorward.sample.entra.directory import SIGN_IN, Directory, Tenant, User
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.login_hint import hinted_user
from doorward.sample.entra.membership import is_any_of


class Step(Enum):
    """Which page comes next."""

    SIGN_IN = "sign in"
    PICK_ACCOUNT = "pick an account"
    CONSENT = "consent"
    NEED_ADMINISTRATOR = "need an administrator"
    PROVE = "prove more"
    DONE = "done"


@dataclass
class Interaction:
    """One request on its way; ``user_id`` is empty until it is known who it is."""

    id: str
    request: AuthorizeRequest
    browser_id: str
    user_id: str = ""
    consented: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a decision looks at besides the interaction."""

    directory: Directory
    browser: Browser
    now: datetime


def next_step(interaction: Interaction, around: Surroundings) -> Step:
    """What comes next; it may settle on an account on the way."""
    step = _settle_account(interaction, around)
    if step is not None:
        return _unless_silent(interaction, step, Refused(50058))
    tenant, user = person_of(interaction, around.directory)
    _check_person(interaction, around.directory, tenant, user)
    account = around.browser.accounts[user.id]
    step = _consent_step(interaction, around.directory, tenant, user)
    if step is not None:
        fields = {"client_id": interaction.request.client_id, "name": _name(interaction, around.directory)}
        return _unless_silent(interaction, step, Refused(65001, **fields))
    if to_prove(interaction.request, tenant, user, account):
        refused = Refused(50076, client_id=interaction.request.client_id)
        return _unless_silent(interaction, Step.PROVE, refused)
    return Step.DONE


def person_of(interaction: Interaction, directory: Directory) -> tuple[Tenant, User]:
    """Who is signing in, and in which tenant."""
    found = directory.find_user(interaction.user_id)
    if found is None:
        raise Refused(50034, tenant=interaction.request.tenant_name)
    return found


def to_prove(request: AuthorizeRequest, tenant: Tenant, user: User, account: SignedIn) -> tuple[str, ...]:
    """The contexts to be proven with the button. Raises Refused where Conditional Access blocks."""
    first = judge(tenant, user, [SIGN_IN], account.passed)
    wanted = judge(tenant, user, request.acrs[:1], account.passed)
    if first.blocked or (wanted.blocked and request.acrs_essential):
        refused = Refused(53003)
        if request.prompt == "none":
            raise Returned(request, refused, refused.silent_error())
        raise refused
    return first.to_prove + (wanted.to_prove if request.acrs_essential else ())


def candidates(interaction: Interaction, around: Surroundings) -> list[User]:
    """Who is signed in with this browser and could be meant."""
    return [
        user
        for tenant, user in _people(interaction, around)
        if (account := around.browser.accounts.get(user.id))
        and account.is_good_for(user)
        and not is_too_old(tenant, account.auth_time, around.now)
    ]


def remembered(interaction: Interaction, around: Surroundings) -> list[User]:
    """Who used this browser before and could be meant."""
    return [user for _, user in _people(interaction, around)]


def _people(interaction: Interaction, around: Surroundings) -> Iterator[tuple[Tenant, User]]:
    for id in around.browser.remembered:
        found = around.directory.find_user(id)
        if found and fits(interaction.request, *found):
            yield found


def fits(request: AuthorizeRequest, tenant: Tenant, user: User) -> bool:
    """Whether somebody may come the way the request names, and is of the hinted domain."""
    if is_personal(request.tenant_name) or request.domain_hint == "consumers":
        return False
    name = request.tenant_name.casefold()
    here = name in PLACEHOLDERS or name in {tenant.id, *tenant.domains()}
    hint = request.domain_hint.casefold()
    names = (user.user_principal_name.casefold(), user.mail.casefold())
    return here and (hint in {"", "organizations"} or any(name.endswith(f"@{hint}") for name in names))


def _settle_account(interaction: Interaction, around: Surroundings) -> Step | None:
    """The page that finds out who it is, or nothing when that is known."""
    request = interaction.request
    if interaction.user_id:
        return None
    if request.prompt == "login":
        return Step.SIGN_IN
    signed_in = candidates(interaction, around)
    if request.prompt == "select_account":
        return Step.PICK_ACCOUNT if remembered(interaction, around) else Step.SIGN_IN
    if request.login_hint:
        hinted = hinted_user(around.directory, request)
        signed_in = [user for user in signed_in if hinted and user.id == hinted[1].id]
    if len(signed_in) == 1:
        interaction.user_id = signed_in[0].id
        return None
    if len(signed_in) > 1 and request.prompt == "none":
        raise Returned(request, Refused(16000))
    return Step.PICK_ACCOUNT if signed_in else Step.SIGN_IN


def _check_person(interaction: Interaction, directory: Directory, tenant: Tenant, user: User) -> None:
    request = interaction.request
    if not user.account_enabled:
        raise Refused(50057)
    if not fits(request, tenant, user):
        raise Refused(50020, user=user.user_principal_name, tenant=request.tenant_name)
    standing = tenant.applications.get(request.client_id)
    if standing and standing.assignment_required and not request.admin_consent:
        principals = {*standing.assigned, *standing.roles}
        if not is_any_of(tenant, user.id, principals):
            raise Refused(
                50105,
                client_id=request.client_id,
                name=_name(interaction, directory),
                user=user.user_principal_name,
            )


def _consent_step(interaction: Interaction, directory: Directory, tenant: Tenant, user: User) -> Step | None:
    request = interaction.request
    if request.admin_consent:
        if not is_administrator(user):
            return Step.NEED_ADMINISTRATOR
        return None if interaction.consented else Step.CONSENT
    missing = missing_scopes(tenant, request.client_id, user, request.scopes)
    if any(needs_administrator(scope) for scope in missing) and not is_administrator(user):
        return Step.NEED_ADMINISTRATOR
    wants_page = request.prompt == "consent" and not interaction.consented
    return Step.CONSENT if missing or wants_page else None


def _unless_silent(interaction: Interaction, step: Step, refused: Refused) -> Step:
    if interaction.request.prompt == "none":
        raise Returned(interaction.request, refused, refused.silent_error())
    return step


def _name(interaction: Interaction, directory: Directory) -> str:
    return directory.registrations[interaction.request.client_id].display_name
