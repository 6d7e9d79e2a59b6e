from __future__ import annotations

import pytest

from doorward.identity.saml.certificates import (
    MOST_CERTIFICATES,
    as_base64,
    check_certificates,
    fits,
    from_base64,
    is_strong,
    read_certificates,
    read_private_key,
    subject,
)
from doorward.model.errors import Invalid
from tests.fakes.saml_keys import key_pair


def test_certificates_are_read_each_once() -> None:
    one, two = key_pair(), key_pair("two")
    found = read_certificates(one.certificate + two.certificate + one.certificate, field="certificates")
    assert found == (one.parsed, two.parsed)
    assert [subject(certificate) for certificate in found] == ["CN=idp", "CN=two"]


@pytest.mark.parametrize(
    "pem", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_holds_no_certificate_is_told(pem: str) -> None:
    with pytest.raises(Invalid, match="certificates: holds no readable certificate"):
        read_certificates(pem, field="certificates")


def test_a_weak_key_vouches_for_nobody() -> None:
    for weak in (key_pair("weak", bits=1024), key_pair("koblitz", kind="koblitz")):
        assert not is_strong(weak.parsed)
        with pytest.raises(Invalid, match="neither RSA of at least 2048 bits"):
            read_certificates(weak.certificate, field="certificates")
    assert is_strong(key_pair("ec", kind="ec").parsed)


def test_there_are_not_hundreds() -> None:
    many = [key_pair(f"many-{index}", kind="ec").parsed for index in range(MOST_CERTIFICATES + 1)]
    with pytest.raises(Invalid, match="at most 16"):
        check_certificates(many, field="metadata")


def test_a_private_key_is_rsa_and_never_quoted() -> None:
    pair = key_pair()
    assert fits(pair.parsed, read_private_key(pair.key))
    assert not fits(key_pair("two").parsed, read_private_key(pair.key))
    for pem in ("nonsense", pair.certificate, key_pair("ec", kind="ec").key, key_pair("weak", bits=1024).key):
        with pytest.raises(Invalid, match=r"^private_key") as caught:
            read_private_key(pem)
        assert "BEGIN PRIVATE KEY-----\n" not in str(caught.value)


def test_base64_goes_both_ways() -> None:
    parsed = key_pair().parsed
    assert from_base64(as_base64(parsed), field="metadata") == parsed
    for text in ("", "AAAA", "é"):
        with pytest.raises(Invalid, match="metadata"):
            from_base64(text, field="metadata")
