"""What somebody may try on the way to a session: to be sent elsewhere, to be signed in as another, to
take a code or a cookie along, to post a form from a page of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

import httpx
import pytest

from tests.live.system import ADA, BOB, System
from tests.live.visitor import PAGE, Visitor, form_of

ACCESS = "/cdn-cgi/access"
EVIL = (
    "https://evil.example/",
    "//evil.example/",
    "\\\\evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "https://hello.localhost@evil.example/",
    "https://hello.localhost.evil.example/",
    "javascript:alert(1)",
    "/%0d%0aLocation:%20https://evil.example/",
)


@pytest.fixture
def stranger(system: System) -> Iterator[Visitor]:
    with system.visitor() as visitor:
        yield visitor


def authority(url: str) -> str:
    return urlsplit(url).netloc


def to_the_code(system: System, visitor: Visitor, email: str) -> str:
    """Sign in up to the address with the one-time code, which is not opened."""
    page = visitor.open(f"{system.app_url}/headers")
    action, hidden = form_of(page)
    fields = {**hidden, "email": email, "password": system.password(email)}
    answer = visitor.http.post(action, data=fields, headers={**PAGE, "origin": system.team_url})
    for _ in range(5):
        location = urljoin(str(answer.url), answer.headers["location"])
        if "/authorized?" in location:
            return location
        answer = visitor.get(location)
    raise AssertionError("there was no code")


# --- being sent elsewhere -----------------------------------------------------------------------------


@pytest.mark.parametrize("target", EVIL)
def test_no_parameter_leads_out(system: System, target: str) -> None:
    ours = {authority(system.team_url), authority(system.app_url)}
    names = (
        "flow",
        "redirect_url",
        "redirect_uri",
        "return_to",
        "next",
        "url",
        "rd",
        "target",
        "application",
    )
    query = urlencode(dict.fromkeys(names, target))
    with system.sign_in(ADA) as ada:
        for path in ("login", "logout", "callback", "authorized", "get-identity"):
            for origin in (system.team_url, system.app_url):
                answer = ada.get(f"{origin}{ACCESS}/{path}?{query}")
                location = urljoin(str(answer.url), answer.headers.get("location", "/"))
                assert authority(location) in ours, (path, location)
                assert "evil.example" not in answer.headers.get("location", "")
                assert not any("evil" in name for name in answer.headers)


@pytest.mark.parametrize(
    "target", ["//evil.example/", "/\\evil.example/", "/..//evil.example", "/%2f/evil.example"]
)
def test_a_deep_link_never_becomes_another_host(system: System, stranger: Visitor, target: str) -> None:
    head = f"GET {target} HTTP/1.1\r\nHost: {authority(system.app_url)}\r\nAccept: text/html\r\n\r\n"
    answer = system.door.ask(head.encode())
    status, location = answer[9:12], answer.partition(b"location: ")[2].partition(b"\r\n")[0].decode()
    assert status in (b"302", b"303", b"400")
    if not location:
        return
    assert authority(location) == authority(system.team_url)
    cookie = answer.partition(b"__Host-doorward-flow=")[2].partition(b";")[0].decode()
    stranger.http.cookies.set("__Host-doorward-flow", cookie, domain="hello.localhost")
    page = stranger.sign_in(location, ADA, system.password(ADA))
    assert page.url.netloc.decode() == authority(system.app_url)


@pytest.mark.parametrize("damage", ["", "x", "cut", "flipped"])
def test_a_flow_that_somebody_made_or_changed_leads_to_the_launcher(
    system: System, stranger: Visitor, damage: str
) -> None:
    location = stranger.get(f"{system.app_url}/headers").headers["location"]
    flow = parse_qs(urlsplit(location).query)["flow"][0]
    changed = {"": "", "x": "x", "cut": flow[:-8], "flipped": flow[:-9] + flow[-9:].swapcase()}[damage]
    page = stranger.sign_in(
        f"{system.team_url}{ACCESS}/login?flow={quote(changed)}", ADA, system.password(ADA)
    )
    assert page.status_code == 200
    assert (page.url.netloc.decode(), page.url.path) == (authority(system.team_url), "/")


# --- being signed in as another ------------------------------------------------------------------------


def test_a_code_is_of_no_use_in_another_browser(system: System, stranger: Visitor) -> None:
    with system.visitor() as attacker:
        code = to_the_code(system, attacker, ADA)
        assert stranger.get(f"{system.app_url}/").is_redirect  # a flow of the victim's own
        answer = stranger.get(code)
        assert answer.status_code == 403
        assert "another browser" in answer.text
        assert not [name for name in stranger.cookies(system.app_url) if name.endswith(("-app", "-token"))]
        assert stranger.get(f"{system.app_url}/").is_redirect
        assert attacker.get(code).status_code == 403  # and it is used up


def test_a_code_works_once(system: System, stranger: Visitor) -> None:
    code = to_the_code(system, stranger, ADA)
    assert stranger.get(code).status_code == 303
    again = stranger.get(code)
    assert again.status_code == 403
    assert "used already" in again.text


def test_a_code_is_for_its_host_only(system: System, stranger: Visitor) -> None:
    code = to_the_code(system, stranger, ADA)
    elsewhere = code.replace(system.app_url, system.team_url)
    assert stranger.get(elsewhere).status_code == 404
    assert stranger.get(code).status_code == 303


@pytest.mark.parametrize("query", ["", "?code=", "?code=x", "?code=" + "x" * 3000, "?code=a&code=b"])
def test_a_made_up_code_is_refused(system: System, stranger: Visitor, query: str) -> None:
    stranger.get(f"{system.app_url}/")
    assert stranger.get(f"{system.app_url}{ACCESS}/authorized{query}").status_code in (400, 403)


def test_cookies_from_before_the_sign_in_are_worth_nothing_after_it(
    system: System, stranger: Visitor
) -> None:
    planted = {f"__Host-doorward-{name}": "x" * 43 for name in ("session", "app")}
    for host in ("access.localhost", "hello.localhost"):
        for name, value in planted.items():
            stranger.http.cookies.set(name, value, domain=host, path="/")
    page = stranger.sign_in(f"{system.app_url}/headers", ADA, system.password(ADA))
    assert page.status_code == 200
    for url, name in ((system.team_url, "session"), (system.app_url, "app")):
        assert stranger.cookies(url)[f"__Host-doorward-{name}"] != planted[f"__Host-doorward-{name}"]
    with system.visitor() as attacker:
        for url in (system.team_url, system.app_url):
            cookie = "; ".join(f"{name}={value}" for name, value in planted.items())
            assert attacker.get(f"{url}/", {**PAGE, "cookie": cookie}).is_redirect


def test_each_sign_in_is_a_session_of_its_own(system: System) -> None:
    with system.sign_in(ADA) as one, system.sign_in(ADA) as other:
        for url in (system.team_url, system.app_url):
            mine, theirs = one.cookies(url), other.cookies(url)
            for name in mine.keys() & theirs.keys():
                assert mine[name] != theirs[name], name


def test_cookies_are_set_so_that_no_script_and_no_neighbour_gets_them(
    system: System, stranger: Visitor
) -> None:
    page = stranger.sign_in(f"{system.app_url}/headers", ADA, system.password(ADA))
    first = stranger.open(f"{system.team_url}{ACCESS}/logout")
    responses = [*page.history, page, *first.history, first]
    found = [cookie for response in responses for cookie in response.headers.get_list("set-cookie")]
    assert found
    for cookie in found:
        name, _, rest = cookie.partition("=")
        assert name.startswith("__Host-doorward-")
        attributes = {part.strip().lower() for part in rest.split(";")[1:]}
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)


# --- forms from elsewhere ---------------------------------------------------------------------------------


def post(system: System, visitor: Visitor, headers: dict[str, str], **changed: str | None) -> httpx.Response:
    """Ada's sign-in with right credentials, but for what is ``changed`` (None: left out)."""
    action, hidden = form_of(visitor.open(f"{system.app_url}/"))
    fields = {**hidden, "email": ADA, "password": system.password(ADA), **changed}
    sent = {name: value for name, value in fields.items() if value is not None}
    return visitor.http.post(action, data=sent, headers={**PAGE, **headers})


