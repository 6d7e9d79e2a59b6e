from __future__ import annotations

from dataclasses import replace

from doorward.model.destination import Destination
from tests.nouns import application

WILD, ADMIN, WIKI = (
    Destination("*.example.com"),
    Destination("example.com", "/admin"),
    Destination("wiki.example.com"),
)


def test_the_launcher_leads_to_the_first_place_that_a_link_can_lead_to() -> None:
    assert replace(application(), destinations=(WILD, ADMIN, WIKI)).home == ADMIN
    assert replace(application(), destinations=(WILD,)).home is None
    assert replace(application(), destinations=()).home is None


def test_an_application_with_a_path_anywhere_shares_hostnames() -> None:
    assert replace(application(), destinations=(WIKI, ADMIN)).has_paths
    assert not replace(application(), destinations=(WIKI, WILD)).has_paths
