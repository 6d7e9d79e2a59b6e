"""What parts print: files that rotate, last lines that are safe to show."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from doorward.bootstrap.processes_output import Output, RotatingFile, printable, terminal_echo


def output(folder: Path, echo: io.StringIO | None = None) -> Output:
    return Output("relay", RotatingFile(folder / "relay.log"), echo=echo)


def test_a_file_is_rotated_between_lines_and_the_oldest_goes(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "a.log", rotate_at=10, keep=2)
    for text in (b"one one one\ntw", b"o two two\nthree ", b"three three\n", b"four\n"):
        file.write(text)
    file.close()
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert kept == {
        "a.log": b"four\n",
        "a.log.1": b"three three three\n",
        "a.log.2": b"two two two\n",
    }


def test_a_file_is_appended_to_and_its_old_size_counts(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"before the restart\n")
    file = RotatingFile(tmp_path / "a.log", rotate_at=26)
    file.write(b"after\n")
    assert (tmp_path / "a.log").read_bytes() == b"before the restart\nafter\n"
    file.write(b"more\n")
    assert (tmp_path / "a.log.1").read_bytes() == b"before the restart\nafter\nmore\n"
    file.close()


def test_a_log_is_for_its_user_alone(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "a.log")
    file.write(b"one\n")
    file.close()
    assert (tmp_path / "a.log").stat().st_mode & 0o777 == 0o600


def test_a_disk_that_takes_nothing_costs_lines_and_nothing_else() -> None:
    full = Output("relay", RotatingFile(Path("/dev/full")))
    full.feed(b"lost\n")
    full.feed(b"lost, too\n")
    full.finish()
    assert full.last_lines() == ["lost", "lost, too"]


def test_lines_are_put_together_from_pieces(tmp_path: Path) -> None:
    found = output(tmp_path)
    for piece in (b"o", b"ne\r\ntwo\nthr", b"ee"):
        found.feed(piece)
    assert found.last_lines() == ["one", "two"]
    found.finish()
    assert found.last_lines(2) == ["two", "three"]
    assert found.contains("hre")
    assert not found.contains("four")


def test_a_line_without_end_fills_no_memory_but_the_file_has_it_whole(tmp_path: Path) -> None:
    found = output(tmp_path)
    for _ in range(100):
        found.feed(b"x" * 10_000)
    found.finish()
    assert len(found.last_lines()[0]) < 10_000
    assert (tmp_path / "relay.log").stat().st_size == 1_000_000


def test_the_echo_names_the_part_and_steers_no_terminal(tmp_path: Path) -> None:
    echo = io.StringIO()
    found = output(tmp_path, echo)
    found.feed("\x1b[2Jrêd\ttab\u009b1m\n".encode() + b"\xff\n")
    found.finish()
    assert echo.getvalue() == "relay | \\x1b[2Jrêd\ttab\\x9b1m\nrelay | \\xff\n"


@pytest.mark.parametrize("text", ["plain", "tab\tbed", "ünïcode"])
def test_plain_text_stays(text: str) -> None:
    assert printable(text) == text


def test_nothing_is_echoed_unless_asked_for() -> None:
    assert terminal_echo(verbose=False) is None
    assert terminal_echo(verbose=True) is not None
