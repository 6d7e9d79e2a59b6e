from __future__ import annotations

from doorward.tunnel import frames


def test_a_header_is_yamux_s_twelve_bytes() -> None:
    header = frames.header(frames.DATA, frames.SYN | frames.FIN, 7, 0x01020304)
    assert header == bytes.fromhex("00 00 0005 00000007 01020304")
    assert len(header) == frames.HEADER_SIZE
