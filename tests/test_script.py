"""Script: what the table-driven cases of fixtures/script.jsonl do not say."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

import textfix
from textfix.batch import to_codes
from textfix.config import CHOICES
from textfix.script import context, conversion, convert_opencc, identify, japanese
from textfix.script.characters import folding, lut, pairs

TARGETS = [to for to in CHOICES["script"] if isinstance(to, str)]
SENTENCES = [
    json.loads(line)["in"]
    for line in (Path(__file__).parent.parent / "fixtures" / "script.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("to", TARGETS)
def test_convert_is_idempotent(to: str) -> None:
    """What was converted is in the target script: converting it again is for nothing, and gives the same object."""
    for text in SENTENCES:
        once = textfix.convert(text, to)
        assert textfix.convert(once, to) is once


@pytest.mark.parametrize("to", TARGETS)
def test_length_stays(to: str) -> None:
    """Without regional words every character keeps its place, so that spans in the text stay true."""
    for text in SENTENCES:
        assert len(textfix.convert(text, to)) == len(text)


def test_batch_is_single() -> None:
    """A text's neighbours in the batch are no context: each comes out as it does alone, in any order."""
    texts = SENTENCES * 3 + ["", "\n", "后\n后", "头发\n发现"]
    random.Random(3).shuffle(texts)
    options = {"repair": False, "clean": False, "script": "tw"}
    assert textfix.fix_many(texts, **options) == [textfix.fix(text, **options) for text in texts]


def test_lines_are_apart() -> None:
    """A line is the widest context: what stands in the next one decides nothing."""
    lines = ["他剪了头", "发现很短", "公", "里面"]
    assert textfix.convert("\n".join(lines), "tw").split("\n") == [textfix.convert(line, "tw") for line in lines]


def test_blocks_are_seamless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places are weighed in blocks to stay in the cache; where a block ends must not show."""
    text = "。".join(SENTENCES)
    whole = textfix.convert(text, "tw")
    monkeypatch.setattr(conversion, "BLOCK", 7)
    assert textfix.convert(text, "tw") == whole


@pytest.mark.parametrize(
    "text", ["", "abc", "\ud800后面", "𠮷野家的面", "\U0010ffff台", "あ", "\x00发", "\U000e0001里"]
)
@pytest.mark.parametrize("to", TARGETS)
def test_any_string(text: str, to: str) -> None:
    """Content never raises, and what is no Han character never changes: surrogates, private use, tags, controls."""
    for words in (False, True):
        after = textfix.convert(text, to, words=words)
        assert [c for c in after if not "\u3400" <= c <= "\u9fff"] == [c for c in text if not "\u3400" <= c <= "\u9fff"]


def test_words_and_characters_share_a_plan() -> None:
    """A word that changes length stands beside characters that changed: the plan must still replay."""
    text = "软件里的头发和数据库"
    result = textfix.explain(text, repair=False, clean=False, script="tw", words=True)
    assert result.text == "軟體裡的頭髮和資料庫"
    assert textfix.replay(text, result.plan) == result.text
    assert {edit.rule for step in result.plan for edit in step.edits} == {"script:tw", "words:tw"}


@pytest.mark.parametrize(
    ("to", "words", "expected"),
    [("hans", False, "软体"), ("hant", False, "軟體"), ("tw", False, "軟體"), ("hk", False, "軟體")],
)
def test_opencc_engine(to: str, words: bool, expected: str) -> None:
    """engine="opencc" must be OpenCC's own output, for those who compare or depend on it."""
    assert textfix.convert("软体", to, words=words, engine="opencc") == expected


def test_opencc_survives_surrogates() -> None:
    """OpenCC cannot read lone surrogates; content never raises all the same."""
    assert convert_opencc("\ud800汉", "tw") == "\ud800漢"


@pytest.mark.parametrize(
    ("text", "name", "region"),
    [
        ("汉语拼音", "hans", "cn"),
        ("漢語拼音", "hant", None),
        ("這裡寫著字", "hant", "tw"),
        ("這裏寫着字", "hant", "hk"),
        ("我哋喺度睇嘢", "none", "hk"),
        ("山水人口", "none", None),
        ("学校で国語を学ぶ", "none", None),
        ("汉语与漢語", "mixed", None),
        ("", "none", None),
        ("ASCII 123", "none", None),
    ],
)
def test_identify(text: str, name: str, region: str | None) -> None:
    """The script is told by characters that only one of the two has; where there is none, nothing is claimed."""
    found = identify(text)
    assert (found.name, found.region) == (name, region)
    assert found.odds >= 0


def test_identify_spans() -> None:
    """The stretches in the other script are what somebody has to look at: they must name the right characters."""
    text = "這是一本關於漢語發音的書，还有说明，還有錄音與圖畫"
    found = identify(text)
    assert found.name == "mixed"
    assert [text[span.start : span.end] for span in found.spans] == ["还有说"]


def test_identify_mostly_one() -> None:
    """One stray character in a long text does not make it mixed, but is still shown."""
    text = "這個圖書館開門時間從早晨八點鐘開始，讀者須憑證進場，還書處設於門邊东"
    found = identify(text)
    assert found.name == "hant"
    assert [text[span.start : span.end] for span in found.spans] == ["东"]


def test_japanese_places() -> None:
    """Kana protects its clause, a lone の does not, and Chinese beside a quotation is still Chinese."""
    text = "他说：「国語の本です」，鲜の每日在这里"
    found = "".join(text[i] for i in japanese.places(to_codes(text), text))
    assert "国語" in found
    assert "鲜" not in found
    assert "说" not in found


def test_features_do_not_see_script() -> None:
    """Idempotence rests on this: a sentence and its conversion fold to the same characters."""
    for text in SENTENCES:
        if any("\u3040" <= c <= "\u30ff" for c in text):
            continue
        after = to_codes(textfix.convert(text, "tw"))
        assert np.array_equal(folding()[to_codes(text)], folding()[after])


def test_neighbours_end_with_the_line() -> None:
    """The features stop at a newline, on both sides, and at the ends of the text."""
    codes = to_codes("天\n发\n地")
    around = context.neighbours(codes, np.array([2]), folding())
    assert {int(char[0]) for char in around.values()} == {context.NEWLINE}


def test_plain_tables_settle() -> None:
    """No table may send a character to one that it would send on: conversion would not be idempotent."""
    for name in ("fold", "simple", "complex"):
        table = lut(pairs(name))
        assert np.array_equal(table[table], table), name
