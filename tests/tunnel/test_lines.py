from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.errors import Invalid
from doorward.tunnel.lines import Fields, LineBuffer, line


@given(st.lists(st.binary(max_size=20).filter(lambda b: b"\n" not in b)), st.data())
def test_lines_come_out_whole_however_they_were_split(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(each + b"\n" for each in lines)
    buffer, found = LineBuffer(100), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += buffer.feed(stream[:size])
        stream = stream[size:]
    assert found == lines


@pytest.mark.parametrize(
    ("before", "last"), [(b"", b"12345678901\n"), (b"123456", b"78901"), (b"123456", b"78901\n")]
)
def test_a_line_beyond_the_limit_is_refused(before: bytes, last: bytes) -> None:
    buffer = LineBuffer(10)
    buffer.feed(before)
    with pytest.raises(Invalid, match="longer than 10 bytes"):
        buffer.feed(last)


@pytest.mark.parametrize("wrong", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000])
def test_a_line_that_is_no_object_is_refused(wrong: bytes) -> None:
    with pytest.raises(Invalid):
        Fields.parse(wrong)


@pytest.mark.parametrize(
    "read",
    [
        lambda f: f.text("number"),
        lambda f: f.text("text", longest=2),
        lambda f: f.text("missing"),
        lambda f: f.number("text"),
        lambda f: f.number("flag"),
        lambda f: f.number("negative"),
        lambda f: f.flag("number"),
        lambda f: f.inner("text"),
        lambda f: f.inners("text"),
        lambda f: f.inners("texts"),
        lambda f: f.texts("mixed"),
        lambda f: f.inner("object").text("inner"),
    ],
)
def test_a_field_of_another_type_is_refused(read: Callable[[Fields], object]) -> None:
    fields = Fields.parse(
        line(
            "x",
            number=1,
            negative=-1,
            text="abc",
            flag=True,
            texts=["a"],
            mixed=["a", 1],
            object={"inner": None},
        )
    )
    with pytest.raises(Invalid):
        read(fields)


def test_fields_of_the_right_type_are_read_and_the_path_is_named() -> None:
    fields = Fields.parse(line("x", a={"b": [{"c": 5}]}, t=["q"], f=False))
    inner = fields.inner("a").inners("b")[0]
    assert (inner.number("c"), fields.texts("t"), fields.flag("f")) == (5, ["q"], False)
    assert list(fields) == ["type", "a", "t", "f"]
    with pytest.raises(Invalid) as problem:
        inner.text("missing")
    assert problem.value.field == "a.b[0].missing"
