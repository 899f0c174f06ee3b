"""Lost bytes: two-byte text is paired anew around a loss, and completed only by what the reader could have lost."""

from __future__ import annotations

import numpy as np
import pytest

import textfix
from textfix import encodings
from textfix.batch import to_codes, to_text
from textfix.repair import completion, lossy, shown

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
    resolved = shown.resolve(charmap.encode(codes), codes, "cp932", "gb18030")
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


def lose(text: str, codec: str) -> bytes:
    """What is left of TEXT's bytes in UTF-8 when CODEC has read them: LOST for each that it cannot read."""
    shown = text.encode().decode(codec, "replace")
    return b"".join(bytes([encodings.LOST]) if char == HOLE else char.encode(codec) for char in shown)


START = (0x0A, 0x0A, 0x0A)


def test_a_byte_lost_before_another_is_one_that_the_reader_loses_there() -> None:
    """Big5 reads 9B and less never, and A4 to F9 nearly always before the first byte of a Chinese character."""
    completer = completion.completer("utf-8", "big5", 1)
    choices = completer.fitting((0xE5, encodings.LOST, encodings.LOST, encodings.LOST))
    assert choices is not None
    ends = np.array([chr(code).encode()[-1] for code in choices.codes])
    assert (ends < 0xA4).all()
    assert len(choices.codes) > 100


@pytest.mark.parametrize("script", [0, 1])
def test_what_is_put_in_is_what_all_ways_agree_on(script: int) -> None:
    """Asked to be surer, a completion leaves more holes and changes nothing else; every way gives the bytes that are known."""
    text = "請大家把書放回原來的地方，謝謝合作"
    left = lose(text, "big5")
    lattice = completion.completer("utf-8", "big5", script).search(left, START, 0x0A)
    before = None
    for sure in (0.0, 0.5, 0.9, 1.1):
        done = lattice.settle(sure)
        got = to_text(done.codes)
        assert len(got) == len(text)
        assert all(got[place] != HOLE for place in done.filled)
        if before is not None:
            assert all(one in (other, HOLE) for one, other in zip(got, before, strict=True))
        before = got
    assert not lattice.settle(1.1).filled  # nothing can be so sure, and only what is known is left
    assert lattice.settle(0.0).codes.tolist().count(ord(HOLE)) == 0
    assert lose(to_text(lattice.settle(0.0).codes), "big5")[:3] == left[:3]


def test_the_script_is_that_in_which_all_reads_better() -> None:
    """Nothing that is whole tells the script here; the text is not a mixture of both."""
    text = "我们现在说的这个问题，他们已经讨论过几次"
    completer = completion.completer("utf-8", "big5", 0)
    done = to_text(completer.search(lose(text, "big5"), START, 0x0A).settle(0.0).codes)
    traditional = sum(char in "們現說這個問題經討論過幾" for char in done)
    assert not traditional


def test_any_bytes_can_be_completed() -> None:
    """Bytes that fit no character are holes, and nothing fails."""
    for data in (b"\x80", b"\xff", b"\xbf\xbf\xbf\xbf", b"a\xe4", b"\xff\xff\xff?\xff", b"\xf0\x9f\x98\x80", b"?" * 9):
        done = completion.completer("utf-8", "big5", 0).complete(data, START, 0x0A)
        assert len(done.codes)


def test_long_texts_are_completed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts end where characters do, whatever stands there."""
    text = "窗外的雨一直下到天亮，街上一个人也没有。" * 6
    left = lose(text, "gbk")
    completer = completion.completer("utf-8", "gbk", 2)
    whole = completer.complete(left, START, 0x0A)
    monkeypatch.setattr(completion, "PART", 50)
    parts = completer.complete(left, START, 0x0A)
    assert to_text(parts.codes) == to_text(whole.codes) == text
    assert parts.filled == whole.filled
    assert parts.size == whole.size == len(left)
