"""Laws: what holds for every input, whatever it is. Hypothesis looks for the input that breaks them."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

import textfix

#: Pieces that stages react to, so that chance puts damage of several kinds side by side.
PIECES = [
    "数据处理", "數據處理", "數(shù)據(jù)", "關(guān)系", "工作負擔(dān),", "鏁版嵁澶勭悊", "ÖÐÎÄ±àÂë", "ä¸\xadæ–‡", "心裏踏實!眲(liú)桂香",
    "銝剜?", "锟斤拷", "烫烫烫", "\ufffd", "1�7", "“", "”", "「", "」", "。", "，", "...", "……", "!", "?", "--", "——", "(", ")",
    "头发发现", "皇后后面", "⽂件", "ﾊﾝ", "ＡＢＣ", "１２３", "\u200b", "\ufeff", "\u3000", " ", "\n", "\r\n", "\t", "\x00", "\x85",
    "&amp;", "&#20013;", "\\u4e2d\\u6587", "%E4%B8%AD", "=E4=B8=AD", "https://例子.中国/a?b=1,2", "Python3.11", "3.14", "8:30",
    "hello, world", "naïve café", "Übergröße", "こんにちは", "한국어", "Привет", "👩‍👩‍👧", "葛󠄀", "\ud83d", "\udc00", "𠮷", "\ue15f", "é",
]  # fmt: skip
OPTIONS: list[dict[str, Any]] = [
    {},
    {"clean": "full", "script": "hans", "punctuation": "full", "spacing": True},
    {"script": "tw", "words": True, "punctuation": "corner", "spacing": False},
    {"clean": False, "script": "hant", "punctuation": "half", "holes": "keep"},
    {"holes": "fill", "caution": 6.0},
    {"script": "tw", "punctuation": "full", "keep": ["头发", "关系", "..."], "terms": {"数据": "資料", "发现": "発現"}},
]

anything = st.text(st.characters(), max_size=60)
mixtures = st.lists(st.sampled_from(PIECES) | st.text(st.characters(), max_size=4), max_size=12).map("".join)
texts = anything | mixtures
options = st.sampled_from(OPTIONS)
PRIVATE = re.compile("[\ue000-\uf8ff]")
#: Printable ASCII without the characters that begin an escape: `\u4e2d`, `%E4`, `&amp;`, `=E4`, `+Ti0-`, `~{VP~}`.
plain = st.text(st.sampled_from([chr(c) for c in range(0x20, 0x7F) if chr(c) not in "\\%&=+~"]), max_size=80)


@given(texts, options)
@example("\ud800", {})
@example("", {})
def test_text_never_raises(text: str, chosen: dict[str, Any]) -> None:
    """A pipeline of a billion lines holds every string there is; none of them may stop it."""
    result = textfix.explain(text, **chosen)
    assert isinstance(result.text, str)
    assert json.loads(json.dumps(result.to_dict()))["text"] == result.text


@given(texts)
def test_every_face_of_a_stage_takes_any_text(text: str) -> None:
    """What `fix` bears, its stages must bear alone."""
    for got in (
        textfix.repair(text), textfix.clean(text, level="full"), textfix.convert(text, "tw", words=True),
        textfix.punctuate(text, "full", spacing=True),
    ):  # fmt: skip
        assert isinstance(got, str)
    assert textfix.identify(text).name in ("hans", "hant", "mixed", "none")


@given(st.binary(max_size=120) | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
@example(b"")
@example(b"\xff" * 20)
@example("中".encode("utf-16"))
def test_bytes_never_raise(data: bytes) -> None:
    """Detection gives a codec that exists, or says that it does not know; both can be fixed."""
    found = textfix.detect(data)
    assert 0.0 <= found.confidence <= 1.0
    assert found.evidence in ("bom", "valid", "declared", "model", "default")
    if found.encoding is not None:
        assert isinstance(data.decode(codecs.lookup(found.encoding).name, "replace"), str)
    assert isinstance(textfix.fix_bytes(data), str)


@given(plain)
@example('if (a < b) { return "x, y"; }  // 1:2')
def test_ascii_is_a_fixed_point(text: str) -> None:
    """ASCII cannot be damaged Chinese; code, logs and English go through untouched, as the same object."""
    assert textfix.fix(text) is text


@given(texts, options)
def test_fixing_twice_is_fixing_once(text: str, chosen: dict[str, Any]) -> None:
    """Data go through more than one cleaning; the second must find nothing to do."""
    once = textfix.fix(text, **chosen)
    assert textfix.fix(once, **chosen) == once


@given(texts.filter(lambda text: not PRIVATE.search(text)), st.sampled_from(OPTIONS[1:3]))
def test_a_later_stage_makes_no_work_for_an_earlier_one(text: str, chosen: dict[str, Any]) -> None:
    """Text flows through once and never turns back: what script and punctuation wrote needs no repair or cleaning.

    Private use is left out: which character such a code point stands for is told by the script around it.
    """
    done = textfix.fix(text, **chosen)
    assert textfix.fix(done) is done


@given(texts, options)
def test_what_did_not_change_is_the_same_object(text: str, chosen: dict[str, Any]) -> None:
    """Doing no harm is cheap to check for the caller: `is` answers it, and the plan is empty."""
    result = textfix.explain(text, **chosen)
    if result.text == text:
        assert result.text is text
        assert result.plan == ()


@given(st.lists(texts, max_size=6), options)
def test_batches_keep_texts_apart(many: list[str], chosen: dict[str, Any]) -> None:
    """The order of a batch, and what else is in it, changes nothing."""
    together = textfix.fix_many(many, **chosen)
    assert together == [textfix.fix(text, **chosen) for text in many]
    assert textfix.fix_many(many[::-1], **chosen) == together[::-1]


@given(texts, options)
def test_plans_replay(text: str, chosen: dict[str, Any]) -> None:
    """A plan is the whole truth about what was done, also after it went through JSON."""
    result = textfix.explain(text, **chosen)
    assert textfix.replay(text, result.plan) == result.text
    assert textfix.replay(text, json.loads(json.dumps(result.to_dict()))["plan"]) == result.text


@given(texts)
def test_lines_do_not_see_earlier_lines(text: str) -> None:
    """A fix never depends on an earlier line: a file can be cut at its line ends and worked on in parts."""
    clean_line = "这一行什么问题也没有。"
    assert textfix.fix(f"{clean_line}\n{text}") == f"{clean_line}\n{textfix.fix(text)}"
