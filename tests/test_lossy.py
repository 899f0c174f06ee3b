"""Lost bytes: two-byte text is paired anew around a loss, and completed only by what the reader could have lost."""

from __future__ import annotations

import numpy as np
import pytest

import textfix
from textfix import encodings
from textfix.batch import to_codes, to_text
from textfix.repair import completion, lossy

HOLE = "\ufffd"


def garble(text: str, written: str, codec: str, mark: str) -> str:
    return text.encode(written).decode(codec, "replace").replace(HOLE, mark)


def read(garbled: str, reader: str, written: str) -> str:
    encoded = encodings.load(reader).encode(to_codes(garbled))
    return to_text(lossy.decode(encoded, written).codes)


@pytest.mark.parametrize("mark", [HOLE, "?"])
def test_what_follows_a_loss_is_in_step(mark: str) -> None:
    """Python's readers drop a first byte and go on with the second: all that follows would be shifted."""
    text = "昨天来的人都已经走了，只有他一个人还留在这里"
    garbled = garble(text, "gb18030", "big5", mark)
    got = read(garbled, "big5", "gb18030")
    assert mark in garbled
    assert len(got) == len(text)
    assert all(one in (other, HOLE) for one, other in zip(got, text, strict=True))
    assert got.count(HOLE) < len(text) / 2


def test_text_without_a_loss_is_read_as_ever() -> None:
    text = "没有丢字节的一行"
    encoded = encodings.load("latin-1").encode(to_codes(text.encode("gb18030").decode("latin-1")))
    assert to_text(lossy.decode(encoded, "gb18030").codes) == text


def test_a_question_mark_of_the_text_stays() -> None:
    assert read("ÄãºÃÂð?", "latin-1", "gb18030") == "你好吗?"


def test_characters_of_two_places() -> None:
    """cp932 has 愷 at ED A8 and at FA C4; 国内 is B9 FA C4 DA."""
    garbled = "在国内看到".encode("gb18030").decode("cp932")
    assert "愷" in garbled
    charmap = encodings.load("cp932")
    codes = to_codes(garbled)
    resolved = lossy.resolve(charmap.encode(codes), codes, "cp932", "gb18030")
    assert resolved.data.decode("gb18030") == "在国内看到"


@pytest.mark.parametrize(
    ("text", "codec", "reader"),
    [("图书馆周末上午九点开门", "cp1252", "cp1252"), ("窗外的雨一直下到天亮", "gbk", "gb18030")],
)
def test_completion_is_what_the_reader_lost(text: str, codec: str, reader: str) -> None:
    garbled = garble(text, "utf-8", codec, HOLE)
    assert HOLE in garbled
    result = textfix.explain(garbled, clean=False, holes="fill")
    assert result.text == text
    assert "filled: " in result.plan[0].edits[0].note
    # Every character that was put in gives the garbled text again.
    assert garble(result.text, "utf-8", codec, HOLE) == garbled


def test_what_cannot_be_told_stays_a_hole() -> None:
    """Of two characters only one byte each is known, and nothing around them."""
    done = completion.completer("utf-8", "big5", 0).complete(b"\xe5\xff\xff\xe5\xff\xff", (0x0A, 0x0A, 0x0A), 0x0A)
    assert HOLE in to_text(done.codes)
    assert all(done.codes[place] != ord(HOLE) for place in done.filled)


def test_loses_is_what_codecs_lose() -> None:
    """cp1252 leaves five bytes open, whatever follows them."""
    lost = completion.loses("cp1252")
    assert np.flatnonzero(lost.all(axis=1)).tolist() == [0x81, 0x8D, 0x8F, 0x90, 0x9D]
    assert not lost[0xE4].any()
    assert completion.find_codec("big5", "中文") == "big5"
    assert completion.find_codec("gb18030", "涓\ue15f枃") == "gb18030"
