from __future__ import annotations

from collections.abc import Sequence

from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.relay.live_streams import LiveStreams
from tests.fakes.clock import START


class FakeStream:
    """Implements ``live_streams.Cuttable``."""

    def __init__(self, session: str = "", application: str = "app", tunnel: str = "home") -> None:
        self.number = 0
        self.tunnel = TunnelId(tunnel)
        self.application = ApplicationId(application)
        self.session = SessionId(session)
        self.source = "192.0.2.1:1"
        self.method = "GET"
        self.path = "/ws"
        self.certificate = "ab" * 32
        self.opened = START
        self.cuts = 0

    def cut(self) -> None:
        self.cuts += 1


def listed(*streams: FakeStream) -> LiveStreams:
    live = LiveStreams("r")
    for stream in streams:
        live.add(stream)
    return live


def cuts(streams: Sequence[FakeStream]) -> list[int]:
    return [stream.cuts for stream in streams]


def test_streams_are_listed_oldest_first_with_ids_of_their_own() -> None:
    live = listed(FakeStream("ada"), FakeStream())
    assert [(s.id, s.session) for s in live.listed()] == [("r-1", "ada"), ("r-2", "")]
    assert [(s.method, s.path) for s in live.listed()] == [("GET", "/ws")] * 2
    assert len(live) == 2


def test_a_session_s_streams_are_cut_and_no_others() -> None:
    streams = [FakeStream("ada"), FakeStream("bob"), FakeStream("ada"), FakeStream()]
    live = listed(*streams)
    assert live.cut_sessions([SessionId("ada"), SessionId("nobody")]) == 2
    assert cuts(streams) == [1, 0, 1, 0]
    assert live.cut_sessions([SessionId("ada")]) == 0
    assert live.cut_sessions([SessionId("")]) == 0


def test_streams_are_cut_by_id_and_only_by_ids_of_this_relay() -> None:
    streams = [FakeStream(), FakeStream()]
    live = listed(*streams)
    assert live.cut_ids(["other-1", "r-2", "r-99", "r-x", "2", "r-²"]) == 1
    assert cuts(streams) == [0, 1]


def test_streams_of_applications_that_left_are_cut() -> None:
    streams = [FakeStream(application="a"), FakeStream(application="b"), FakeStream(tunnel="other")]
    live = listed(*streams)
    assert live.cut_unlisted(TunnelId("home"), [ApplicationId("a")]) == 1
    assert cuts(streams) == [0, 1, 0]


def test_a_stream_that_closed_is_forgotten() -> None:
    stream = FakeStream("ada")
    live = listed(stream)
    live.remove(stream)
    live.remove(stream)
    assert len(live) == 0
    assert live.cut_sessions([SessionId("ada")]) == 0
