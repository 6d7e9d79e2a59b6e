"""The API's routes about facts that sources report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fastapi import FastAPI
from pydantic import Field

from doorward.api.bodies import Body
from doorward.model.errors import Invalid
from doorward.model.report import Report, Whom, WhomKind
from doorward.services.facts import MOST_AT_ONCE, Facts, Given


class Named(Body):
    """Whom it is about: an ``email``, a ``session``'s id, or an ``identity_provider`` and a ``subject``
    there."""

    email: str | None = None
    session: str | None = None
    identity_provider: str | None = None
    subject: str | None = None


class FactRequest(Named):
    """A fact to report. ``seconds`` is for how long it counts."""

    name: str
    value: str
    seconds: int
    source: str


class FactsRequest(Body):
    """Many of them; all are kept, or none."""

    facts: list[FactRequest] = Field(max_length=MOST_AT_ONCE)


class WithdrawRequest(Named):
    """Facts to withdraw: all, or those of these ``names``, and of one ``source`` where given."""

    names: list[str] = Field(default_factory=list)
    source: str | None = None


def fact_routes(app: FastAPI, facts: Facts) -> None:
    """Report, withdraw, list."""

    async def whom(named: Named) -> Sequence[tuple[Whom, str]]:
        if named.email is not None and _only(named, "email"):
            return await facts.people(named.email)
        if named.session is not None and _only(named, "session"):
            return [await facts.session(named.session)]
        if named.identity_provider is not None and named.subject and _only(named, "identity_provider"):
            return [facts.person(named.identity_provider, named.subject)]
        raise Invalid("email", "give an email, a session, or an identity_provider with a subject")

    @app.post("/facts", status_code=201)
    async def report(body: FactsRequest) -> list[dict[str, object]]:
        given = [
            Given(
                whom=each,
                email=email,
                name=fact.name,
                value=fact.value,
                lasts=timedelta(seconds=fact.seconds),
                source=fact.source,
            )
            for fact in body.facts
            for each, email in await whom(fact)
        ]
        return [fact_body(kept) for kept in await facts.report(given)]

    @app.post("/facts/withdraw")
    async def withdraw(body: WithdrawRequest) -> list[dict[str, object]]:
        named = [each for each, _ in await whom(body)]
        ended = await facts.withdraw(named, names=body.names, source=body.source)
        return [fact_body(report) for report in ended]

    @app.get("/facts")
    async def listed(email: str | None = None) -> list[dict[str, object]]:
        return [fact_body(report) for report in await facts.listed(email=email)]


def _only(named: Named, way: str) -> bool:
    """Whether nobody else is named in another way."""
    given = {"email": named.email, "session": named.session, "identity_provider": named.identity_provider}
    return all(value is None for name, value in given.items() if name != way)


def fact_body(report: Report) -> dict[str, object]:
    """A fact as it is listed."""
    whom = report.whom
    return {
        "name": report.name,
        "value": report.value,
        "email": report.email,
        "session": whom.id if whom.kind is WhomKind.SESSION else None,
        "identity_provider": whom.identity_provider or None,
        "subject": whom.id if whom.kind is WhomKind.PERSON else None,
        "source": report.source,
        "reported": report.reported.isoformat(timespec="seconds"),
        "expires": report.expires.isoformat(timespec="seconds"),
    }
