"""The pages of a trial sign-in: off to the provider, and what it said."""

from __future__ import annotations

import json
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from doorward.ports.identity import CheckState
from doorward.services.sign_in import Errand, SignIn
from doorward.services.trials import Trial, Trials
from doorward.web.answers import Answers
from doorward.web.pages import CheckRow, TrialResult
from doorward.web.sign_in import pending_of


class TrialPages:
    """Handler of the address that ``doorward idp test`` prints."""

    def __init__(self, trials: Trials, sign_in: SignIn, answers: Answers) -> None:
        self._trials = trials
        self._sign_in = sign_in
        self._answers = answers

    async def trial(self, request: Request) -> Response:
        """Before: to the provider. After: the result."""
        ticket = request.query_params.get("ticket", "")
        trial = self._trials.get(ticket)
        provider = self._sign_in.provider(trial.provider)
        if trial.arrival is not None:
            return self._answers.page(trial_result(trial, provider.name or provider.id))
        onward = await self._sign_in.depart(provider, Errand(trial=ticket), pending=pending_of(request))
        return self._answers.redirect(onward.location, cookies=onward.cookies)


def trial_result(trial: Trial, provider: str) -> TrialResult:
    """The page for a finished trial."""
    identity = trial.identity
    facts = {
        "Email": identity.email if identity else "",
        "Name": identity.name if identity else "",
        "User principal name": identity.upn if identity else "",
        "Subject": identity.subject if identity else "",
        "Groups": _listed(_named(identity.groups, trial)) if identity else "",
        "Roles": _listed(identity.roles) if identity else "",
        "Claims": _listed(f"{name}={value}" for name, value in identity.claims) if identity else "",
        "Authentication contexts": _listed(identity.contexts) if identity else "",
    }
    return TrialResult(
        provider=provider,
        works=all(check.state is not CheckState.FAILED for check in trial.checks),
        checks=tuple(
            CheckRow(what=c.what, state=c.state, found=c.found, fix=c.fix, link=c.link) for c in trial.checks
        ),
        facts=tuple((name, value) for name, value in facts.items() if value),
        raw=json.dumps(trial.raw, indent=2, sort_keys=True, ensure_ascii=False, default=str),
    )


def _named(groups: Iterable[str], trial: Trial) -> Iterable[str]:
    """Groups with the names that people know them by, where the provider told."""
    names = trial.arrival.group_names if trial.arrival else {}
    return (f"{names[group]} ({group})" if group in names else group for group in groups)


SHOWN = 20
"""Items of a list that are written out."""


def _listed(items: Iterable[str]) -> str:
    known = sorted(items)
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return ", ".join(known[:SHOWN]) + more
