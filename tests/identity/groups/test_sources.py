from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from doorward.identity.groups.google import GoogleGroups
from doorward.identity.groups.okta import OktaGroups
from doorward.identity.groups.sources import group_source
from doorward.model.errors import Invalid
from doorward.model.identity_provider import OpenIdConnect
from tests.fakes.clock import FakeClock
from tests.identity.groups.test_google import SETTINGS as GOOGLE
from tests.identity.groups.test_okta import SETTINGS as OKTA


def source(settings: OpenIdConnect) -> object:
    return group_source(settings, client=httpx.AsyncClient(), clock=FakeClock())


def test_each_preset_with_an_api_of_its_own_is_read_by_it() -> None:
    assert isinstance(source(OKTA), OktaGroups)
    assert isinstance(source(GOOGLE), GoogleGroups)


def test_without_a_token_for_it_groups_are_the_tokens() -> None:
    assert source(replace(OKTA, groups_token="")) is None


@pytest.mark.parametrize("preset", ["", "keycloak"])
def test_a_token_for_no_known_api_is_invalid(preset: str) -> None:
    with pytest.raises(Invalid, match="groups_token"):
        source(replace(OKTA, preset=preset))
