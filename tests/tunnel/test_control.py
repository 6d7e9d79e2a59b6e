from __future__ import annotations

import pytest

from doorward.model.application import Origin
from doorward.model.errors import Invalid
from doorward.tunnel.control import (
    Configure,
    Drain,
    Drained,
    Health,
    Hello,
    Message,
    Refuse,
    Welcome,
    decode,
    encode,
)

ORIGIN = Origin(url="https://127.0.0.1:8443", ca="PEM", server_name="wiki.internal", verify=False)


@pytest.mark.parametrize(
    "message",
    [
        Hello(tunnel="t", secret="s", connector="c", version="1"),
        Welcome(relay="relay-1"),
        Refuse(sentence="no", permanent=True),
        Configure(services={"wiki": ORIGIN, "hello": Origin(url="http://localhost:1")}),
        Health(problems={"wiki": "nothing listens"}),
        Drain(),
        Drained(),
    ],
)
def test_every_message_arrives_as_it_was_sent(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line[:-1]) == message


def test_a_message_of_a_newer_kind_is_skipped() -> None:
    assert decode(b'{"type":"sing","song":"x"}') is None


@pytest.mark.parametrize(
    "wrong",
    [
        b"{}",
        b'{"type":"hello","tunnel":"t","secret":1,"connector":"c","version":"1"}',
        b'{"type":"configure","services":{"a":{"url":"x"}}}',
        b'{"type":"health","problems":{"a":7}}',
        b'{"type":"refuse","sentence":"x","permanent":"yes"}',
    ],
)
def test_a_message_with_a_wrong_field_is_refused(wrong: bytes) -> None:
    with pytest.raises(Invalid):
        decode(wrong)


def test_a_secret_is_not_shown_where_the_hello_is_printed() -> None:
    assert "hunter2" not in repr(Hello(tunnel="t", secret="hunter2", connector="c", version="1"))


def test_what_people_will_read_cannot_forge_lines() -> None:
    heard = decode(encode(Health(problems={"wiki": "down\r\n\x1b[2Jall is well"})))
    assert heard == Health(problems={"wiki": "down???[2Jall is well"})
