from __future__ import annotations

import pytest

from doorward.model.client_certificate import CertificateAuthority
from doorward.model.ids import CertificateAuthorityId


@pytest.mark.parametrize(
    ("named", "hostname", "asked"),
    [
        ("a.example.com", "a.example.com", True),
        ("a.example.com", "b.example.com", False),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "aexample.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "*.b.example.com", True),
        ("*.b.example.com", "*.example.com", False),
        ("a.example.com", "*.example.com", False),
    ],
)
def test_a_certificate_is_asked_for_on_the_hostnames_that_are_named(
    named: str, hostname: str, *, asked: bool
) -> None:
    authority = CertificateAuthority(
        id=CertificateAuthorityId("corp"), certificates="", hostnames=("other.test", named)
    )
    assert authority.asks_at(hostname) is asked
