"""The settings as a whole: defaults, what follows, what does not go together, the reference page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from doorward.settings.settings import Settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def settings(**given: Any) -> Settings:
    return Settings.model_validate(given)


def test_the_defaults_let_only_this_machine_in() -> None:
    assert {settings().https_host, settings().relay_host} == {"127.0.0.1"}


def test_what_is_left_out_follows_from_the_rest() -> None:
    given = settings(domain="example.com", https_port=443, relay_host="::1", relay_port=7000)
    assert given.team == "access.example.com"
    assert given.port_in_urls == 443
    assert given.relay_endpoint == "[::1]:7000"


def test_what_is_given_does_not() -> None:
    given = settings(team_domain="Sign-In.example.com.", public_port=443, relay_public="relay.example.com:1")
    assert given.team == "sign-in.example.com"
    assert given.port_in_urls == 443
    assert given.relay_endpoint == "relay.example.com:1"


@pytest.mark.parametrize("given", ["certificate", "private_key"])
def test_a_certificate_and_its_key_go_together(given: str) -> None:
    with pytest.raises(ValidationError, match="certificate and private_key go together"):
        settings(**{given: "file.pem"})
    assert settings(certificate="a.pem", private_key="b.pem").private_key == Path("b.pem")


@pytest.mark.parametrize(
    ("one", "other"),
    [("https_port", "relay_port"), ("https_port", "metrics_port"), ("relay_port", "metrics_port")],
)
def test_two_servers_cannot_have_one_port(one: str, other: str) -> None:
    with pytest.raises(ValidationError, match=f"7000 is {one}, too"):
        settings(**{one: 7000, other: 7000})


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings().https_port = 1  # type: ignore[misc]  # that it cannot be set is what is tested


def test_the_reference_page_has_every_setting_with_its_default_and_meaning() -> None:
    rows = {name: (default, meaning) for name, default, _, meaning in ROW.findall(REFERENCE.read_text())}
    assert rows == {
        name: (_in_a_cell(field.default), field.description) for name, field in Settings.model_fields.items()
    }


def _in_a_cell(default: object) -> str:
    return f"`{'none' if default in {None, '', ()} else default}`"
