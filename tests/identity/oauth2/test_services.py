from __future__ import annotations

import pytest

from doorward.identity.oauth2.service import base_urls
from doorward.identity.oauth2.services import SERVICES, service_of
from doorward.model.errors import Invalid
from tests.identity.oauth2.signing_in import settings


@pytest.mark.parametrize("preset", SERVICES)
def test_every_service_is_found_by_name_at_a_safe_address(preset: str) -> None:
    endpoints = service_of(settings(preset)).endpoints
    assert {url.partition("://")[0] for url in (endpoints.authorize, endpoints.token, endpoints.api)} == {
        "https"
    }
    assert endpoints.name.lower() == preset


@pytest.mark.parametrize("preset", SERVICES)
def test_a_fake_on_this_machine_can_take_a_services_place(preset: str) -> None:
    local = settings(preset, base_url="http://127.0.0.1:1/", api_url="http://127.0.0.1:2/api/")
    endpoints = service_of(local).endpoints
    assert endpoints.authorize.startswith("http://127.0.0.1:1/")
    assert endpoints.api == "http://127.0.0.1:2/api"


def test_an_unknown_service_and_an_unsafe_address_are_invalid() -> None:
    with pytest.raises(Invalid, match="preset"):
        service_of(settings(""))
    with pytest.raises(Invalid, match="base_url"):
        base_urls(settings("github", base_url="http://a.example"), base="https://b", api="https://c")
