from __future__ import annotations

from dataclasses import replace

from doorward.model.ids import TunnelId
from doorward.model.tunnel import Tunnel
from doorward.services.secrets import fits
from doorward.services.tunnel_secrets import TunnelSecrets

OFFICE = Tunnel(id=TunnelId("t1"), name="office")


def test_a_secret_is_the_same_whenever_it_is_asked_for() -> None:
    assert TunnelSecrets(b"k" * 32).secret(OFFICE) == TunnelSecrets(b"k" * 32).secret(OFFICE)
    assert len(TunnelSecrets(b"k" * 32).secret(OFFICE)) == 43


def test_another_key_tunnel_or_version_has_another_secret() -> None:
    secrets = TunnelSecrets(b"k" * 32)
    found = {
        secrets.secret(OFFICE),
        secrets.secret(replace(OFFICE, token_version=OFFICE.token_version + 1)),
        secrets.secret(replace(OFFICE, id=TunnelId("t2"))),
        TunnelSecrets(b"l" * 32).secret(OFFICE),
    }
    assert len(found) == 4


def test_a_new_name_keeps_the_secret() -> None:
    secrets = TunnelSecrets(b"k" * 32)
    assert secrets.secret(OFFICE) == secrets.secret(replace(OFFICE, name="home"))


def test_the_relays_hash_fits_the_secret() -> None:
    secrets = TunnelSecrets(b"k" * 32)
    assert fits(secrets.secret(OFFICE), secrets.secret_hash(OFFICE))
