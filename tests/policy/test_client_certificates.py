from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from doorward.model.client_certificate import CertificateAuthority, ClientCertificate
from doorward.model.errors import Invalid
from doorward.model.ids import CertificateAuthorityId
from doorward.policy.client_certificates import Authority as Read
from doorward.policy.client_certificates import check_in_time, judge, resolve
from tests.certificates import DAY, Authority, Issued
from tests.fakes.clock import START

CORP, LAB = Authority.named("Corp CA"), Authority.named("Lab CA")
HERE = "vault.example.com"
SECOND = timedelta(seconds=1)


def declared(name: str, *cas: Authority, crls: str = "", hostname: str = HERE) -> CertificateAuthority:
    return CertificateAuthority(
        id=CertificateAuthorityId(name),
        certificates="".join(ca.pem for ca in cas),
        crls=crls,
        hostnames=(hostname,),
    )


def counting(
    shown: Issued, *authorities: CertificateAuthority, now: datetime = START, hostname: str = HERE
) -> ClientCertificate | str:
    read = resolve(authorities, {})
    return judge(shown.pem, read).counting([hostname], read, now)


def usage(*, digital_signature: bool) -> x509.KeyUsage:
    rest = dict.fromkeys(
        (
            "content_commitment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=digital_signature, key_encipherment=True, **rest)


def test_what_a_certificate_proves() -> None:
    shown = CORP.issue(
        "build-7",
        sans=[
            x509.DNSName("Build.corp.com"),
            x509.RFC822Name("Ada@corp.com"),
            x509.UniformResourceIdentifier("spiffe://corp/Build"),
            x509.RegisteredID(ObjectIdentifier("1.2.3")),
        ],
        ends=2 * DAY,
    )
    found = counting(shown, declared("corp", CORP, crls=CORP.crl()))
    assert isinstance(found, ClientCertificate)
    assert found.authorities == {"corp"}
    assert found.common_names == ("build-7",)
    assert found.sans == {"DNS:build.corp.com", "email:ada@corp.com", "URI:spiffe://corp/Build"}
    assert len(found.fingerprint) == 64
    assert found.until == START + DAY, "when the list ends, before the certificate does"


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        (LAB.issue(), "by no authority"),
        (Authority.named("Corp CA").issue(), "by no authority"),
        (CORP.issue(begins=-2 * DAY, ends=-SECOND), "expired"),
        (CORP.issue(begins=SECOND), "not valid yet"),
        (Issued(CORP.certificate, CORP.key), "not meant for clients"),
        (
            CORP.issue(extensions=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)]),
            "not meant for clients",
        ),
        (CORP.issue(extensions=[(usage(digital_signature=False), True)]), "not meant for clients"),
        (
            CORP.issue(extensions=[(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\0"), True)]),
            "not meant for clients",
        ),
        (
            CORP.issue(extensions=[(x509.BasicConstraints(ca=True, path_length=None), True)]),
            "not meant for clients",
        ),
    ],
)
def test_one_that_does_not_count_is_told_why(shown: Issued, why: str) -> None:
    found = counting(shown, declared("corp", CORP))
    assert isinstance(found, str)
    assert why in found


@pytest.mark.parametrize(
    "extensions",
    [
        [(usage(digital_signature=True), True)],
        [(x509.BasicConstraints(ca=False, path_length=None), True)],
        [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), True)],
    ],
)
def test_one_that_says_nothing_against_it_is_a_clients(
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> None:
    assert isinstance(counting(CORP.issue(extensions=extensions), declared("corp", CORP)), ClientCertificate)


def test_it_counts_only_where_its_authority_is_asked_for() -> None:
    corp, lab = declared("corp", CORP), declared("lab", LAB, hostname="bench.example.com")
    assert isinstance(counting(LAB.issue(), corp, lab, hostname="bench.example.com"), ClientCertificate)
    assert isinstance(counting(LAB.issue(), corp, lab), str)
    assert isinstance(counting(CORP.issue(), corp, lab, hostname="bench.example.com"), str)


def test_one_of_several_authorities_that_issued_it_is_enough_unless_another_revoked_it() -> None:
    shown = CORP.issue()
    outdated = declared("outdated", CORP, crls=CORP.crl(begins=-2 * DAY, ends=-DAY))
    found = counting(shown, declared("corp", CORP), outdated)
    assert isinstance(found, ClientCertificate)
    assert found.authorities == {"corp"}
    both = counting(shown, declared("corp", CORP), declared("same", LAB, CORP))
    assert isinstance(both, ClientCertificate)
    assert both.authorities == {"corp", "same"}
    revoking = declared("same", CORP, crls=CORP.crl(shown.certificate))
    assert counting(shown, declared("corp", CORP), revoking) == "it was revoked"


@pytest.mark.parametrize(
    ("crl", "why"),
    [
        (CORP.crl(ends=-SECOND), "out of date"),
        (CORP.crl(begins=SECOND), "out of date"),
    ],
)
def test_a_list_that_does_not_hold_now_lets_nobody_in(crl: str, why: str) -> None:
    found = counting(CORP.issue(), declared("corp", CORP, crls=crl))
    assert isinstance(found, str)
    assert why in found


def test_a_ca_that_has_expired_lets_nobody_in() -> None:
    found = counting(CORP.issue(ends=60 * DAY), declared("corp", CORP), now=START + 31 * DAY)
    assert found == "its CA has expired, or is not valid yet"


def test_a_ca_below_another_counts_where_it_is_given_itself() -> None:
    team = Authority.named("Team CA", by=CORP)
    assert isinstance(counting(team.issue(), declared("corp", CORP)), str)
    assert isinstance(counting(team.issue(), declared("corp", CORP, team)), ClientCertificate)


def test_what_is_no_certificate_is_no_clients() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        judge("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", {})


def test_what_is_equal_is_not_read_again() -> None:
    before = resolve([declared("corp", CORP), declared("lab", LAB)], {})
    after = resolve([declared("corp", CORP), declared("lab", LAB, crls=LAB.crl())], before)
    corp, lab = CertificateAuthorityId("corp"), CertificateAuthorityId("lab")
    assert after[corp] is before[corp]
    assert after[lab] is not before[lab]


def test_a_fault_names_the_authority_and_the_field() -> None:
    with pytest.raises(Invalid, match=r"certificate_authorities\[corp\]: there are two"):
        resolve([declared("corp", CORP), declared("corp", LAB)], {})
    with pytest.raises(Invalid, match=r"certificate_authorities\[corp\]\.crl: "):
        resolve([declared("corp", CORP, crls=LAB.crl())], {})
    nowhere = CertificateAuthority(id=CertificateAuthorityId("corp"), certificates=CORP.pem, hostnames=())
    with pytest.raises(Invalid, match="hostnames: is empty"):
        Read.of(nowhere)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (declared("a", Authority.named("Old CA", lives=-SECOND)), "certificate"),
        (declared("a", Authority.named("New CA", now=START + 2 * DAY)), "certificate"),
        (declared("a", CORP, crls=CORP.crl(ends=-SECOND)), "crl"),
        (declared("a", CORP, crls=CORP.crl(begins=SECOND)), "crl"),
    ],
)
def test_an_administrator_is_told_at_once_of_what_has_expired(
    given: CertificateAuthority, field: str
) -> None:
    with pytest.raises(Invalid) as told:
        check_in_time(given, START)
    assert told.value.field == field
    assert "give" in told.value.problem


def test_an_administrator_is_told_nothing_of_what_is_valid() -> None:
    check_in_time(declared("a", CORP, LAB, crls=CORP.crl() + LAB.crl()), START)
