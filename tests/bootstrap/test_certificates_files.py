"""The authority and its certificates on disk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from doorward.bootstrap.certificates import Authority
from doorward.bootstrap.certificates_files import ensure_authority, ensure_certificate
from doorward.model.errors import Unavailable
from tests.fakes.clock import FakeClock

NAMES = ["access.localhost", "hello.localhost"]


def refusal(folder: Path, clock: FakeClock) -> str:
    with pytest.raises(Unavailable) as caught:
        ensure_authority(folder, clock)
    return str(caught.value)


def test_the_authority_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    clock = FakeClock()
    first = ensure_authority(tmp_path, clock)
    clock.advance(timedelta(days=400))
    assert ensure_authority(tmp_path, clock).pem == first.pem
    assert (tmp_path / "ca-key.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "ca.pem").read_bytes() == first.pem
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca-key.pem", "ca.pem"]


def test_a_lost_certificate_of_the_authority_is_made_again_under_its_name(tmp_path: Path) -> None:
    first = ensure_authority(tmp_path, FakeClock())
    (tmp_path / "ca.pem").unlink()
    again = ensure_authority(tmp_path, FakeClock())
    assert again.certificate.subject == first.certificate.subject
    assert again.certificate.public_key() == first.certificate.public_key()


def test_a_lost_key_is_not_replaced_in_silence(tmp_path: Path) -> None:
    ensure_authority(tmp_path, FakeClock())
    (tmp_path / "ca-key.pem").unlink()
    assert "put the key back from your backup" in refusal(tmp_path, FakeClock())
    assert not (tmp_path / "ca-key.pem").exists()


def test_the_key_of_another_authority_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    ensure_authority(tmp_path, FakeClock())
    ensure_authority(tmp_path / "other", FakeClock())
    (tmp_path / "other" / "ca-key.pem").replace(tmp_path / "ca-key.pem")
    assert "is not the key of" in refusal(tmp_path, FakeClock())


@pytest.mark.parametrize("file", ["ca.pem", "ca-key.pem"])
def test_damaged_files_are_named(tmp_path: Path, file: str) -> None:
    ensure_authority(tmp_path, FakeClock())
    (tmp_path / file).write_text("-----BEGIN NOTHING-----")
    assert refusal(tmp_path, FakeClock()).startswith(f"{tmp_path / file} is damaged")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    ensure_authority(tmp_path, FakeClock())
    (tmp_path / "ca-key.pem").chmod(0o644)
    assert f"run chmod 600 {tmp_path / 'ca-key.pem'}" in refusal(tmp_path, FakeClock())


def test_an_expired_authority_says_what_to_do(tmp_path: Path) -> None:
    clock = FakeClock()
    ensure_authority(tmp_path, clock)
    clock.advance(timedelta(days=3651))
    assert "has expired: remove it to have a new one made" in refusal(tmp_path, clock)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere", FakeClock())


def test_a_certificate_is_kept_until_it_is_due(tmp_path: Path) -> None:
    clock = FakeClock()
    authority = ensure_authority(tmp_path, clock)
    path = tmp_path / "edge.pem"

    def now_on_disk(authority: Authority = authority, names: list[str] = NAMES) -> bytes:
        pair = ensure_certificate(authority, path, names, clock=clock)
        assert path.read_bytes() == pair.certificate + pair.key
        assert path.stat().st_mode & 0o777 == 0o600
        return pair.certificate

    first = now_on_disk()
    clock.advance(timedelta(days=59))
    assert now_on_disk() == first
    clock.advance(timedelta(days=2))
    second = now_on_disk()
    assert second != first
    third = now_on_disk(names=[*NAMES, "app.localhost"])
    assert third != second
    (tmp_path / "other").mkdir()
    fourth = now_on_disk(ensure_authority(tmp_path / "other", clock), [*NAMES, "app.localhost"])
    assert fourth != third


@pytest.mark.parametrize("keep", [0, 10, 700])
def test_a_damaged_certificate_is_replaced(tmp_path: Path, keep: int) -> None:
    clock = FakeClock()
    authority = ensure_authority(tmp_path, clock)
    path = tmp_path / "edge.pem"
    ensure_certificate(authority, path, NAMES, clock=clock)
    path.write_bytes(path.read_bytes()[:keep])
    fresh = ensure_certificate(authority, path, NAMES, clock=clock)
    assert path.read_bytes() == fresh.certificate + fresh.key


def test_a_certificate_with_the_key_of_another_is_replaced(tmp_path: Path) -> None:
    clock = FakeClock()
    authority = ensure_authority(tmp_path, clock)
    path = tmp_path / "edge.pem"
    first = ensure_certificate(authority, path, NAMES, clock=clock)
    path.write_bytes(first.certificate + authority.issue(NAMES, now=clock.now()).key)
    assert ensure_certificate(authority, path, NAMES, clock=clock).certificate != first.certificate


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    authority = ensure_authority(tmp_path, FakeClock())
    with pytest.raises(Unavailable, match="nowhere"):
        ensure_certificate(authority, tmp_path / "nowhere" / "edge.pem", NAMES, clock=FakeClock())
