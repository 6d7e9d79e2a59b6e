from __future__ import annotations

import pytest

from doorward.web.forms import Link
from doorward.web.problems import WORDS, standard_problem
from tests.web.documents import Document
from tests.web.examples import render


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503])
def test_each_status_has_words_of_its_own(status: int) -> None:
    problem = standard_problem(status, request_id="r-1")
    document = Document(render(problem))
    assert problem.title == WORDS[status][0]
    for words in (f"Error {status}", problem.title, *problem.sentences, "r-1"):
        assert words in document.text


@pytest.mark.parametrize(("status", "like"), [(418, 400), (409, 400), (507, 500)])
def test_a_status_without_words_gets_those_of_its_class(status: int, like: int) -> None:
    problem = standard_problem(status, request_id="")
    assert (problem.status, problem.title) == (status, WORDS[like][0])


def test_more_can_be_said_and_ways_on_are_offered() -> None:
    home = Link(name="Your applications", url="/")
    problem = standard_problem(404, request_id="", sentences=("It was here once.",), links=(home,))
    document = Document(render(problem))
    assert "It was here once." in document.text
    assert [link.get("href") for link in document.all("a")] == ["/"]
