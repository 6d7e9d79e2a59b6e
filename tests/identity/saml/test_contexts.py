from __future__ import annotations

import pytest

from tests.fakes.saml import FakeSamlProvider, run_sign_in

CLASS = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


def methods(context: str | None) -> frozenset[str]:
    fake = FakeSamlProvider(changes={"context": context})
    return run_sign_in(fake, fake.settings()).identity.methods


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        (f"{CLASS}PasswordProtectedTransport", {"pwd"}),
        (f"{CLASS}Password", {"pwd"}),
        (f"{CLASS}TimeSyncToken", {"otp"}),
        (f"{CLASS}SmartcardPKI", {"sc", "pin", "mfa"}),
        ("https://refeds.org/profile/mfa", {"mfa"}),
        ("http://schemas.microsoft.com/claims/multipleauthn", {"mfa"}),
        ("urn:federation:authentication:windows", {"wia"}),
    ],
)
def test_a_class_that_says_it_plainly_is_taken_for_its_methods(context: str, expected: set[str]) -> None:
    assert methods(context) == expected


@pytest.mark.parametrize(
    "context",
    [f"{CLASS}unspecified", f"{CLASS}PreviousSession", f"{CLASS}X509", f"{CLASS}password", "", None],
)
def test_any_other_says_nothing(context: str | None) -> None:
    assert methods(context) == frozenset()
