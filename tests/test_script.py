"""Script: what the table-driven cases of fixtures/script.jsonl do not say."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import textfix
from textfix import tables
from textfix.batch import to_codes
from textfix.config import CHOICES
from textfix.explain import explain_many
from textfix.records import Ambiguity, Choice, Step
from textfix.script import (
    context,
    conversion,
    convert_opencc,
    exceptions,
    identify,
    japanese,
    mentions,
    targets,
)
from textfix.script.characters import folding, lut, pairs

ROOT = Path(__file__).parent.parent
FAMILIES = [line.split("\t") for line in (ROOT / "fixtures/script/families.tsv").read_text("utf-8").splitlines()]
TARGETS = [to for to in CHOICES["script"] if isinstance(to, str)]
SENTENCES = [json.loads(line)["in"] for line in (ROOT / "fixtures" / "script.jsonl").read_text("utf-8").splitlines()]


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
    found = "".join(text[i] for i in japanese.places(to_codes(text)))
    assert "国語" in found
    assert "鲜" not in found
    assert "说" not in found


def test_features_do_not_see_script() -> None:
    """Idempotence rests on this: a sentence and its conversion fold to the same characters."""
    for text in SENTENCES:
        if any("\u3040" <= c <= "\u30ff" for c in text):
            continue
        after = to_codes(textfix.convert(text, "tw"))
        before = folding().take(to_codes(text), mode="clip")
        assert np.array_equal(before, folding().take(after, mode="clip"))


def test_neighbours_end_with_the_line() -> None:
    """The features stop at a newline, on both sides, and at the ends of the text."""
    codes = to_codes("天\n发\n地\n")
    assert not context.neighbours(codes, np.array([0, 2, 4]))[1:].any()
    near = context.neighbours(to_codes("甲\n乙发丙\n丁\n"), np.array([3]))[:, 0].tolist()
    signs = [context.signs()[ord(c)] for c in "发乙丙"]
    assert near == [*signs, 0, 0]


def test_plain_tables_settle() -> None:
    """No table may send a character to one that it would send on: conversion would not be idempotent."""
    for name in ("fold", "simple", "complex"):
        table = lut(pairs(name))
        assert np.array_equal(table[table], table), name


#: Of 1,417 lines 1,386 come out right to Taiwan's form and all to simplified; this may only rise.
FLOOR = {"tw": 0.97, "hans": 1.0}


def is_right(got: str, want: str) -> bool:
    """Whether GOT is WANT, but for a plain character where careful writers may also put a special one (周 for 週)."""
    special = tables.toml("script.toml")["either"]["special"]
    return len(got) == len(want) and all(
        a == b or (b in special and folding()[ord(a)] == folding()[ord(b)] and a not in special)
        for a, b in zip(got, want, strict=True)
    )


@pytest.mark.parametrize("to", FLOOR)
def test_families(to: str) -> None:
    """Sentences over the characters that converters have been getting wrong for years: 被發明, 百年歷史, 政府干預, 范先生."""
    cases = [(hans, hant) if to == "tw" else (hant, hans) for hans, hant in FAMILIES]
    right = sum(is_right(textfix.convert(source, to), want) for source, want in cases)
    assert right >= FLOOR[to] * len(cases)


@pytest.mark.parametrize("column", [0, 1])
def test_families_stay(column: int) -> None:
    """What is in the target script already comes back as the same object."""
    for line in FAMILIES:
        assert textfix.convert(line[column], ("hans", "tw")[column]) is line[column]


#: The characters of GB 2312's first level that mean the same in every simplified text. The others are also what
#: traditional text may leave as they are (乾, 藉, 著 …).
PLAIN = [
    c
    for c in (bytes([a, b]).decode("gb2312") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF))
    if textfix.convert(c, "hans") == c and not exceptions.own()[ord(c)] and c not in "着著"
]
#: Every form that the context decides, with neighbours of both scripts.
MIXED = [
    *"后後里裡發髮发干乾幹只隻隻系係繫面麵台臺檯颱制製复復複覆了瞭着著于於么麼云雲几幾表錶周週",
    *"皇后面包頭髮关係説說裏爲，\nあAの",
]


@given(st.text(st.sampled_from([*PLAIN, "，", "\n"]), max_size=40), st.sampled_from(["hant", "tw", "hk"]))
def test_there_and_back(text: str, to: str) -> None:
    """Whatever the context chose, simplifying it gives back what was there."""
    assert textfix.convert(textfix.convert(text, to), "hans") == text


@given(st.text(st.sampled_from(MIXED) | st.characters(), max_size=40), st.sampled_from(TARGETS))
def test_laws(text: str, to: str) -> None:
    """On any mixture of scripts: every character keeps its place, and converting twice is converting once."""
    once = textfix.convert(text, to)
    assert len(once) == len(text)
    assert textfix.convert(once, to) is once


@pytest.mark.parametrize("to", TARGETS)
@pytest.mark.parametrize(
    ("text", "stay"),
    [
        ("「爲」是「為」的異體字，里面有說明", [1, 5]),
        ("“后”和“後”\n“后”也是姓", [1, 5]),
        ("后\U000e0100面和后面", [0]),
        ("發\ufe00生", [0]),
    ],
)
def test_what_is_meant_as_it_stands(text: str, stay: list[int], to: str) -> None:
    """Forms of one character that a line quotes side by side, and shapes asked for by a selector, say what they are."""
    after = textfix.convert(text, to)
    assert [after[i] for i in stay] == [text[i] for i in stay]
    assert textfix.fix_many(["发", text, "发"], repair=False, clean=False, script=to)[1] == after


def test_one_quoted_form_is_text() -> None:
    """A character that is quoted for stress, or twice the same, is converted like any other."""
    assert textfix.convert("他写了“爱”和“发”", "tw") == "他寫了“愛”和“發”"
    assert textfix.convert("“发”就是“发”", "tw") == "“發”就是“發”"
    assert mentions.places("「后」\n「後」") == []


@given(st.text(st.sampled_from([*"後后發髮发里裡着著「」『』“”‘’，", "\n"]), max_size=40), st.sampled_from(TARGETS))
def test_laws_of_quotations(text: str, to: str) -> None:
    """Quoted forms change neither the length nor what the second conversion does; lines stay apart."""
    once = textfix.convert(text, to)
    assert len(once) == len(text)
    assert textfix.convert(once, to) is once
    assert once.split("\n") == [textfix.convert(line, to) for line in text.split("\n")]


def test_aspects_agree_with_the_context() -> None:
    """Where the neighbours of 著 leave no doubt, the context has none either: the short way is no other opinion."""
    sentences = [line[1] for line in FAMILIES if "著" in line[1]] + [
        "她看著名單",
        "走著走著",
        "這是一本名著",
        "著名的著作",
    ]
    of = targets.target("hans")
    for text in sentences:
        codes = to_codes(text + "\n")
        places = np.flatnonzero(codes == ord("著"))
        made = conversion.decide(codes, places, np.full(len(places), targets.ASPECT), of, None)
        chosen = "".join(map(chr, of.choices.take(made.form + made.best).tolist()))
        after = textfix.convert(text, "hans")
        assert chosen == "".join(after[i] for i in places.tolist()), text


def test_many_of_a_phrase_are_soon_done() -> None:
    """乾 has three thousand phrases: a text of nothing else asks each length once, not each phrase."""
    opened, others = exceptions.phrases()
    assert max(len(known) for phrases in (opened, others) for known in phrases.values()) < 20


def test_close_choices_are_on_record() -> None:
    """A place where the runner-up was close is listed, changed or not, with what else might stand there."""
    result = textfix.explain("他说的话里有干的，皇后也在", script="tw")
    (step,) = result.plan
    assert [place.start for place in step.ambiguities] == [6]
    for place in step.ambiguities:
        assert place.text == result.text[place.start : place.end]
        assert place.alternatives == tuple(sorted(place.alternatives, key=lambda other: other.odds))
        assert all(0 <= other.odds < conversion.CLOSE and other.text != place.text for other in place.alternatives)
    assert Step.from_dict(json.loads(json.dumps(step.to_dict()))).ambiguities == tuple(
        Ambiguity(a.start, a.end, a.text, tuple(Choice(c.text, round(c.odds, 2)) for c in a.alternatives))
        for a in step.ambiguities
    )


def test_close_choices_in_a_batch() -> None:
    """The places count in their own text."""
    texts = ["好的", "他说的话里有干的", "干的\n干的"]
    single = [textfix.explain(text, script="tw").plan for text in texts]
    together = [result.plan for result in explain_many(texts, textfix.Config(script="tw"))]
    assert [[s.to_dict() for s in plan] for plan in together] == [[s.to_dict() for s in plan] for plan in single]


def test_keep_is_kept_by_every_stage() -> None:
    """What the user keeps is no business of any stage, and what stands beside it is done all the same."""
    text = "他说:头发,发现;ＡＢＣ數(shù)據"
    kept = ["头发,发", "數(shù)"]
    result = textfix.explain(text, keep=kept, clean="full", script="tw", punctuation="full")
    assert all(word in result.text for word in kept)
    assert result.text == "他說：头发,发現；ABC數(shù)據"
    assert textfix.replay(text, result.to_dict()["plan"]) == result.text


def test_terms_win() -> None:
    """A term is done before anything else is converted, and what it became is left alone, also the second time."""
    terms = {"软件": "軟件包", "网络": "网络"}
    once = textfix.convert("软件和网络", "tw", words=True, terms=terms)
    assert once == "軟件包和网络"
    assert textfix.convert(once, "tw", words=True, terms=terms) is once


@pytest.mark.parametrize(
    "options", [{"keep": "余"}, {"keep": [""]}, {"keep": [1]}, {"terms": {"": "a"}}, {"terms": ["ab"]}, {"terms": 1}]
)
def test_odd_words_of_ones_own(options: dict[str, object]) -> None:
    """A string where a list is meant would keep its characters one by one; it is refused, with what is wanted."""
    with pytest.raises(textfix.ChoiceError, match=r"words"):
        textfix.fix("余", **options)


def test_opencc_takes_no_words_of_ones_own() -> None:
    """Options that an engine would not heed are refused."""
    with pytest.raises(textfix.ChoiceError):
        textfix.convert("软件", "tw", engine="opencc", keep=["软件"])


def test_identify_by_context() -> None:
    """A character of both scripts tells one where the other would have another in its place."""
    assert identify("几天水果吃得多了，在下痢疾").name == "hans"
    assert identify("这是著名的著作").name == "hans"
    assert [(s.start, s.end) for s in identify("這件事和他沒有關系").spans] == [(8, 9)]


def test_the_table_loses_nothing() -> None:
    """Every feature has a place of its own: none shares its bucket and place with another."""
    data = tables.arrays("script_context.npz")
    used = np.flatnonzero(data["weights"].any(axis=1))
    assert len(used) > 100_000
    assert len(data["marks"]) == len(data["weights"]) == 1 << (len(data["marks"]).bit_length() - 1)
