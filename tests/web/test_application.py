from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from doorward.envoy import names
from doorward.model.access import Identity
from doorward.model.errors import Unavailable
from doorward.web.visits import CSRF_COOKIE, CSRF_FIELD
from doorward.web.ways import LOGIN
from tests.fakes.identity import FakePasswordProvider
from tests.services.sample import STAFF
from tests.services.world import World
from tests.web.site import APPLICATION_HOST, CSRF, STATIC_FILES, TEAM_HOST, Site

STATIC = "/cdn-cgi/access/static/"
TEAM_ONLY = ["/", LOGIN, "/cdn-cgi/access/callback"]


@pytest.mark.parametrize("target", TEAM_ONLY)
@pytest.mark.parametrize("host", [APPLICATION_HOST, "other.example.com", ""])
def test_the_sign_in_is_on_the_team_domain_only(host: str, target: str) -> None:
    assert Site().get(target, host=host).status_code == 404


def test_a_password_sent_to_an_application_is_not_looked_at() -> None:
    site = Site()
    form = {CSRF_FIELD: CSRF, "provider": STAFF, "email": "ada@example.com", "password": "ada's"}
    answer = site.post(form, cookies={CSRF_COOKIE: CSRF}, headers={"host": APPLICATION_HOST})
    assert answer.status_code == 404
    assert site.world.passwords.checked == []


@pytest.mark.parametrize("host", [TEAM_HOST, "other.example.com"])
def test_codes_are_taken_on_applications_only(host: str) -> None:
    assert Site().get("/cdn-cgi/access/authorized?code=x", host=host).status_code == 404


@pytest.mark.parametrize("target", ["/nothing", "/cdn-cgi/access/", "/cdn-cgi/access/login/more", STATIC])
def test_an_address_without_a_page_is_a_404_page(target: str) -> None:
    answer = Site().get(target, headers={"x-request-id": "r-1"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "r-1" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_programs_get_errors_as_json() -> None:
    answer = Site().get("/nothing", headers={"accept": "application/json", "x-request-id": "r-1"})
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is nothing at this address.", "request_id": "r-1"}


@pytest.mark.parametrize(("method", "target"), [("POST", "/"), ("DELETE", LOGIN), ("POST", STATIC + "x")])
def test_a_method_that_a_page_does_not_take_is_refused(method: str, target: str) -> None:
    assert Site().request(method, target).status_code == 400


def test_a_form_that_cannot_be_read_is_a_page_with_the_headers_of_one() -> None:
    many = {f"field-{number}": "" for number in range(30)}
    answer = Site().post({CSRF_FIELD: CSRF, **many}, cookies={CSRF_COOKIE: CSRF})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"


class BrokenPasswords(FakePasswordProvider):
    """Fails as a mistake in the code would."""

    async def check(self, *, email: str, password: str) -> Identity:
        raise RuntimeError(f"no {password}")


def test_a_fault_of_ours_goes_to_the_log_and_its_details_to_nobody() -> None:
    site = Site(World(passwords=BrokenPasswords()))
    with capture_logs() as logged:
        answer = site.sign_in()
    assert answer.status_code == 500
    assert "written to the log" in answer.text
    assert "RuntimeError" not in answer.text
    assert [(entry["event"], entry["path"]) for entry in logged] == [("a page failed", LOGIN)]


def test_a_store_that_does_not_answer_is_told_as_such() -> None:
    site = Site()
    cookies = site.session_cookies()
    site.world.stores.faults.error = Unavailable("the database does not answer")
    answer = site.get("/", cookies=cookies)
    assert answer.status_code == 503
    assert "The database does not answer." in answer.text


def test_a_request_that_tells_no_source_goes_nowhere() -> None:
    site = Site()
    answer = site.get("/", cookies=site.session_cookies(), headers={names.SOURCE_HEADER: ""})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", [TEAM_HOST, APPLICATION_HOST])
def test_static_files_are_on_every_host_and_kept(host: str) -> None:
    file = STATIC_FILES["doorward.css"]
    answer = Site().get(file.url, host=host)
    assert (answer.status_code, answer.content) == (200, file.content)
    assert answer.headers["content-type"] == file.content_type
    assert answer.headers["etag"] == file.etag
    assert "immutable" in answer.headers["cache-control"]


def test_a_static_file_that_the_browser_has_is_not_sent_again() -> None:
    file = STATIC_FILES["doorward.css"]
    answer = Site().get(file.url, headers={"if-none-match": file.etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.css", "..%2f..%2fsecrets.py", "%00"])
def test_no_other_file_is_served(name: str) -> None:
    assert Site().get(STATIC + name).status_code == 404


def test_no_page_holds_a_secret_of_the_person_who_opens_it() -> None:
    site = Site()
    flow, secret = site.begin_flow()
    session = site.session_cookies()
    pages = [
        site.get(target, cookies=session).text
        for target in ("/", "/cdn-cgi/access/get-identity", "/nothing", "/cdn-cgi/access/logout")
    ]
    pages.append(site.get(f"{LOGIN}?provider=staff&flow={flow}").text)
    for page in pages:
        assert secret not in page
        assert session[names.SESSION_COOKIE] not in page
