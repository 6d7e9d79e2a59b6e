from __future__ import annotations

from doorward.bootstrap import demo_entra
from doorward.sample.entra import seed
from doorward.sample.entra.directory import Outcome
from tests.fakes.entra import FakeEntra


def test_the_provider_leads_to_the_stand_in_and_names_its_application() -> None:
    provider = demo_entra.provider(8445)
    assert (provider["authority_url"], provider["client_id"]) == ("http://127.0.0.1:8445", seed.CLIENT_ID)


def test_engineers_are_named_by_their_object_id_and_asked_for_a_context() -> None:
    policy = demo_entra.strong_policy()
    assert policy["include"] == [{"group": seed.ENGINEERING, "identity_provider": "entra"}]
    assert policy["require"] == [{"auth_context": "c1", "identity_provider": "entra"}]


def test_everybody_is_asked_for_a_second_factor_where_the_context_is_wanted() -> None:
    entra = FakeEntra().entra
    demo_entra.ask_for_more(entra)
    tenant = entra.directory.tenants[seed.TENANT_ID]
    assert {tenant.outcomes[user, "c1"] for user in tenant.users} == {Outcome.MFA}
