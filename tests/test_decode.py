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
from textfix.decode import decode, detect, ranking, readings
from textfix.decode.declarations import find_label
from textfix.decode.detection import confide
from textfix.decode.labels import name_codec, name_family
from textfix.decode.plain import recognise
from textfix.decode.profile import profile
from textfix.decode.sample import condense, draw
from textfix.encodings import codecs as own_codecs
from textfix.encodings.gb18030 import renew

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


def every_character(codec: str) -> list[bytes]:
    """All characters of two bytes that CODEC has, in the order of their bytes."""
    pairs = (pair.to_bytes(2, "big") for pair in range(0x8140, 0xFEFF))
    read = ((pair, pair.decode(codec, "replace")) for pair in pairs)
    return [pair for pair, text in read if len(text) == 1 and not 0xE000 <= ord(text) < 0xF900 and text != "\ufffd"]


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("gb2312", "gb2312"), ("gbk", "gb18030"), ("cp950", "cp950"), ("big5hkscs", "big5hkscs"),
        ("big5-eten", "big5-eten"), ("euc_kr", "euc_kr"), ("cp949", "cp949"), ("euc_jp", "euc_jp"), ("cp932", "cp932"),
        ("euc-tw", "euc-tw"),
    ],
)  # fmt: skip
def test_charts(codec: str, named: str) -> None:
    """A list of all characters has no language; whose it is can be told by what it leaves out."""
    chars = every_character(codec)
    rows = [chars[start : start + 32] for start in range(0, len(chars), 32)]
    for chart in (
        b"".join(b" ".join(row) + b"\n" for row in rows),
        b"".join(b"0x%s: " % row[0].hex().encode() + b"".join(row) + b"\n" for row in rows),
    ):
        assert detect(chart).encoding == named


