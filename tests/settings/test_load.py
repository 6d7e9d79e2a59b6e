"""Where settings come from, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.model.errors import Invalid
from doorward.settings.load import load_settings
from doorward.settings.settings import Settings


@pytest.fixture(name="file")
def a_settings_file(tmp_path: Path) -> Path:
    file = tmp_path / "doorward.yaml"
    file.write_text("https_port: 3\nrelay_port: 30\ndomain: example.com\n")
    return file


def test_without_any_source_the_defaults_hold() -> None:
    assert load_settings({}, {}) == Settings()


def test_the_command_line_comes_before_the_environment_before_the_file(file: Path) -> None:
    environment = {"DOORWARD_HTTPS_PORT": "2", "DOORWARD_RELAY_PORT": "20", "HTTPS_PORT": "9"}
    settings = load_settings({"https_port": 1, "relay_port": None}, environment, file=file)
    assert (settings.https_port, settings.relay_port, settings.domain) == (1, 20, "example.com")


def test_an_empty_variable_counts_as_left_out(file: Path) -> None:
    assert load_settings({}, {"DOORWARD_HTTPS_PORT": ""}, file=file).https_port == 3


ANY_PATH = {"data", "geoip_database"}


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name not in ANY_PATH])
def test_every_setting_can_come_from_the_environment(name: str) -> None:
    lone = name in {"certificate", "private_key"}  # refused without the other
    with pytest.raises(Invalid, match=f"^DOORWARD_{name.upper()}: "):
        load_settings({}, {f"DOORWARD_{name.upper()}": "own.pem" if lone else "not a good value"})


def test_the_data_folder_can_come_from_the_environment() -> None:
    assert load_settings({}, {"DOORWARD_DATA": "/srv/doorward"}).data == Path("/srv/doorward")


def test_the_database_of_countries_can_come_from_the_environment() -> None:
    given = load_settings({}, {"DOORWARD_GEOIP_DATABASE": "/srv/country.mmdb"})
    assert given.geoip_database == Path("/srv/country.mmdb")


def test_an_option_is_named_as_it_is_typed() -> None:
    with pytest.raises(Invalid, match=r"^--https-port: 0 is not a port: use a number from 1 to 65535$"):
        load_settings({"https_port": 0}, {"DOORWARD_HTTPS_PORT": "443"})


def test_a_line_of_the_file_is_named(file: Path) -> None:
    file.write_text("domain: example.com\nhttps_port: yes\n")
    with pytest.raises(Invalid, match=rf"^https_port in {file} line 2: True is not a port: use a number"):
        load_settings({}, {}, file=file)


def test_an_unknown_setting_is_refused_with_the_known_ones(file: Path) -> None:
    file.write_text("http_port: 80\n")
    with pytest.raises(
        Invalid, match=r"line 1: there is no such setting; there are data, domain, .*concurrency$"
    ):
        load_settings({}, {}, file=file)


def test_settings_that_do_not_go_together_name_the_source_of_one() -> None:
    with pytest.raises(Invalid, match=r"^DOORWARD_RELAY_PORT: 8443 is https_port, too"):
        load_settings({}, {"DOORWARD_RELAY_PORT": "8443"})
    with pytest.raises(Invalid, match=r"^DOORWARD_CERTIFICATE: private_key is missing"):
        load_settings({}, {"DOORWARD_CERTIFICATE": "own.pem"})
