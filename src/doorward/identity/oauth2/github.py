"""GitHub, and GitHub Enterprise Server: organisations and teams as groups.

A group is an organisation's name, ``acme``, or a team's path, ``acme/sre``. GitHub shows an application
only those organisations that approved it, and those with SAML single sign-on only while the person has
a session there; it does not say what it hides. So these groups are for letting in, not for keeping out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from doorward.identity.groups.paging import Unwilling, all_pages
from doorward.identity.oauth2.asking import document, email, no_email, subject
from doorward.identity.oauth2.service import Endpoints, Person, base_urls
from doorward.identity.oidc.facts import LONGEST_GROUP, MOST_GROUPS
from doorward.identity.oidc.fetching import Fetcher
from doorward.identity.oidc.group_source import without_groups
from doorward.identity.oidc.plain import plain
from doorward.identity.oidc.redacted import redacted
from doorward.model.errors import Refused, Unavailable
from doorward.model.identity_provider import OAuth2
from doorward.ports.identity import Arrival, Check, CheckState

NAME = "GitHub"
PUBLIC = "https://github.com"
PUBLIC_API = "https://api.github.com"
READ_ORG = "read:org"
NOT_SHOWN = (
    "If an organisation or team is missing: have an owner of the organisation approve this application "
    "(Settings, Third-party access); if it uses SAML single sign-on, sign in there first, in the same "
    "browser, and then here again."
)
ERRORS: Mapping[str, str] = MappingProxyType(
    {"bad_verification_code": "invalid_grant", "incorrect_client_credentials": "invalid_client"}
)


class GitHub:
    """Implements ``Service``.

    Raises:
        Invalid: ``base_url`` or ``api_url`` may not be called.
    """

    def __init__(self, settings: OAuth2) -> None:
        # An installation of one's own has its API below its own address.
        api = f"{settings.base_url.removesuffix('/')}/api/v3" if settings.base_url else PUBLIC_API
        base, self._api = base_urls(settings, base=PUBLIC, api=api)
        self._with_groups = settings.groups
        self.endpoints = Endpoints(
            name=NAME,
            authorize=f"{base}/login/oauth/authorize",
            token=f"{base}/login/oauth/access_token",
            api=self._api,
            scopes=("read:user", "user:email", *([READ_ORG] if settings.groups else [])),
            errors=ERRORS,
            prompts={"select_account": {"prompt": "select_account"}},  # unchecked
        )

    async def person(self, access_token: str, scopes: frozenset[str] | None, fetcher: Fetcher) -> Person:
        """See ``Service``."""
        headers = {
            "Authorization": f"Bearer {access_token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        user = await document(fetcher, f"{self._api}/user", headers=headers)
        emails = await all_pages(fetcher, f"{self._api}/user/emails?per_page=100", headers=headers)
        groups = await self._groups(scopes, fetcher, headers) if self._with_groups else {}
        login = user.get("login")
        return Person(
            # The login may be given up and taken by somebody else, the id may not.
            subject=subject(user.get("id"), NAME),
            email=_primary(emails),
            name=plain(user.get("name")) or plain(login),
            groups=groups,
            claims=frozenset({("login", plain(login))} if plain(login) else ()),
            raw=redacted({"user": user, "emails": list(emails)}),
        )

    async def _groups(
        self, scopes: frozenset[str] | None, fetcher: Fetcher, headers: Mapping[str, str]
    ) -> Mapping[str, str]:
        if scopes is not None and READ_ORG not in scopes:
            raise without_groups(Unavailable(f"GitHub did not grant the scope {READ_ORG}."))
        try:
            orgs = await all_pages(fetcher, f"{self._api}/user/orgs?per_page=100", headers=headers)
            teams = await all_pages(fetcher, f"{self._api}/user/teams?per_page=100", headers=headers)
            found = dict(map(_organisation, orgs)) | dict(map(_team, teams))
        except Unwilling as no:
            if no.answer.status in (401, 403, 404):
                raise without_groups(Unavailable(f"{no} {NOT_SHOWN}")) from None
            raise
        if len(found) > MOST_GROUPS:
            raise without_groups(Unavailable(f"GitHub names more than {MOST_GROUPS} groups of one person."))
        return found

    def arrival_checks(self, arrival: Arrival) -> Sequence[Check]:
        """See ``Checked``."""
        groups = arrival.identity.groups
        what = "The organisations and teams of whoever signed in were found"
        found = f"{len(groups)} organisations and teams" if groups else "none"
        state = CheckState.PASSED if groups else CheckState.WARNING
        shown = Check(name="groups", what=what, state=state, found=found, fix=NOT_SHOWN)
        address = Check(
            name="email",
            what="The primary address is verified",
            state=CheckState.PASSED,
            found=arrival.identity.email,
        )
        return [address, shown] if self._with_groups else [address]


def _primary(emails: Sequence[object]) -> str:
    for entry in emails:
        if isinstance(entry, Mapping) and entry.get("primary") is True and entry.get("verified") is True:
            return email(entry.get("email"), NAME)
    raise no_email(
        NAME,
        advice="Verify your primary address in GitHub's settings (Emails), and sign in again.",
        administrator="GitHub lists no address of this person that is both primary and verified.",
    )


def _organisation(entry: object) -> tuple[str, str]:
    login = entry.get("login") if isinstance(entry, Mapping) else None
    return _name(login), ""


def _team(entry: object) -> tuple[str, str]:
    if not isinstance(entry, Mapping):
        raise Refused("GitHub's API gave a team that cannot be read.")
    organisation, _ = _organisation(entry.get("organization"))
    return f"{organisation}/{_name(entry.get('slug'))}", plain(entry.get("name"))


def _name(value: object) -> str:
    # A slash would make an organisation look like a team.
    whole = isinstance(value, str) and value.isprintable() and 0 < len(value) <= LONGEST_GROUP
    if not isinstance(value, str) or not whole or "/" in value:
        raise Refused("GitHub's API gave an organisation or team without a usable name.")
    return value