@pytest.mark.parametrize("codec", ["cp1250", "cp1251", "cp1252", "cp1253", "cp1255", "cp874"])
def test_charts_of_one_byte(codec: str) -> None:
    """The same for pages of one byte that have holes of their own."""
    chars = [bytes([byte]) for byte in range(0x80, 0x100) if bytes([byte]).decode(codec, "ignore")]
    assert detect(b"\n".join(b" ".join(chars[at : at + 16]) for at in range(0, len(chars), 16))).encoding == codec


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("gb18030", LINE), ("cp950", "圖書館週末上午九點開門，借書證請在前檯辦理。"), ("big5hkscs", "佢哋喺度食嘢，唔該晒。"),
        ("euc_jp", "図書館は週末の午前九時に開きます。"), ("cp932", "図書館は週末の午前九時に開きます。"),
        ("cp949", "도서관은 주말 오전 아홉 시에 문을 엽니다."), ("cp1251", "Библиотека открывается в девять утра."),
        ("koi8-r", "Библиотека открывается в девять утра."), ("cp1253", "Η βιβλιοθήκη ανοίγει στις εννέα."),
        ("cp874", "ห้องสมุดเปิดเก้าโมงเช้า"), ("cp1252", "La bibliothèque est fermée à Noël."),
        ("cp1250", "Biblioteka jest zamknięta w święta."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("times", [1, 40])
def test_ranking_keeps_the_right_one(codec: str, text: str, times: int) -> None:
    """The first look leaves out most encodings of dense text, and never the one that it is in."""
    data = (text + "\n").encode(codec) * times
    found = ranking.rank(data, {})
    near = {one.codec for one in found.near} | {profile().singles[place].codec for place in found.places}
    assert codec in near
    assert len(near) < len(profile().doubles) + len(profile().singles)


def test_plain_chinese_needs_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A title of ten characters is named by a look at single characters; damage of a few bytes changes nothing."""
    monkeypatch.setattr(readings, "price", None)  # the model would raise
    for text, codec in ((LINE, "gb18030"), ("圖書館週末上午九點開門，借書證請在前檯辦理。", "cp950")):
        assert detect(text.encode(codec)).encoding == codec
        data = text.encode(codec) * 40
        assert detect(data[:800] + b"\xff" + data[800:-1]).encoding == codec


def test_sparse_characters_among_code() -> None:
    """What is looked at are the stretches with bytes above 7F, however far apart they are."""
    filler = "for (i = 0; i < n; i++) sum += table[i] & 0xff;\n" * 5
    words = ["剩余时间", "到点就响", "先检查长度", "释放内存", "这里不会失败", "打开文件"]
    data = filler.join(f"/* {word} */\n" for word in words).encode("gb18030")
    assert recognise(data) is not None
    assert detect(data).encoding == "gb18030"


@pytest.mark.parametrize("after", ["", "</a>", "！</td>", "<br>", " ok", "，再往下还是国标码"])
def test_utf8_within_a_line(after: str) -> None:
    """A run of UTF-8 ends where it ends, whether markup or characters of two bytes come after it."""
    start = (LINE * 3 + "\n<p>这一行").encode("gb18030")
    data = start + "中间是统一码".encode() + after.encode("gb18030")
    found = detect(data)
    assert decode(data, found) == LINE * 3 + "\n<p>这一行中间是统一码" + after


@pytest.mark.parametrize(
    "line", ["瓦匠蹲在屋檐下啃烧饼", "铁匠淬火的刺啦声惊飞麻雀", "木匠刨花卷成团", "老裁缝戴着顶针缝补棉袄"]
)
@pytest.mark.parametrize(("page", "alone"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_lines_of_rare_characters(line: str, page: str, alone: str) -> None:
    """A line that the encoding of the whole cannot read may be of rarer characters than one that it can."""
    data = (LINE + "\n").encode(page) * 3 + f"<p>{line}</p>".encode(alone) + ("\n" + LINE).encode(page)
    assert decode(data, detect(data)) == (LINE + "\n") * 3 + f"<p>{line}</p>\n" + LINE


@pytest.mark.parametrize(("text", "codec"), [("Сегодня библиотека закрыта", "cp1251")])
def test_lines_of_other_languages_are_not_claimed(text: str, codec: str) -> None:
    """What a page in UTF-8 cannot read is a hole, and not whatever Chinese the bytes might be."""
    data = (LINE + "\n").encode() * 3 + text.encode(codec) + b"\n"
    assert all(char in "\ufffd \n" or char.isascii() for char in decode(data, detect(data)).split("\n")[3])


def test_one_character_on_a_page() -> None:
    """一 in GBK is a Cyrillic letter in UTF-8, where no word of that alphabet is; © is what it is on any page."""
    page = "<!DOCTYPE html>\n<html><head><meta charset='%s'><title>%s</title></head><body>%s</body></html>"
    for word in ("一", "(一", "一)"):
        assert detect((page % ("gbk", word, word)).encode("gbk")).encoding == "gb18030"
    assert detect((page % ("gbk", "All rights reserved", "© 2015")).encode()).encoding == "utf-8"
    assert detect((page % ("gbk", "Привет", "мир")).encode()).encoding == "utf-8"


def test_edition_of_2022() -> None:
    """Private-use characters of older editions become the real ones, real characters never private-use ones."""
    assert renew(b"\xa6\xd9\xa8\xbc\xfe\x59\xfe\x91\xa3\xa0".decode("gb18030")) == "\ufe10ḿ龴𤇾\u3000"
    assert renew("ḿ" + LINE) == "ḿ" + LINE
    assert renew(LINE) is LINE


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
        (b";;; a.el -*- mode: lisp; coding: big5 -*-\n", "big5"),
        (b'" Menu Translations\nscriptencoding cp936\n', "cp936"),
        (b"\\documentclass{article}\n\\usepackage[latin1]{inputenc}\n", "latin1"),
        (b"[LangOptions]\r\nLanguageID=$0804\r\nLanguageCodePage=936\r\n", "cp936"),
        (b"[LangOptions]\r\nLanguageCodePage=0\r\n", None),
        (b"#pragma code_page(65001)\n", "utf-8"),
        (b"charset is a word", None),
        (b"coding and inputenc are words", None),
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
