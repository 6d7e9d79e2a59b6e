"""The settings file."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.model.errors import Invalid, Unavailable
from doorward.settings.file import Entry, read_settings_file


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "doorward.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_entries_know_their_lines(tmp_path: Path) -> None:
    file = written(tmp_path, "# ports\nhttps_port: 443\n\ndomain: example.com\nmetrics_port: null\n")
    assert read_settings_file(file) == [
        Entry("https_port", 443, f"https_port in {file} line 2"),
        Entry("domain", "example.com", f"domain in {file} line 4"),
        Entry("metrics_port", None, f"metrics_port in {file} line 5"),
    ]


def test_relative_paths_begin_at_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "data: data\ncertificate: /etc/own.pem\ndomain: data\n")
    values = [entry.value for entry in read_settings_file(file)]
    assert values == [tmp_path / "data", Path("/etc/own.pem"), "data"]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_has_no_settings(tmp_path: Path, text: str) -> None:
    assert read_settings_file(written(tmp_path, text)) == []


def test_a_setting_given_twice_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "https_port: 1\nhttps_port: 2\n")
    with pytest.raises(
        Invalid, match=r"https_port in .*doorward\.yaml line 2: this setting was given before"
    ):
        read_settings_file(file)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n",
        "text",
        "a: [",
        "a: b: c",
        "a: !!python/object:os.system {}",
        "\t",
        "a: &x [*x]\n? {}",
        "a: \x00",
        "a: 1\n---\nb: 2\n",
    ],
)
def test_something_else_is_refused_with_the_files_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match=r"doorward\.yaml"):
        read_settings_file(written(tmp_path, text))


def test_the_line_of_a_slip_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"doorward\.yaml line 2: this is not YAML"):
        read_settings_file(written(tmp_path, "https_port: 1\ndomain: a: b\n"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"none\.yaml cannot be read: No such file"):
        read_settings_file(tmp_path / "none.yaml")
    with pytest.raises(Unavailable, match="cannot be read: it is not UTF-8 text"):
        read_settings_file(written(tmp_path, b"a: \xff"))
