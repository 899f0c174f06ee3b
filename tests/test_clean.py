"""The stage `clean`: what the fixtures do not say about it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textfix
from textfix import tables

AWKWARD = st.text(
    alphabet=st.sampled_from(
        "中文Aa1 ，。\n\r\x00\x0b\x7f\x85\xa0\xad\u200b\u200c\u200d\u2060\u200e\u202e\u2028\u3000\ufeff\ufe0f\U000e0100"
        "⽂⻅\uf900\ufa19\U0002f800\ue76c\ue81e\ue000\uf6b1がｶﾞＡ１％．\u0301\u2126👩💻שک\U0001f3f4\U000e0067葛嘅"
    ),
    max_size=16,
)


@pytest.mark.parametrize("level", ["safe", "full"])
@given(text=AWKWARD)
def test_cleaning_twice_is_cleaning_once(level: str, text: str) -> None:
    """What goes makes new neighbours of what stays; the stage must see that far by itself."""
    once = textfix.clean(text, level=level)
    assert textfix.clean(once, level=level) == once


@pytest.mark.parametrize("level", ["safe", "full"])
@given(text=AWKWARD)
def test_the_edits_lead_to_the_text(level: str, text: str) -> None:
    """Passes over one text are chained into one step; the spans must still count in the text that was given."""
    result = textfix.explain(text, repair=False, clean=level)
    assert textfix.replay(text, result.plan) == result.text
    for step in result.plan:
        for edit in step.edits:
            assert text[edit.start : edit.end] == edit.before


def test_a_line_end_of_one_text_is_not_joined_to_the_next() -> None:
    """A batch is joined by newlines: a carriage return at the end of a text must not meet one."""
    assert textfix.fix_many(["甲\r", "乙"], repair=False) == ["甲\n", "乙"]


def test_chinese_punctuation_keeps_its_width() -> None:
    """NFKC would make ASCII of all of it: the damage that this stage must never do."""
    marks = "，。、；：！？（）「」『』“”‘’《》〈〉【】……——·～"
    assert textfix.clean(marks, level="full") is marks


def test_each_character_of_the_tables_stands_for_one_that_stays() -> None:
    """A character that led to another of the tables would need a second look-up."""
    data = tables.toml("clean.toml")
    every = {char for name in ("kangxi", "radicals", "compatibility", "gb", "eten", "hkscs") for char in data[name]}
    assert not every & {to for name, table in data.items() if name != "kana" for to in table.values()}
    assert "\ufa11" not in every, "one of the twelve unified ideographs in the compatibility block"


def test_the_tables_agree_with_unicode() -> None:
    """The tables are written by a tool; a slip there would be a wrong character here."""
    data = tables.toml("clean.toml")
    for name in ("kangxi", "compatibility"):
        for char, to in data[name].items():
            assert unicodedata.normalize("NFKC", char) == to


PRIVATE_OF_HONG_KONG = "\ue000"


def test_private_use_is_of_hong_kong_only_in_its_sentences() -> None:
    """Fonts of icons use the same code points: at the edge of a text, or in simplified text, nothing says which."""
    char = tables.toml("clean.toml")["hkscs"][PRIVATE_OF_HONG_KONG]
    for before, after in (("佢話", "嘅"), ("這裡有", "問題")):
        assert textfix.clean(before + PRIVATE_OF_HONG_KONG + after) == before + char + after
    for icon in ("\ue000首頁", "點擊\ue000 進入頁面", "这里有\ue000问题"):
        assert textfix.clean(icon) is icon


@pytest.mark.parametrize("script", ["hans", "hant", "tw", "hk"])
@given(text=st.text(st.sampled_from("头发頭髮里面裡說说嘅，。 \n\ue000\ue76c\uf6b1\uf015"), max_size=10))
def test_converting_twice_is_converting_once(script: str, text: str) -> None:
    """What the script of a line says about private use must not depend on whether it has been converted."""
    once = textfix.fix(text, script=script)
    assert textfix.fix(once, script=script) == once
