from __future__ import annotations

import json

import pytest
import typer

from doorward.cli.output import print_json, print_table, sentences
from doorward.model.errors import Invalid


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1, None]})
    assert json.loads(capsys.readouterr().out) == {"a": [1, None]}


def test_a_table_has_a_line_for_each_row_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Name", "State"), [["a", "x" * 150], ["b", 2]], empty="none")
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == ["Name", "State"]
    assert first.split() == ["a", "x" * 150]
    assert second.split() == ["b", "2"]


def test_what_looks_like_markup_in_a_cell_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Name",), [["[bold]x[/bold]"]], empty="none")
    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_nothing_to_show_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Name",), [], empty="There is no tunnel.")
    assert capsys.readouterr().out == "There is no tunnel.\n"


def test_an_error_of_ours_is_a_sentence_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, sentences():
        raise Invalid("--hostname", "this is wrong")
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "doorward: --hostname: this is wrong\n"


def test_a_mistake_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError), sentences():
        raise KeyError("a mistake")
