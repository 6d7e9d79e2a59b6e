"""The reference names every act, and how entries and checkpoints are written."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from doorward.audit import writing
from doorward.audit.acts import ActName
from doorward.audit.chain import Link
from doorward.audit.checkpoints import parse_public, public_text
from doorward.audit_files.log import EVERY_ENTRIES, SEGMENT_SIZE
from tests.arch.places import DOCS
from tests.audit.samples import SIGNER
from tests.fakes.clock import START

REFERENCE = (DOCS / "reference" / "audit-log.md").read_text()


def table(heading: str) -> list[str]:
    section = REFERENCE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"(?m)^\| `([\w-]+)` \|", section)


def test_every_act_is_in_the_reference() -> None:
    assert table("Acts") == [str(name) for name in ActName]


def test_every_kind_of_entry_is_in_the_reference() -> None:
    kinds = (
        writing.REQUEST,
        writing.UNREADABLE,
        writing.ACT,
        writing.SEGMENT,
        writing.CHECKPOINT,
        writing.READ,
    )
    assert table("Entries") == [kind.decode().strip('{":') for kind in kinds]


def test_the_reference_says_how_often_and_how_large() -> None:
    assert f"Every {EVERY_ENTRIES:,} entries" in REFERENCE
    assert f"about {SEGMENT_SIZE // 1024**2} MiB" in REFERENCE


def test_a_checkpoint_is_signed_as_the_reference_says() -> None:
    [form] = re.findall(r"```text\n(.*?)```", REFERENCE, re.DOTALL)
    checkpoint = SIGNER.sign(Link(7, bytes(range(32))), START).as_json()
    signed = form
    for name in ("sequence", "hash", "time"):
        signed = signed.replace(f"<{name}>", str(checkpoint[name]))
    key: Ed25519PublicKey = parse_public(public_text(SIGNER.public))
    key.verify(base64.urlsafe_b64decode(f"{checkpoint['signature']}=="), signed.encode())
    assert checkpoint["key"] == hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def test_the_example_of_a_line_has_the_layout_of_lines() -> None:
    [example] = re.findall(r"```json\n(.*?)```", REFERENCE, re.DOTALL)
    assert list(json.loads(example)) == ["sequence", "hash", "entry"]
