"""Passes: what somebody's other applications come in with, made and removed on the team domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from doorward.envoy import names
from doorward.model.access_pass import AccessPass, Presented
from doorward.model.application import Application
from doorward.model.errors import AccessError, Conflict, Invalid, Refused
from doorward.model.ids import PassId
from doorward.model.session import Session
from doorward.ports.clock import Randomness
from doorward.services.arrivals import Arrivals
from doorward.services.entering import Entering
from doorward.services.passes import NewPass, Passes, ways
from doorward.web.answers import Answers
from doorward.web.forms import Form
from doorward.web.pass_views import Choice, PassList, PassRow, ShownPass
from doorward.web.visits import CSRF_FIELD, cookie_of, csrf_token, posted_form, source_of, text
from doorward.web.ways import LOGIN, with_query

PASSES: Final = names.ACCESS_PATH + "passes"
REMOVE: Final = PASSES + "/remove"
DAYS: Final = (7, 30, 90, 365)
REMOVED: Final = "The pass was removed. What used it is cut off."

USES: Mapping[Presented, str] = MappingProxyType(
    {
        Presented.HEADER: "In a header of its own",
        Presented.BASIC: "As a password, with any user name",
        Presented.QUERY: "In the address, where nothing else is possible",
    }
)


class PassPages:
    """Handlers of ``passes`` and ``passes/remove``."""

    def __init__(
        self,
        passes: Passes,
        arrivals: Arrivals,
        entering: Entering,
        *,
        answers: Answers,
        randomness: Randomness,
    ) -> None:
        self._passes = passes
        self._arrivals = arrivals
        self._entering = entering
        self._answers = answers
        self._randomness = randomness

    async def overview(self, request: Request) -> Response:
        """What there is, and the form for another."""
        session = await self._session(request)
        if session is None:
            return self._answers.redirect(LOGIN)
        done = REMOVED if request.query_params.get("done") == "removed" else ""
        return await self._list(request, session, done=done)

    async def make(self, request: Request) -> Response:
        """Make one, and show its secret this once."""
        form = await posted_form(request, origin=self._answers.team_origin)
        session = await self._session(request)
        if session is None:
            return self._answers.redirect(LOGIN)
        try:
            new = await self._passes.create(
                session,
                text(form, "application"),
                name=text(form, "name"),
                lifetime=_days(text(form, "days")),
                paths=text(form, "paths").splitlines(),
                source=source_of(request),
            )
        except (Invalid, Refused, Conflict) as error:
            status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, Refused) else 400
            return await self._list(
                request,
                session,
                problem=_sentence(error),
                name=text(form, "name"),
                paths=text(form, "paths"),
                status=status,
            )
        return self._answers.page(self._shown(new, await self._application(session, new, request)))

    async def remove(self, request: Request) -> Response:
        """Take one away, at once."""
        form = await posted_form(request, origin=self._answers.team_origin)
        session = await self._session(request)
        if session is None:
            return self._answers.redirect(LOGIN)
        await self._passes.remove_own(session, PassId(text(form, "pass")))
        return self._answers.redirect(with_query(PASSES, {"done": "removed"}))

    async def _session(self, request: Request) -> Session | None:
        return await self._arrivals.session(cookie_of(request, names.SESSION_COOKIE))

    async def _application(self, session: Session, new: NewPass, request: Request) -> Application:
        offered = await self._passes.offered(session, source=source_of(request))
        return next(application for application in offered if application.id == new.made.application)

    async def _list(
        self,
        request: Request,
        session: Session,
        *,
        done: str = "",
        problem: str = "",
        name: str = "",
        paths: str = "",
        status: int = 200,
    ) -> Response:
        token = csrf_token(request, self._randomness)
        offered = await self._passes.offered(session, source=source_of(request))
        page = PassList(
            email=session.identity.email,
            passes=tuple(_row(made, token) for made in await self._passes.listed_of(session)),
            form=Form(action=PASSES, fields={CSRF_FIELD: token}),
            applications=tuple(Choice(value=a.id, label=a.name or a.id) for a in offered),
            days=_choices(offered),
            home_url="/",
            name=name,
            paths=paths,
            problem=problem,
            done=done,
        )
        return self._answers.form(page, token, status=status)

    def _shown(self, new: NewPass, application: Application) -> ShownPass:
        url = self._entering.url_of(application).removesuffix("/") + (new.made.paths or ("/",))[0]
        rules = application.passes
        found = ways(rules) if rules is not None else ()
        in_address = f"{url}?{names.PASS_PARAMETER}={new.secret}"
        examples = {
            Presented.HEADER: f"{names.PASS_HEADER.title()}: {new.secret}",
            Presented.BASIC: f"curl -u any:{new.secret} {url}",
            Presented.QUERY: in_address,
        }
        return ShownPass(
            name=new.made.name,
            application=application.name or application.id,
            secret=new.secret,
            scan=in_address if found == (Presented.QUERY,) else new.secret,
            ways=tuple((USES[way], examples[way]) for way in found),
            back_url=PASSES,
        )


def _row(made: AccessPass, token: str) -> PassRow:
    where = f"{made.application}, {', '.join(made.paths)}" if made.paths else made.application
    return PassRow(
        name=made.name,
        facts=f"{where}; until {made.expires:%Y-%m-%d}; {_used(made.used, made.used_from)}",
        remove=Form(action=REMOVE, fields={CSRF_FIELD: token, "pass": made.id}),
    )


def _used(used: datetime | None, source: str) -> str:
    """In days: the page knows nobody's time zone."""
    return f"last used on {used:%Y-%m-%d} from {source}" if used else "not used yet"


def _choices(offered: Sequence[Application]) -> tuple[Choice, ...]:
    """The lifetimes that at least one of the applications allows."""
    longest = max((a.passes.longest for a in offered if a.passes is not None), default=timedelta())
    allowed = [days for days in DAYS if timedelta(days=days) <= longest] or [max(1, longest.days)]
    return tuple(Choice(value=str(days), label=f"{days} days") for days in allowed)


def _days(given: str) -> timedelta:
    """Raises Invalid for what is no number of days."""
    if not given.isascii() or not given.isdigit() or len(given) > 4:
        raise Invalid("lifetime", "choose how many days the pass is good for")
    return timedelta(days=int(given))


def _sentence(error: AccessError) -> str:
    words = error.problem if isinstance(error, Invalid) else str(error)
    return f"{words[:1].upper()}{words[1:]}."
