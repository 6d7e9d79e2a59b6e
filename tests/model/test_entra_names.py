from __future__ import annotations

import pytest

from doorward.model.entra_names import PERSONAL, check_tenants, guid, is_domain, is_guid
from doorward.model.errors import Invalid
from doorward.model.identity_provider import EntraId

TENANT = "5d9c1a70-3c1f-4f7e-9d40-6b1f0a6f0e01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        TENANT.upper(),
        TENANT[:-1],
        f"{TENANT}0",
        f"{TENANT}\n",
        f" {TENANT}",
        TENANT.replace("-", ""),
        f"{{{TENANT}}}",
        "{tenantid}",
        f"{TENANT}/../{TENANT}",
    ],
)
def test_what_is_not_letter_by_letter_an_id_is_none(text: str) -> None:
    assert is_guid(TENANT)
    assert not is_guid(text)


@pytest.mark.parametrize(
    "text", ["contoso", "Contoso.com", "a..b", "-a.com", "a.com/x", "a.com\n", "a b.com", ""]
)
def test_what_cannot_be_a_domain_is_none(text: str) -> None:
    assert is_domain("contoso.onmicrosoft.com")
    assert not is_domain(text)


def test_hexadecimal_digits_become_an_id() -> None:
    assert guid("5d9c1a703c1f4f7e9d406b1f0a6f0e01") == TENANT


def test_a_directory_is_named_in_lower_case() -> None:
    assert check_tenants(EntraId(tenant=TENANT.upper(), client_id="c")) == TENANT
    assert check_tenants(EntraId(tenant="Contoso.com", client_id="c")) == "contoso.com"
    several = EntraId(tenant="organizations", client_id="c", allowed_tenants=(TENANT.upper(),))
    assert check_tenants(several) == "organizations"


@pytest.mark.parametrize(
    ("tenant", "allowed", "field"),
    [
        ("organizations", (), "allowed_tenants"),
        ("organizations", ("contoso.com",), r"allowed_tenants\[0\]"),
        ("organizations", (TENANT, PERSONAL), r"allowed_tenants\[1\]"),
        ("common", (TENANT,), "tenant"),
        ("consumers", (TENANT,), "tenant"),
        ("contoso", (), "tenant"),
        (f"{TENANT}/", (), "tenant"),
    ],
)
def test_what_names_no_directory_is_invalid(tenant: str, allowed: tuple[str, ...], field: str) -> None:
    with pytest.raises(Invalid, match=f"^{field}: "):
        check_tenants(EntraId(tenant=tenant, client_id="c", allowed_tenants=allowed))
