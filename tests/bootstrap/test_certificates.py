"""The authority's certificates, as OpenSSL sees them."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from doorward.bootstrap.certificates import (
    LONGEST_LIFE,
    Authority,
    CertificateAndKey,
    key_pem,
    names_of,
    needs_renewal,
    new_authority,
)
from doorward.model.errors import Invalid
from tests.fakes.clock import START

NAMES = ("access.localhost", "hello.localhost", "127.0.0.1", "::1")

# OpenSSL looks at the machine's own clock.
NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251


@pytest.fixture(name="authority", scope="module")
def an_authority() -> Authority:
    return new_authority(ec.generate_private_key(ec.SECP256R1()), now=NOW)


def handshake(folder: Path, served: CertificateAndKey, trusted: Authority, hostname: str) -> None:
    """A TLS handshake in memory, with OpenSSL's strict reading of RFC 5280 at the client.

    Raises ssl.SSLError when the client does not accept the server.
    """
    pem = folder / "pair.pem"
    pem.write_bytes(served.certificate + served.key)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pem)
    client_side = ssl.create_default_context(cadata=trusted.pem.decode())
    client_side.verify_flags |= ssl.VERIFY_X509_STRICT
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=hostname)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_client_accepts_every_name(tmp_path: Path, authority: Authority, name: str) -> None:
    handshake(tmp_path, authority.issue(NAMES, now=NOW), authority, name)


@pytest.mark.parametrize("name", ["localhost", "other.localhost", "a.hello.localhost", "127.0.0.2"])
def test_a_client_refuses_every_other_name(tmp_path: Path, authority: Authority, name: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        handshake(tmp_path, authority.issue(NAMES, now=NOW), authority, name)


def test_a_client_of_another_authority_refuses(tmp_path: Path, authority: Authority) -> None:
    stranger = new_authority(ec.generate_private_key(ec.SECP256R1()), now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        handshake(tmp_path, authority.issue(NAMES, now=NOW), stranger, NAMES[0])


def test_an_expired_certificate_is_refused(tmp_path: Path, authority: Authority) -> None:
    old = authority.issue(NAMES, now=NOW - timedelta(days=2), life=timedelta(days=1))
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        handshake(tmp_path, old, authority, NAMES[0])


def issued_by_a_leaf(authority: Authority) -> CertificateAndKey:
    """What somebody who stole a server's key could make: a certificate below the server's."""
    stolen = authority.issue(["hello.localhost"], now=NOW)
    stolen_key = serialization.load_pem_private_key(stolen.key, None)
    assert isinstance(stolen_key, ec.EllipticCurvePrivateKey)
    forged = Authority(stolen.leaf, stolen_key).issue(["bank.localhost"], now=NOW)
    return CertificateAndKey(forged.certificate + stolen.certificate, forged.key)


def test_a_server_certificate_cannot_issue_another(tmp_path: Path, authority: Authority) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="invalid CA certificate"):
        handshake(tmp_path, issued_by_a_leaf(authority), authority, "bank.localhost")


def test_an_authority_below_the_authority_is_refused(tmp_path: Path, authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    below = new_authority(key, now=NOW)
    builder = (
        x509.CertificateBuilder()
        .subject_name(below.certificate.subject)
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    for extension in below.certificate.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    known = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    certificate = builder.add_extension(known, critical=False).sign(authority.key, SHA256())
    leaf = Authority(certificate, key).issue(["hello.localhost"], now=NOW)
    chain = CertificateAndKey(
        leaf.certificate + certificate.public_bytes(serialization.Encoding.PEM), leaf.key
    )
    with pytest.raises(ssl.SSLCertVerificationError, match="path length constraint exceeded"):
        handshake(tmp_path, chain, authority, "hello.localhost")


def test_a_second_strict_reader_accepts_the_chain(authority: Authority) -> None:
    store = Store([authority.certificate])
    leaf = authority.issue(NAMES, now=NOW).leaf
    verifier = PolicyBuilder().store(store).time(NOW).build_server_verifier(x509.DNSName(NAMES[0]))
    assert len(verifier.verify(leaf, [])) == 2
    wrong = PolicyBuilder().store(store).time(NOW).build_server_verifier(x509.DNSName("other.localhost"))
    with pytest.raises(VerificationError):
        wrong.verify(leaf, [])


def test_a_certificate_begins_five_minutes_early_and_ends_with_the_authority(authority: Authority) -> None:
    leaf = authority.issue(NAMES, now=NOW).leaf
    assert leaf.not_valid_before_utc == NOW - timedelta(minutes=5)
    assert leaf.not_valid_after_utc == NOW + LONGEST_LIFE
    late = authority.issue(NAMES, now=NOW + timedelta(days=3640)).leaf
    assert late.not_valid_after_utc == authority.certificate.not_valid_after_utc


def test_the_authority_is_named_after_its_key(authority: Authority) -> None:
    again = new_authority(authority.key, now=NOW + timedelta(days=1))
    assert again.certificate.subject == authority.certificate.subject
    assert authority.certificate.subject.rfc4514_string().startswith("CN=Doorward CA ")


@pytest.mark.parametrize(
    "names",
    [[], [""], ["a b.localhost"], ["-a.localhost"], ["a..b"], ["*.*.localhost"], ["a" * 64], ["ü.localhost"]],
)
def test_names_that_no_server_can_have_are_refused(authority: Authority, names: Sequence[str]) -> None:
    with pytest.raises(Invalid):
        authority.issue(names, now=NOW)


@pytest.mark.parametrize("days", [-1, 0, 91])
def test_a_life_out_of_bounds_is_refused(authority: Authority, days: int) -> None:
    with pytest.raises(Invalid, match="at most 90 days"):
        authority.issue(NAMES, now=NOW, life=timedelta(days=days))


def test_a_name_too_long_for_a_subject_still_gets_a_certificate(tmp_path: Path, authority: Authority) -> None:
    name = ".".join(["long" * 10] * 3)
    handshake(tmp_path, authority.issue([name], now=NOW), authority, name)


@pytest.mark.parametrize(
    ("days", "names", "due"),
    [
        (0, ("a.localhost", "b.localhost"), False),
        (0, ("B.localhost", "A.localhost"), False),
        (59, ("a.localhost", "b.localhost"), False),
        (61, ("a.localhost", "b.localhost"), True),
        (91, ("a.localhost", "b.localhost"), True),
        (-1, ("a.localhost", "b.localhost"), True),
        (0, ("a.localhost",), True),
        (0, ("a.localhost", "b.localhost", "c.localhost"), True),
    ],
)
def test_renewal_is_due_for_other_names_or_in_the_last_third(
    authority: Authority, days: int, names: tuple[str, ...], *, due: bool
) -> None:
    leaf = authority.issue(["a.localhost", "b.localhost"], now=NOW).leaf
    assert needs_renewal(leaf, names, NOW + timedelta(days=days)) is due


def test_keys_are_not_shown(authority: Authority) -> None:
    issued = authority.issue(NAMES, now=START)
    assert "PRIVATE" not in repr(issued)
    assert b"BEGIN PRIVATE KEY" in key_pem(authority.key)
    assert names_of(authority.certificate) == ()
