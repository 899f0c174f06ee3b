"""UTF-16 on either side of a misreading: read byte by byte, with its bytes swapped, and other text read as UTF-16."""

from __future__ import annotations

import pytest

import textfix
from textfix.routes import misread

TEXT = "我们上次不是说好了吗？今天下午三点在图书馆门口见面。"
PAGE = "温暖的下午\n不上不下的中文\nplain English\r\n测试"
BYTEWISE = ["utf-16-le>latin-1", "utf-16-le>cp1252", "utf-16-be>latin-1", "utf-16-be>cp1252"]


@pytest.mark.parametrize("route", [*BYTEWISE, "utf-16-le>cp437"])
def test_lines_are_no_borders(route: str) -> None:
    """上 is 4E 0A and 不 is 4E 0D: newlines are part of the text, and NULs may have been taken out."""
    for text in (TEXT, PAGE, f"\ufeff{PAGE}"):
        garbled = misread(text, route)
        assert textfix.repair(garbled) == text
        assert textfix.repair(garbled.replace("\0", "")) == text


@pytest.mark.parametrize("route", BYTEWISE)
def test_what_is_around_stays(route: str) -> None:
    """A field of a clean page."""
    frame = '{{"title": "{}", "备注": "café"}}'
    assert textfix.repair(frame.format(misread(TEXT, route))) == frame.format(TEXT)


@pytest.mark.parametrize("route", ["utf-8>utf-16-le", "utf-8>utf-16-be", "utf-16-le>utf-16-be"])
def test_english_that_looks_chinese(route: str) -> None:
    """`畂桳栠摩琠敨映捡獴` is Bush hid the facts."""
    garbled = misread("Bush hid the facts", route)
    assert textfix.repair(garbled) == "Bush hid the facts"
    (rule,) = {edit.rule for step in textfix.explain(garbled).plan for edit in step.edits}
    assert rule.partition(">")[2] == route.partition(">")[2], "ASCII is the same in UTF-8 and GB 18030"


@pytest.mark.parametrize("route", ["gb18030>utf-16-be", "utf-8>utf-16-le", "utf-8>utf-16-be", "utf-16-le>utf-16-be"])
def test_chinese_read_in_twos(route: str) -> None:
    text = "温暖的下午，一起去最大的图书馆吧"
    assert textfix.repair(misread(text, route)) == text


def test_half_a_pair_is_a_hole() -> None:
    """A reader of UTF-16 shows U+FFFD for half a surrogate pair: two bytes are gone."""
    text = "今天下午三点在图书馆门口见面"
    assert textfix.repair(misread(text, "gb18030>utf-16-le")) == "今天下午三点\ufffd图书\ufffd门\ufffd见面"


@pytest.mark.parametrize("text", ["潮敶", "物理学，潮水，敬业，慢慢来", "a\0b\0c\0", "ÿþ", "þÿ", "Ångström ÿ"])
def test_clean_text_is_left(text: str) -> None:
    """Two letters of ASCII are a Chinese character, and some of them are common ones."""
    assert textfix.repair(text) is text


def test_letters_apart_are_no_english() -> None:
    """Every letter of Tifinagh is a hyphen and a capital to a reader of UTF-16."""
    text = "ⴰⴷⵓⵍⴰⵔ ⵏ ⵣⵉⵎⴱⴰⴱⵡⵉ"
    assert textfix.fix(text) is text


@pytest.mark.parametrize("text", ["见 debian-policy/fhs/fhs-2.3.txt.gz 和 hier(7)。", "gaƒoƒo", "gaƒoƒo {0} si va yi"])
def test_repeated_letters_are_no_evidence(text: str) -> None:
    """Two letters are one Han character in UTF-16, and the same two are the same one."""
    assert textfix.fix(text) is text
