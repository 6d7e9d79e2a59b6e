from __future__ import annotations

from doorward.sample.entra.login_hint import named_user, opaque_hint, read_hint
from doorward.sample.entra.seed import ADA, TENANT_ID, demo_directory
from tests.fakes.entra import CALLBACK


def test_an_opaque_hint_means_the_same_person_again() -> None:
    made = demo_directory(redirect_uri=CALLBACK)
    hint = opaque_hint(made.tenants[TENANT_ID].users[ADA])
    assert ADA not in hint
    for tenant_name in (TENANT_ID, "common"):
        found = named_user(made, tenant_name, hint)
        assert found is not None
        assert found[1].id == ADA


def test_what_is_no_hint_means_nobody() -> None:
    assert read_hint("ada@example.com") == ""
    assert read_hint("O.\x00") == ""


def test_guests_are_named_only_where_they_are_guests() -> None:
    made = demo_directory(redirect_uri=CALLBACK)
    assert named_user(made, TENANT_ID, "mallory@partner.example") is not None
    assert named_user(made, "common", "mallory@partner.example") is None
    assert named_user(made, "elsewhere.example", "ada@example.com") is None
