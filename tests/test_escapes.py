"""Escapes left in text: each kind an option of its own, none across the end of a text."""

from __future__ import annotations

import pytest

import textfix
from textfix.config import ESCAPES
from textfix.repair.notations import NOTATIONS

TEXT = r"\u57ce\u5e02\u82b1\u56ed &#22478;&#24066;&#33457;&#22253;"


def test_every_kind_has_a_name() -> None:
    """The option lists what there is."""
    assert set(ESCAPES) == {notation.name for notation in NOTATIONS} | {"surrogates"}


def test_each_kind_is_off_by_its_name() -> None:
    assert textfix.fix(TEXT) == "城市花园 城市花园"
    assert textfix.fix(TEXT, escapes=False) is TEXT
    assert textfix.fix(TEXT, escapes=()) is TEXT
    assert textfix.fix(TEXT, escapes=["unicode"]) == "城市花园 &#22478;&#24066;&#33457;&#22253;"
    assert textfix.fix(TEXT, escapes={"entity"}) == r"\u57ce\u5e02\u82b1\u56ed 城市花园"


@pytest.mark.parametrize("wrong", ["entity", ["entities"], 3, None, [1]])
def test_an_unknown_kind_raises_and_lists_the_choices(wrong: object) -> None:
    with pytest.raises(textfix.ChoiceError, match="entity"):
        textfix.fix("好", escapes=wrong)


def test_no_run_reaches_from_one_text_into_the_next() -> None:
    """A soft line break at the end of a text is not one, whatever text comes after it in a batch."""
    texts = [
        "=E4=BC=9A=E8=AE=AE=",
        "=E8=AE=B0=E5=BD=95=E5=B7=B2=E7=BB=8F",
        "=?utf-8?B?5Lya6K6u6K6w?=",
        "=?utf-8?B?5b2V5ZKM6ZmE?=",
    ]
    assert textfix.fix_many(texts) == [textfix.fix(text) for text in texts]
    assert textfix.fix_many(texts)[1:] == ["记录已经", "会议记", "录和附"]


@pytest.mark.parametrize(
    "sign", ["%20", "%u4e2d", "\\u4e2d", "\\x80", "\\201", "&#9999;", "u4e2d", "=E4=", "+abcde", "~{!!", "=?a?B?", "<E4>", "<U+4E2D>",
     "_x4e2d_", "\\'d6", "\\u20013?", "\\4e2d", "\\229", "#344", "&Ouml;", "&#214;", "&Ti1", "&amp;", "\\\\u4e2d", "\\u{4e2d}", "\\u4e2d3"]
)  # fmt: skip
def test_hostile_runs_take_linear_time(sign: str) -> None:
    """Escapes that say nothing, ten thousand in a row, are left alone, and looked at once."""
    text = sign * 10000 + "x"
    assert textfix.fix(text, clean=False, max_layers=0) == textfix.fix(text, clean=False, max_layers=0)
