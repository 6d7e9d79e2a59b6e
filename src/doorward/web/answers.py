"""Answers: pages and JSON with the headers that each must have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import JSONResponse, Response

from doorward.envoy import names
from doorward.model.errors import AccessError, Conflict, Invalid, NotFound, Refused, Unavailable
from doorward.services.cookies import set_cookie
from doorward.services.flows import LIFETIME
from doorward.services.questions import Deny, Question
from doorward.services.rate_limits import TooMany
from doorward.web.forms import Form, Link
from doorward.web.headers import security_headers
from doorward.web.pages import Denied, Page, Pages, has_script
from doorward.web.problems import standard_problem
from doorward.web.visits import CSRF_COOKIE

STATUS: Mapping[type[AccessError], int] = {
    Invalid: 400,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unavailable: 503,
}


class Answers:
    """Makes responses. ``team_origin`` is ``https://`` and the team authority."""

    def __init__(self, pages: Pages, *, team_origin: str) -> None:
        self._pages = pages
        self.team_origin = team_origin

    def page(
        self,
        page: Page,
        *,
        status: int = 200,
        cookies: Sequence[str] = (),
        form_targets: Sequence[str] = (),
    ) -> Response:
        """An HTML page."""
        response = Response(
            self._pages.render(page),
            status_code=status,
            headers=dict(security_headers(form_targets, script=has_script(page))),
            media_type="text/html; charset=utf-8",
        )
        return with_cookies(response, cookies)

    def form(
        self,
        page: Page,
        token: str,
        *,
        status: int = 200,
        cookies: Sequence[str] = (),
        form_targets: Sequence[str] = (),
    ) -> Response:
        """A page with a form of ours, and the cookie that the form's ``token`` must agree with when it comes
        back; see ``visits.csrf_token``."""
        cookie = set_cookie(CSRF_COOKIE, token, lifetime=LIFETIME)
        return self.page(page, status=status, cookies=[cookie, *cookies], form_targets=form_targets)

    def redirect(self, location: str, *, cookies: Sequence[str] = ()) -> Response:
        """See other (303): the next request is a GET."""
        headers = {"location": location, "cache-control": "no-store", "referrer-policy": "no-referrer"}
        return with_cookies(Response(status_code=303, headers=headers), cookies)

    def refresh(self, location: str, *, cookies: Sequence[str] = ()) -> Response:
        """An empty page that goes on to ``location``, a path on this host: a step that this host itself
        takes, which a redirect that began elsewhere is not."""
        headers = {
            "refresh": f"0; url={location}",
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        }
        return with_cookies(Response(headers=headers, media_type="text/html; charset=utf-8"), cookies)

    def json(self, content: object, *, status: int = 200) -> Response:
        """A JSON document that nobody keeps."""
        return JSONResponse(content, status_code=status, headers=dict(_json_headers()))

    def problem(self, error: AccessError, *, request_id: str, html: bool) -> Response:
        """An error in words."""
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)
        sentence = str(error)[:1].upper() + str(error)[1:].removesuffix(".") + "."
        if html:
            page = standard_problem(status, request_id=request_id, sentences=(sentence,))
            response = self.page(page, status=status)
        else:
            response = self.json({"error": sentence, "request_id": request_id}, status=status)
        if isinstance(error, TooMany):
            response.headers["retry-after"] = str(error.seconds)
        return response

    def denied(self, answer: Deny, *, request_id: str) -> Denied:
        """The page for someone who is signed in, and still not allowed."""
        text, links = _own_words(answer)
        return Denied(
            text=text,
            link=links[0] if links else None,
            application=answer.application,
            email=answer.facts.person,
            reasons=tuple(answer.sentences),
            failed_rule=answer.failed_rule,
            request_id=request_id,
            switch=Form(
                action=f"{self.team_origin}{names.ACCESS_PATH}logout",
                fields={"application": answer.application_id},
                method="get",
            ),
            launcher_url=f"{self.team_origin}/",
        )

    def refusal(self, answer: Deny, question: Question | None) -> tuple[str, Mapping[str, str]]:
        """Body and headers of a refusal that the edge sends: a page to people, JSON to programs."""
        request_id = question.request_id if question else ""
        response = self._refusal(answer, request_id, html=bool(question and question.is_navigation))
        headers = {key: value for key, value in response.headers.items() if key != "content-length"}
        return bytes(response.body).decode(), headers

    def _refusal(self, answer: Deny, request_id: str, *, html: bool) -> Response:
        if not html:
            content = {
                "error": " ".join(answer.sentences),
                "reason": answer.facts.reason,
                "request_id": request_id,
            }
            return self.json(content, status=answer.status)
        if answer.status == 403 and answer.facts.person:
            page: Page = self.denied(answer, request_id=request_id)
        else:
            text, links = _own_words(answer)
            page = standard_problem(
                answer.status, request_id=request_id, sentences=text or tuple(answer.sentences), links=links
            )
        return self.page(page, status=answer.status, form_targets=[self.team_origin])


def _own_words(answer: Deny) -> tuple[tuple[str, ...], tuple[Link, ...]]:
    """What the application has to say to people whom it refuses: paragraphs, and a link."""
    page = answer.page
    if page is None:
        return (), ()
    paragraphs = tuple(line.strip() for line in page.text.split("\n") if line.strip())
    return paragraphs, (Link(name=page.link_text, url=page.link_url),) if page.link_url else ()


def with_cookies(response: Response, cookies: Sequence[str]) -> Response:
    """``response`` with these ``Set-Cookie`` headers added."""
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    return response


def _json_headers() -> Mapping[str, str]:
    return {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
    }
