from __future__ import annotations

from datetime import UTC, datetime

import pytest

from doorward.model.application import Origin
from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import ConnectorStatus, LiveStream, TunnelAdmission
from doorward.tunnel.relay_messages import (
    Admit,
    Cut,
    CutDone,
    List,
    Listed,
    Message,
    RelayHello,
    Seen,
    decode,
    encode,
)

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
STATUS = ConnectorStatus(
    id="c", tunnel=TunnelId("t"), version="1", source="192.0.2.1", links=4, streams=9, since=NOW
)
STREAM = LiveStream(
    id="r-1",
    tunnel=TunnelId("t"),
    application=ApplicationId("wiki"),
    session=SessionId("s"),
    source="192.0.2.7:1234",
    opened=NOW,
    method="GET",
    path="/ws",
)
ADMISSION = TunnelAdmission(
    id=TunnelId("t"),
    name="home",
    secret_hash="00" * 32,
    services={ApplicationId("wiki"): Origin(url="http://localhost:8080")},
)


@pytest.mark.parametrize(
    "message",
    [
        RelayHello(name="r", life="l", version="1"),
        Seen(connectors=(STATUS,), problems={ApplicationId("wiki"): "down"}, metrics={"streams": 1}),
        Admit(tunnels=(ADMISSION,)),
        Admit(tunnels=()),
        Cut(number=1, sessions=(SessionId("s"),), streams=("r-1",)),
        CutDone(number=1, count=3),
        List(number=2),
        Listed(number=2, streams=(STREAM,)),
    ],
)
def test_every_message_arrives_as_it_was_sent(message: Message) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message


def test_a_message_of_a_newer_kind_is_skipped() -> None:
    assert decode(b'{"type":"sing"}') is None


def test_a_wrong_instant_is_refused() -> None:
    line = encode(Listed(number=2, streams=(STREAM,))).replace(b"2026-03-01T", b"yesterday ")
    with pytest.raises(Invalid, match="ISO 8601"):
        decode(line)
