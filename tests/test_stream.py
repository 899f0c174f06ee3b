"""The incremental detector: equal to one look at everything, with bounded memory."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textfix.decode import detect
from textfix.decode.material import CELL, LIMIT
from textfix.decode.stream import Detector, StreamDecoder

LINE = "图书馆周末上午九点开门，借书证请在前台办理。\n"


def feed(data: bytes, sizes: list[int]) -> Detector:
    detector, at = Detector(), 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        detector.feed(data[at : at + size])
        at += size
    return detector


@given(st.binary(max_size=400), st.lists(st.integers(1, 50), min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_equals_one_shot(data: bytes, sizes: list[int]) -> None:
    """However short bytes are divided, the answer is the same."""
    assert feed(data, sizes).close() == detect(data)


LONG = {
    "gb18030": (LINE * 40_000).encode("gb18030"),
    "utf-8": (LINE * 20_000).encode() + b"\xff" + (LINE * 10_000).encode(),
    "cp950": b"a,b,c\n" * 250_000 + "週末圖書館開門\n".encode("cp950") + b"d,e\n" * 9,
    "big5hkscs": ("圖書館週末上午九點開門。\n" * 60_000 + "佢喺度。\n").encode("big5hkscs"),
    "ascii": b"nothing beyond seven bits\n" * 60_000,
    "hz": b"from: nobody\n" * 120_000 + "图书馆周末开门".encode("hz"),
    "utf-16": ("\ufeff" + LINE * 30_000).encode("utf-16-le"),
    "utf-16-le": (LINE * 30_000).encode("utf-16-le"),
    "cp1251": ("Библиотека открыта по выходным с девяти утра.\n" * 30_000).encode("cp1251"),
    None: random.Random(7).randbytes(2_000_000),
}


@pytest.mark.parametrize("codec", LONG, ids=str)
def test_long(codec: str | None) -> None:
    """What is longer than is kept in memory is named too, and the same however it is divided."""
    data = LONG[codec]
    assert len(data) > LIMIT
    found = detect(data)
    assert found.encoding == codec, found
    for sizes in ([1 << 20], [CELL, 17, CELL * 3 + 1], [5000]):
        assert feed(data, sizes).close() == found
    assert Detector().feed(memoryview(data)).close() == found


def test_memory_is_bounded() -> None:
    """A stream costs no more memory for being longer."""
    chunk = LONG["gb18030"][: 1 << 18]
    detector = Detector().feed(chunk)
    tracemalloc.start()
    for _ in range(80):
        detector.feed(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert detector.close().encoding == "gb18030"
    assert peak < 6 << 20


def test_declared() -> None:
    """What is declared weighs as it does for `detect`."""
    data = "中".encode("gb18030")
    assert Detector(declared="gbk").feed(data).close() == detect(data, declared="gbk")


def test_misuse() -> None:
    """Text is not bytes, and a closed detector takes no more."""
    with pytest.raises(TypeError, match="bytes, not str"):
        Detector().feed("中")  # type: ignore[arg-type]
    detector = Detector()
    assert detector.close().encoding == "ascii"
    assert detector.close() == detector.close()
    with pytest.raises(ValueError, match="close"):
        detector.feed(b"a")


# --- text as it comes ---


def decode_by(data: bytes, size: int, declared: str | None = None) -> str:
    decoder = StreamDecoder(declared=declared)
    pieces = [decoder.feed(data[start : start + size]) for start in range(0, len(data), size)]
    return "".join([*pieces, decoder.close()])


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "cp950", "utf-16", "utf-16-le", "hz", "iso-2022-cn", "euc-tw"]
)
@pytest.mark.parametrize("size", [1, 3, 1000, 1 << 20])
def test_text_of_a_stream(codec: str, size: int) -> None:
    """However it is cut, and with a wrong name given: the text."""
    text = "plain text\n" * 9 + "圖書館週末上午開門。\n" * 30
    if codec in ("gb18030", "hz"):
        text = "plain text\n" * 9 + "图书馆周末上午九点开门。\n" * 30
    assert decode_by(text.encode(codec), size, "big5") == text


def test_plain_text_is_not_held_back() -> None:
    """ASCII comes through at once, what declares an encoding in it counts, and an escape that is none is only that."""
    decoder = StreamDecoder()
    head = "<!DOCTYPE html>\n<html><head><meta charset='big5'><link rel='stylesheet' href='/style.css'>\n"
    assert decoder.feed(head[:20].encode()) == ""  # a stream of so few bytes may still be UTF-16
    assert decoder.feed(head[20:].encode()) == head
    assert decoder.feed("中".encode("big5")) == ""
    assert decoder.close() == "中"
    text = "\x1b[31mred\x1b[0m\n" * 20_000 + "图书馆周末上午九点开门"
    assert decode_by(text.encode("gb18030"), 5000) == text


def test_streams_of_no_text() -> None:
    assert decode_by(b"", 9) == ""
    noise = random.Random(1).randbytes(200_000)
    assert len(decode_by(noise, 4096)) == len(noise)
    assert decode_by("图书馆周末上午九点开门。".encode("gb18030")[:-1], 5) == "图书馆周末上午九点开门\ufffd"


@given(st.binary(max_size=300), st.integers(1, 40))
def test_a_stream_is_cut_anywhere(data: bytes, size: int) -> None:
    """No cut changes the text, and no bytes raise."""
    assert decode_by(data, size) == decode_by(data, len(data) or 1)