@pytest.mark.parametrize("token", [None, "", "x", "x" * 43])
def test_a_form_without_its_own_token_is_refused(
    system: System, stranger: Visitor, token: str | None
) -> None:
    answer = post(system, stranger, {"origin": system.team_url}, csrf=token)
    assert answer.status_code == 403
    assert "__Host-doorward-session" not in stranger.cookies(system.team_url)


def test_another_browsers_form_token_is_refused(system: System, stranger: Visitor) -> None:
    with system.visitor() as attacker:
        _, theirs = form_of(attacker.open(f"{system.app_url}/"))
    answer = post(system, stranger, {"origin": system.team_url}, csrf=theirs["csrf"])
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://access.localhost"},
        {"origin": "https://access.localhost.evil.example"},
        {"origin": "https://hello.localhost"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_a_form_from_another_site_is_refused(
    system: System, stranger: Visitor, headers: dict[str, str]
) -> None:
    assert post(system, stranger, headers).status_code == 403
    assert "__Host-doorward-session" not in stranger.cookies(system.team_url)


@pytest.mark.parametrize("destination", ["image", "script", "iframe", "empty", "style"])
def test_nobody_is_signed_out_by_an_image(system: System, destination: str) -> None:
    with system.sign_in(ADA) as ada:
        for origin in (system.app_url, system.team_url):
            headers = {"accept": "*/*", "sec-fetch-dest": destination, "sec-fetch-site": "cross-site"}
            assert ada.get(f"{origin}{ACCESS}/logout", headers).status_code == 403
        assert ada.get(f"{system.app_url}/").status_code == 200


def test_guessing_is_slowed_down(system: System, stranger: Visitor) -> None:
    page = stranger.open(f"{system.app_url}/")
    action, hidden = form_of(page)
    answers = []
    for number in range(12):
        fields = {**hidden, "email": BOB, "password": f"guess {number}"}
        sent = {**PAGE, "origin": system.team_url}
        answers.append(stranger.http.post(action, data=fields, headers=sent))
    assert answers[0].status_code == 403
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
