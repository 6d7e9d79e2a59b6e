"""An administrator's own certificate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from doorward.bootstrap.certificates import CertificateAndKey, new_authority
from doorward.bootstrap.certificates_own import covers, load_own
from doorward.model.errors import Invalid
from tests.fakes.clock import START

HOSTNAMES = ["access.example.com", "hello.example.com"]


@pytest.fixture(name="own")
def an_own_certificate(tmp_path: Path) -> CertificateAndKey:
    authority = new_authority(ec.generate_private_key(ec.SECP256R1()), now=START)
    issued = authority.issue(["*.example.com"], now=START)
    own = CertificateAndKey(issued.certificate + authority.pem, issued.key)
    (tmp_path / "own.pem").write_bytes(own.certificate)
    (tmp_path / "own-key.pem").write_bytes(own.key)
    return own


def load(folder: Path, hostnames: list[str] = HOSTNAMES, days: int = 0) -> CertificateAndKey:
    now = START + timedelta(days=days)
    return load_own(folder / "own.pem", folder / "own-key.pem", hostnames=hostnames, now=now)


def refusal(folder: Path, hostnames: list[str] = HOSTNAMES, days: int = 0) -> Invalid:
    with pytest.raises(Invalid) as caught:
        load(folder, hostnames, days)
    return caught.value


def test_a_certificate_is_taken_with_its_intermediates(tmp_path: Path, own: CertificateAndKey) -> None:
    assert load(tmp_path) == own
    assert load(tmp_path).certificate.count(b"BEGIN CERTIFICATE") == 2


def test_a_hostname_that_is_not_covered_is_named(tmp_path: Path, own: CertificateAndKey) -> None:
    del own
    problem = refusal(tmp_path, [*HOSTNAMES, "example.com", "a.b.example.com"])
    assert problem.field == "certificate"
    assert problem.problem.endswith("does not cover example.com, a.b.example.com: it is for *.example.com")


@pytest.mark.parametrize(
    ("days", "says"), [(90, "expired on 2026-05-30"), (-1, "not valid before 2026-03-01")]
)
def test_a_certificate_out_of_its_time_is_refused(
    tmp_path: Path, own: CertificateAndKey, days: int, says: str
) -> None:
    del own
    problem = refusal(tmp_path, days=days)
    assert problem.field == "certificate"
    assert says in problem.problem


def test_the_key_of_another_certificate_is_refused(tmp_path: Path, own: CertificateAndKey) -> None:
    del own
    write_key(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    assert str(refusal(tmp_path)).startswith("private_key: ")
    assert "is not the key of" in str(refusal(tmp_path))


def test_a_key_with_a_password_is_refused(tmp_path: Path, own: CertificateAndKey) -> None:
    del own
    protection = serialization.BestAvailableEncryption(b"secret")
    write_key(tmp_path, ec.generate_private_key(ec.SECP256R1()), protection)
    assert "protected by a password" in str(refusal(tmp_path))


@pytest.mark.parametrize(
    "key",
    [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256K1()),
        rsa.generate_private_key(65537, 1024),
    ],
    ids=lambda key: type(key).__name__,
)
def test_keys_that_browsers_do_not_take_are_refused(
    tmp_path: Path,
    own: CertificateAndKey,
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    del own
    write_key(tmp_path, key)
    assert "use ECDSA P-256 or RSA of at least 2048 bits" in str(refusal(tmp_path))


@pytest.mark.parametrize("file", ["own.pem", "own-key.pem"])
def test_files_that_are_missing_or_something_else_are_named(
    tmp_path: Path, own: CertificateAndKey, file: str
) -> None:
    del own
    (tmp_path / file).write_text("hello")
    assert f"{tmp_path / file} holds no" in str(refusal(tmp_path))
    (tmp_path / file).unlink()
    assert f"{tmp_path / file} cannot be read: No such file" in str(refusal(tmp_path))


@pytest.mark.parametrize(
    ("names", "hostname", "covered"),
    [
        (["a.example.com"], "a.example.com", True),
        (["a.example.com"], "A.Example.com", True),
        (["*.example.com"], "a.example.com", True),
        (["*.example.com"], "example.com", False),
        (["*.example.com"], ".example.com", False),
        (["*.example.com"], "a.b.example.com", False),
        (["*.com"], "example.com", False),
        (["a.example.com"], "b.example.com", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["*.0.0.1"], "127.0.0.1", False),
        ([], "a.example.com", False),
    ],
)
def test_a_star_covers_one_label(names: list[str], hostname: str, *, covered: bool) -> None:
    assert covers(names, hostname) is covered


def write_key(
    folder: Path,
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    protection: serialization.KeySerializationEncryption | None = None,
) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        protection or serialization.NoEncryption(),
    )
    (folder / "own-key.pem").write_bytes(pem)
