from __future__ import annotations

import itertools

from joserfc import jws

from doorward.sample.entra.facts import MSA_TENANT
from doorward.sample.entra.keys import SigningKeys
from tests.fakes.entra import BASE_URL, signing_key


def keys() -> SigningKeys:
    numbers = itertools.count()
    return SigningKeys(lambda: signing_key(next(numbers)))


def published(made: SigningKeys, tenant: str = "t") -> list[dict[str, object]]:
    found = made.jwks(BASE_URL, tenant)["keys"]
    assert isinstance(found, list)
    return found


def test_published_keys_are_public_and_name_their_issuer() -> None:
    [key] = published(keys())
    assert set(key) == {"kty", "use", "kid", "x5t", "n", "e", "issuer"}
    assert key["issuer"] == f"{BASE_URL}/t/v2.0"


def test_for_no_tenant_in_particular_there_are_a_template_and_a_key_for_personal_accounts() -> None:
    issuers = [key["issuer"] for key in published(keys(), "")]
    assert issuers == [f"{BASE_URL}/{{tenantid}}/v2.0", f"{BASE_URL}/{MSA_TENANT}/v2.0"]


def test_after_a_rotation_the_new_key_signs_and_the_old_one_stays_published() -> None:
    made = keys()
    [old] = published(made)
    made.rotate()
    first, second = published(made)
    assert first["kid"] == old["kid"]
    signed = made.sign({}, {"a": 1})
    assert jws.extract_compact(signed.encode()).headers()["kid"] == second["kid"]


def test_a_rotation_can_forget_the_old_keys() -> None:
    made = keys()
    [old] = published(made)
    made.rotate(forget=True)
    [new] = published(made)
    assert new["kid"] != old["kid"]
