from __future__ import annotations

import pytest

from doorward.model.errors import Invalid
from doorward.web.forms import Link
from doorward.web.pages import TEMPLATES, Chooser, Page, SignIn, Tile, has_script, safe_address
from doorward.web.static_files import load_static_files
from tests.web.documents import Document
from tests.web.examples import DENIED, EXAMPLES, HOSTILE, HOSTILE_EXAMPLES, SIGN_IN, render

ALL = pytest.mark.parametrize("page", EXAMPLES.values(), ids=EXAMPLES.keys())
HOSTILE_ALL = pytest.mark.parametrize("page", HOSTILE_EXAMPLES.values(), ids=HOSTILE_EXAMPLES.keys())


def test_every_kind_of_page_has_an_example() -> None:
    assert {type(page) for page in EXAMPLES.values()} == set(TEMPLATES)


@ALL
def test_a_page_is_a_whole_document_with_language_title_and_one_heading(page: Page) -> None:
    document = Document(render(page))
    assert document.all("html")[0].get("lang") == "en"
    assert "".join(document.all("title")[0].text).strip().endswith("· Doorward")
    assert len(document.all("h1")) == 1
    assert len(document.all("main")) == 1


@ALL
def test_a_page_holds_no_script_style_or_handler_inside_it(page: Page) -> None:
    document = Document(render(page))
    assert document.all("style", "iframe", "object", "embed", "base") == []
    assert all(element.get("src") and "".join(element.text) == "" for element in document.all("script"))
    assert [
        (element.name, name)
        for element in document.elements
        for name in element.attributes
        if name == "style" or name.startswith("on")
    ] == []


@ALL
def test_a_page_has_a_script_only_for_passkeys(page: Page) -> None:
    scripts = Document(render(page)).all("script")
    assert bool(scripts) is has_script(page)
    assert [script.get("src").partition("?")[0] for script in scripts] == [
        "/cdn-cgi/access/static/passkeys.js"
    ] * len(scripts)


@ALL
def test_a_page_loads_files_of_its_own_host_only(page: Page) -> None:
    urls = {file.url for file in load_static_files().values()}
    loaded = Document(render(page)).all("link", "img", "script")
    assert loaded
    assert {element.get("href") or element.get("src") for element in loaded} <= urls


@ALL
def test_every_field_has_a_label_and_every_picture_a_text(page: Page) -> None:
    document = Document(render(page))
    labelled = {label.get("for") for label in document.all("label")}
    fields = [field for field in document.all("input", "select", "textarea") if field.get("type") != "hidden"]
    assert {field.get("id") for field in fields} == labelled
    assert all("alt" in picture.attributes for picture in document.all("img"))
    assert all(drawing.get("aria-hidden") == "true" for drawing in document.all("svg"))


@ALL
def test_ids_are_there_once_and_references_lead_to_them(page: Page) -> None:
    document = Document(render(page))
    ids = [element.get("id") for element in document.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    referred = {element.get("aria-describedby") for element in document.elements} - {""}
    assert referred <= set(ids)


@HOSTILE_ALL
def test_text_from_outside_stays_text(page: Page) -> None:
    html = render(page)
    document = Document(html)
    assert len(document.all("script")) == int(has_script(page))
    assert [element for element in document.elements if "onerror" in element.attributes] == []
    assert html.count("<script") == int(has_script(page))
    assert " ".join(HOSTILE.split()) in document.text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//elsewhere.example.com/",
        "/\\elsewhere.example.com/",
        "\\\\elsewhere.example.com/",
        "/\t/elsewhere.example.com",
        "https:",
        "https:///path",
        "relative",
        "",
    ],
)
def test_a_page_is_not_made_with_an_address_that_leads_astray(url: str) -> None:
    with pytest.raises(Invalid):
        safe_address(url)
    with pytest.raises(Invalid):
        render(Chooser(providers=(Link(name="Elsewhere", url=url),)))


