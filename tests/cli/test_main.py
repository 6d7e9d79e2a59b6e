from __future__ import annotations

import pytest

from doorward import __version__
from doorward.cli.main import app, main
from tests.cli.commands import Doorward, run

COMMANDS = [
    ("status",),
    ("export",),
    ("tunnel", "list"),
    ("tunnel", "create", "lab"),
    ("tunnel", "token", "lab"),
    ("tunnel", "delete", "lab"),
    ("session", "list"),
    ("session", "revoke", "--email", "ada@example.com"),
    ("service-token", "list"),
    ("service-token", "create", "ci"),
    ("service-token", "delete", "ci"),
    ("tunnel", "--hostname", "app.localhost", "--url", "http://localhost:8080"),
]


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"doorward {__version__}\n"


def test_without_a_command_the_help_names_them_all() -> None:
    shown = run().output
    for name in ("demo", "serve", "apply", "export", "status", "tunnel", "session", "service-token"):
        assert name in shown


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_where_no_doorward_runs_a_command_says_so_and_what_to_do(
    nowhere: Doorward, words: tuple[str, ...]
) -> None:
    place = [words[0], "--data", str(nowhere.data), *words[1:]] if "--url" in words else None
    result = run(*place) if place else nowhere.run(*words)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"doorward: no Doorward runs on {nowhere.data}: start it with")
    assert "Traceback" not in result.output


@pytest.mark.parametrize("words", [("nothing",), ("status", "--colour"), ("tunnel", "create")])
def test_a_mistyped_command_ends_with_code_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_the_entry_point_runs_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["doorward", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert app.info.name == "doorward"
