from __future__ import annotations

import json

import pytest

from doorward.sample.entra.authorize_request import (
    Returned,
    is_personal,
    known_application,
    read,
    read_admin_consent,
    read_scopes,
)
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.facts import MSA_TENANT
from doorward.sample.entra.seed import CLIENT_ID, TENANT_ID, demo_directory
from tests.fakes.entra import CALLBACK
from tests.fakes.entra_visitor import CHALLENGE

QUERY = {
    "client_id": CLIENT_ID,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid https://graph.microsoft.com/User.Read",
}


def claims(wish: object) -> dict[str, str]:
    return {"claims": json.dumps({"id_token": {"acrs": wish}})}


def test_what_is_not_said_has_its_usual_value() -> None:
    request = read(demo_directory(redirect_uri=CALLBACK), TENANT_ID, QUERY)
    assert (request.response_mode, request.prompt, request.acrs) == ("query", "", ())
    assert request.scopes == {"openid", "User.Read"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"response_type": ""}, 900144),
        ({"response_type": "id_token"}, 700054),
        ({"scope": ""}, 900144),
        ({"response_mode": "odd"}, 90014),
        ({"prompt": "odd"}, 90014),
        ({"code_challenge": CHALLENGE}, 50147),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, 50147),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, 501491),
    ],
)
def test_the_application_hears_of_what_it_said_wrong(changes: dict[str, str], code: int) -> None:
    with pytest.raises(Returned) as caught:
        read(demo_directory(redirect_uri=CALLBACK), TENANT_ID, QUERY | changes)
    assert caught.value.refused.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": CALLBACK.upper()}, 50011),
        ({"redirect_uri": ""}, 900144),
        ({"client_id": "x"}, 700016),
    ],
)
def test_before_the_address_is_known_to_be_right_nobody_is_sent_there(
    changes: dict[str, str], code: int
) -> None:
    for reader in (read, read_admin_consent):
        with pytest.raises(Refused) as caught:
            reader(demo_directory(redirect_uri=CALLBACK), TENANT_ID, QUERY | changes)
        assert caught.value.code == code


def test_contexts_are_read_from_the_claims_parameter() -> None:
    made = demo_directory(redirect_uri=CALLBACK)
    one = read(made, TENANT_ID, QUERY | claims({"essential": True, "value": "c1"}))
    assert (one.acrs, one.acrs_essential) == (("c1",), True)
    many = read(made, TENANT_ID, QUERY | claims({"values": ["c1", "c2"]}))
    assert (many.acrs, many.acrs_essential) == (("c1", "c2"), False)
    for odd in ("{", "[]", '{"id_token": {"acrs": null}}', '{"id_token": []}'):
        assert read(made, TENANT_ID, QUERY | {"claims": odd}).acrs == ()


def test_an_application_is_known_where_it_is_registered_or_may_be_used_by_all() -> None:
    made = demo_directory(redirect_uri=CALLBACK)
    tenant = made.tenants[TENANT_ID]
    del tenant.applications[CLIENT_ID]
    with pytest.raises(Refused, match="AADSTS700016"):
        known_application(made, tenant, CLIENT_ID)
    made.registrations[CLIENT_ID].multi_tenant = True
    assert known_application(made, tenant, CLIENT_ID).client_id == CLIENT_ID
    assert known_application(made, None, CLIENT_ID).client_id == CLIENT_ID


def test_a_disabled_application_is_refused() -> None:
    made = demo_directory(redirect_uri=CALLBACK)
    made.tenants[TENANT_ID].applications[CLIENT_ID].enabled = False
    with pytest.raises(Refused, match="AADSTS7000112"):
        read(made, TENANT_ID, QUERY)


def test_graphs_permissions_have_short_names() -> None:
    assert read_scopes("https://graph.microsoft.com/.default") == {".default"}


def test_personal_accounts_come_by_their_own_names() -> None:
    assert is_personal("consumers")
    assert is_personal(MSA_TENANT)
    assert not is_personal("common")