@pytest.mark.parametrize("url", ["/", "/a?b=c#d", "https://a.example.com:8443/x", "http://localhost:80/"])
def test_an_address_of_the_web_or_this_host_is_kept_as_it_is(url: str) -> None:
    assert safe_address(url) == url


def test_the_password_form_says_what_its_fields_are_for() -> None:
    document = Document(render(SignIn(form=SIGN_IN)))
    email, password = (field for field in document.all("input") if field.get("type") != "hidden")
    assert (email.get("name"), email.get("autocomplete")) == ("email", "username")
    assert (password.get("name"), password.get("autocomplete")) == ("password", "current-password")
    assert "value" not in password.attributes


def test_the_form_carries_its_hidden_fields_and_is_posted() -> None:
    document = Document(render(SignIn(form=SIGN_IN)))
    hidden = {
        field.get("name"): field.get("value")
        for field in document.all("input")
        if field.get("type") == "hidden"
    }
    assert hidden == {"flow": "a1b2c3"}
    assert [(form.get("action"), form.get("method")) for form in document.all("form")] == [
        (SIGN_IN.action, "post")
    ]


@pytest.mark.parametrize(("email", "focused"), [("", "email"), ("ada@example.com", "password")])
def test_typing_begins_in_the_first_empty_field(email: str, focused: str) -> None:
    document = Document(render(SignIn(form=SIGN_IN, email=email)))
    assert [field.get("id") for field in document.all("input") if "autofocus" in field.attributes] == [
        focused
    ]


def test_a_wrong_password_is_announced_and_tied_to_the_fields() -> None:
    document = Document(render(EXAMPLES["sign-in-again"]))
    notice = next(element for element in document.elements if element.get("role") == "alert")
    fields = [field for field in document.all("input") if field.get("type") != "hidden"]
    assert notice.text == ["The email or the password is wrong."]
    assert {field.get("aria-describedby") for field in fields} == {notice.get("id")}
    assert {field.get("aria-invalid") for field in fields} == {"true"}


def test_the_launcher_shows_each_application_and_no_other_link() -> None:
    document = Document(render(EXAMPLES["launcher"]))
    links = [link for link in document.all("a") if link.get("class") == "tile"]
    assert [link.get("href") for link in links][:2] == [
        "https://hello.example.com/",
        "https://wiki.example.com/",
    ]
    assert len(links) == 7
    assert "Ada" in document.text
    assert "ada@example.com" in document.text


def test_an_empty_launcher_says_so() -> None:
    text = Document(render(EXAMPLES["launcher-empty"])).text
    assert "Nothing is open to you yet" in text


def test_a_refusal_says_who_why_and_what_to_quote() -> None:
    document = Document(render(DENIED))
    for words in ("Hello", "bob@example.com", *DENIED.reasons, "Include: email", DENIED.request_id):
        assert words in document.text
    assert [form.get("action") for form in document.all("form")] == [DENIED.switch.action]
    assert DENIED.launcher_url in document.addresses


@pytest.mark.parametrize(
    ("name", "letter"), [("wiki", "W"), ("  7 dwarfs", "7"), ("órganon", "Ó"), ("—", "#"), ("", "#")]
)
def test_a_tile_shows_the_first_letter_of_the_name(name: str, letter: str) -> None:
    assert Tile(name=name, url="/", place="a.example.com").letter == letter


def test_a_tile_keeps_its_colour_when_it_is_renamed_and_the_stylesheet_has_it() -> None:
    styles = load_static_files()["doorward.css"].content.decode()
    tiles = [Tile(name="x", url="/", place=f"{number}.example.com") for number in range(64)]
    assert len({tile.tone for tile in tiles}) == 8
    assert all(f".tone-{tile.tone} " in styles for tile in tiles)
    assert tiles[0].tone == Tile(name="y", url="/", place="0.example.com").tone
