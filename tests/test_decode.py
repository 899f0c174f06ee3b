"""Detection and decoding: the table of cases, and the laws that hold for any bytes."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import textfix
from textfix import tables
from textfix.decode import decode, detect, readings
from textfix.decode.declarations import find_label
from textfix.decode.detection import confide
from textfix.decode.labels import name_codec, name_family
from textfix.decode.profile import profile
from textfix.decode.sample import condense, draw
from textfix.encodings import codecs as own_codecs

own_codecs.register()

CASES = [
    json.loads(line)
    for path in [Path(__file__).parent.parent / "fixtures" / "detect" / "own.jsonl"]
    for line in path.read_text("utf-8").splitlines()
]
LINE = "图书馆周末上午九点开门，借书证请在前台办理。"


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_cases(case: dict) -> None:
    """Each case names an encoding that reads its bytes: what the table says is what users get."""
    data = bytes.fromhex(case["in_hex"])
    found = detect(data, declared=case.get("declared"))
    assert found.encoding == case["encoding"], found
    for field in ("evidence", "script"):
        if field in case:
            assert getattr(found, field) == case[field]
    if "text" in case:
        assert decode(data, found) == case["text"]
    assert 0 <= found.confidence <= 1


def test_ids_are_unique() -> None:
    """A case is named by its id in reports."""
    assert len({case["id"] for case in CASES}) == len(CASES)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_never_raises(data: bytes) -> None:
    """Content never raises, and the name that is given is one that Python decodes with."""
    found = detect(data)
    assert isinstance(decode(data, found), str)
    if found.encoding is not None:
        codecs.lookup(found.encoding)
        data.decode(found.encoding, "replace")


@given(st.binary(max_size=60), st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_declaration(data: bytes, declared: str) -> None:
    """What senders declare may be anything, and Python knows codecs that decode nothing."""
    decode(data, detect(data, declared=declared))


@given(st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), min_size=1))
@settings(max_examples=100, deadline=None)
def test_byte_order_mark_settles(text: str) -> None:
    """With a mark in front any text comes back as it was, and without the mark."""
    for codec in ("utf-8-sig", "utf-16", "utf-32"):
        data = text.encode(codec)
        assert decode(data, detect(data)) == text


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20, exclude_characters="+~"), max_size=100))
def test_ascii_is_ascii(text: str) -> None:
    """Printable ASCII without the signs of escapes is never anything else."""
    assert detect(text.encode()).encoding == "ascii"


def test_wrong_types() -> None:
    """Text is not bytes: the error says which function was called, and with what."""
    with pytest.raises(TypeError, match=r"detect\(\) takes bytes, not str"):
        detect("中文")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="declared"):
        detect(b"a", declared=b"gbk")  # type: ignore[arg-type]


def test_buffers() -> None:
    """Bytes come in three kinds."""
    data = LINE.encode("gb18030")
    assert detect(bytearray(data)) == detect(memoryview(data)) == detect(data)


@pytest.mark.parametrize("codec", ["gb18030", "cp950", "utf-8", "utf-16-le", "cp1251"])
def test_far_into_the_file(codec: str) -> None:
    """The only characters beyond ASCII stand where no sample of fixed places looks."""
    word = "Привет, мир" if codec == "cp1251" else "圖書館開門"
    text = "a,b,c\n" * 60_000 + word + "\nd,e,f" * 3
    assert detect(text.encode(codec)).encoding == codec


def test_rare_variant_far_into_the_file() -> None:
    """One character of Hong Kong late in a long Big5 text decides between the two kinds of Big5."""
    text = "圖書館週末上午九點開門。\n" * 20_000 + "佢喺度。\n"
    assert detect(text.encode("big5hkscs")).encoding == "big5hkscs"


def test_utf8_with_one_bad_byte_in_a_long_text() -> None:
    """One bad byte does not make a long text something else, wherever it stands."""
    data = (LINE + "\n").encode() * 3000
    for place in (0, 100_000, len(data)):
        assert detect(data[:place] + b"\xff" + data[place:]).encoding == "utf-8"


@pytest.mark.parametrize(
    "unit",
    [b"\x80", b"\x81\x30", b"~{", b"\x1b$B", b"+AA", b"<meta ", b"\xe4\xb8", b"a\xd6\xd0", b"\0\x4e", b"# coding"],
)
def test_work_is_bounded(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large and hostile the input, the characters that are priced are those of a bounded sample."""
    priced = 0

    def count(*codes: np.ndarray) -> np.ndarray:
        nonlocal priced
        priced += len(codes[-1])
        return price(*codes)

    price = readings.price
    monkeypatch.setattr(readings, "price", count)
    data = unit * (1_000_000 // len(unit))
    decode(data, detect(data))
    assert priced < 1_500_000


def test_sample_is_bounded_and_keeps_what_is_foreign() -> None:
    """The sample has at most its budget, and of a table of ASCII the one cell that matters."""
    cell = "台灯".encode("gb18030")
    data = b"1,2,3\n" * 50_000 + b"4," + cell + b",5\n" + b"6,7,8\n" * 50_000
    assert cell in draw(data, 2048)
    assert len(draw(LINE.encode("gb18030") * 10_000, 2048)) <= 2048 + 64
    assert condense(b"abc def \xd6\xd0 ghi") == b" \xd6\xd0"


def test_labels_name_codecs() -> None:
    """Every label leads to a codec that Python has, no label to two."""
    table = tables.toml("labels.toml")
    labels = [label for row in table.values() for label in row]
    assert len(labels) == len(set(labels))
    for codec in table:
        assert codecs.lookup(codec).name == codec
    assert name_codec("GBK") == "gb18030"
    assert name_family("big5-hkscs") == ("cp950", "big5hkscs")
    for nothing in ("", "rot13", "base64", "idna", "undefined", "unicode_escape", "中文", "a\0b", "x" * 1000):
        assert name_codec(nothing) is None
        assert name_family(nothing) == ()


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (b'<meta http-equiv="Content-Type" content="text/html; charset=GBK">', "GBK"),
        (b"<META CHARSET='big5'>", "big5"),
        (b'<?xml version="1.0" encoding="gb18030"?>', "gb18030"),
        (b'@charset "gb2312";', "gb2312"),
        (b"#!/usr/bin/python\n# -*- coding: gbk -*-", "gbk"),
        (b"Subject: x\nContent-Type: text/plain; charset=big5\n\n", "big5"),
        (b"charset is a word", None),
        (b"", None),
    ],
)
def test_declarations(data: bytes, label: str | None) -> None:
    """Each kind of file has its place for the label, and nothing else is one."""
    assert find_label(data) == label


def test_profile_reads() -> None:
    """Every codec that is weighed exists, under the name that Python gives it, and once."""
    plan = profile()
    every = [*plan.doubles, *plan.singles, *plan.wides, *plan.escaped]
    assert len({one.codec for one in every}) == len(every)
    for one in every:
        assert codecs.lookup(one.codec).name == one.codec


def test_confidence_follows_odds() -> None:
    """More odds are never less confidence, and even odds are no certainty."""
    told = [confide(odds) for odds in (0, 1, 2, 4, 8, 16, 1e9)]
    assert told == sorted(told)
    assert told[0] < 0.6
    assert 0.99 < told[-1] <= 1


def test_runners_up_are_behind() -> None:
    """Runners-up are other encodings, in order, with odds against the one that was named."""
    found = detect("图书".encode("gb18030"))
    odds = [other.odds for other in found.runners_up]
    assert odds == sorted(odds, reverse=True)
    assert max(odds) <= 0
    assert found.encoding not in {other.encoding for other in found.runners_up}


def test_whole_line() -> None:
    """Bytes go through the same line as text."""
    assert textfix.fix_bytes(LINE.encode("gb18030"), declared="gb2312") == LINE
