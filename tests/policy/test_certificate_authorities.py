from __future__ import annotations

import pytest
from cryptography import x509

from doorward.model.errors import Invalid
from doorward.policy.certificate_authorities import read_cas, read_crls, revokes, subject
from tests.certificates import Authority

CORP = Authority.named("Corp CA")
LAB = Authority.named("Lab CA")
PARTIAL = x509.IssuingDistributionPoint(
    full_name=None,
    relative_name=None,
    only_contains_user_certs=True,
    only_contains_ca_certs=False,
    only_some_reasons=None,
    indirect_crl=False,
    only_contains_attribute_certs=False,
)
NOT_PEM = "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"


def test_several_cas_are_read_each_once() -> None:
    assert read_cas(CORP.pem + LAB.pem + CORP.pem, field="f") == (CORP.certificate, LAB.certificate)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        ("", "no readable certificate"),
        ("corp", "no readable certificate"),
        (NOT_PEM, "no readable certificate"),
        (CORP.issue("build-7").pem, "CN=build-7 is not a CA's"),
        (Authority.named("So-called", ca=False).pem, "CN=So-called is not a CA's"),
        (CORP.pem + CORP.issue("build-7").pem, "CN=build-7 is not a CA's"),
    ],
)
def test_what_is_no_ca_is_refused(pem: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read_cas(pem, field="f")


def test_each_ca_has_its_own_list_or_none_has_one() -> None:
    cas = (CORP.certificate, LAB.certificate)
    assert read_crls("", cas, field="f") == (None, None)
    of_corp, of_lab = read_crls(LAB.crl() + CORP.crl(), cas, field="f")
    assert of_corp is not None
    assert of_lab is not None
    assert (of_corp.issuer, of_lab.issuer) == (CORP.certificate.subject, LAB.certificate.subject)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        ("corp", "no readable revocation list"),
        (CORP.pem, "no readable revocation list"),
        (CORP.crl() + "more", "no readable revocation list"),
        ("more" + CORP.crl().replace("BEGIN", "BEGIN "), "no readable revocation list"),
        (Authority.named("Corp CA").crl(), "holds no list of CN=Corp CA"),
        (CORP.crl() + LAB.crl(), r"that no CA of this entry signed \(CN=Lab CA\)"),
        (CORP.crl() + CORP.crl(), "two lists of CN=Corp CA"),
        (CORP.crl(extensions=[(PARTIAL, True)]), "only a part"),
        (CORP.crl(extensions=[(x509.DeltaCRLIndicator(1), True)]), "only a part"),
    ],
)
def test_a_list_that_cannot_be_trusted_to_be_the_whole_one_is_refused(pem: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read_crls(pem, (CORP.certificate,), field="f")


def test_a_list_is_wanted_for_every_ca_once_one_has_one() -> None:
    with pytest.raises(Invalid, match="holds no list of CN=Lab CA"):
        read_crls(CORP.crl(), (CORP.certificate, LAB.certificate), field="f")


def test_a_ca_that_another_revoked_has_no_place_beside_it() -> None:
    below = Authority.named("Team CA", by=CORP)
    with pytest.raises(Invalid, match="revokes CN=Team CA"):
        read_crls(CORP.crl(below.certificate) + below.crl(), (CORP.certificate, below.certificate), field="f")


def test_who_is_on_a_list_is_revoked() -> None:
    one, other = CORP.issue(), CORP.issue()
    (crl,) = read_crls(CORP.crl(one.certificate), (CORP.certificate,), field="f")
    assert crl is not None
    assert (revokes(crl, one.certificate), revokes(crl, other.certificate)) == (True, False)
    assert subject(one.certificate) == "CN=build-7"
    assert subject(CORP.issue([]).certificate).startswith("serial number ")
