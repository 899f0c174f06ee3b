"""The stage `punct`: what the fixtures do not say about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textfix
from textfix.batch import Batch
from textfix.config import configure
from textfix.explain import explain_many
from textfix.punct import find_many, settle
from textfix.punct.plain import plain

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

PIECE = "中 你好 他说 ， 。 ： “ ” ‘ ’ 「 」 （ ） 《 》 … — ... -- << >> \" ' , . : ; ! ? ( ) a Foo 3 1.5 ` $ / <b> • % 。。。 [ ] = { } https://a.b/c x@y.cn"
PIECES = st.lists(
    st.sampled_from([" ", "\n", "\u3000", "\r", *PIECE.split(" ")]),
    max_size=14,
).map("".join)
STYLES = [
    {"punctuation": "full"},
    {"punctuation": "corner"},
    {"punctuation": "half"},
    {"punctuation": "full", "spacing": True},
    {"punctuation": "full", "spacing": False},
    {"spacing": True},
]
ALONE = {"repair": False, "clean": False}


@pytest.mark.parametrize("options", STYLES, ids=str)
@given(text=PIECES)
def test_a_second_time_changes_nothing(options: dict, text: str) -> None:
    """Marks put in are neighbours of other marks: the stage must settle within one call."""
    once = textfix.fix(text, **ALONE, **options)
    assert textfix.fix(once, **ALONE, **options) == once


@pytest.mark.parametrize("options", STYLES, ids=str)
@given(text=PIECES)
def test_the_edits_lead_to_the_text(options: dict, text: str) -> None:
    """Lines are worked on apart; the spans must count in the whole text."""
    result = textfix.explain(text, **ALONE, **options)
    assert textfix.replay(text, result.plan) == result.text
    for step in result.plan:
        for edit in step.edits:
            assert text[edit.start : edit.end] == edit.before


@given(text=st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=60))
def test_ascii_is_left_alone(text: str) -> None:
    """Without Chinese there is no Chinese punctuation, whatever the marks."""
    for options in STYLES:
        assert textfix.fix(text, **ALONE, **options) is text


def test_a_folded_page_comes_back() -> None:
    """Scrapers fold ，；：！？（） to ASCII over whole pages; proper quotation marks stay as they are."""
    page = (
        "“办事更快了，跑腿更少了；排队也短了！”她说：‘一次办好’不是口号（还要看结果）。\n"
        "覆盖率达98.6%，“1+3”模式推开了吗？推开了：《办法（试行）》第5条，2024年起施行。\n"
        "攥紧拳头，\n一起出力！"
    )
    folded = page.translate(str.maketrans("，；：！？（）", ",;:!?()"))
    assert textfix.punctuate(folded, "full") == page
    assert textfix.punctuate(page, "full") is page


def test_styles_there_and_back() -> None:
    """“‘’” and 「『』」 say the same: changing style twice must give the first text."""
    page = "她问：“你读过‘孔乙己’吗？”“读过。”"
    corner = textfix.punctuate(page, "corner")
    assert corner == "她问：「你读过『孔乙己』吗？」「读过。」"
    assert textfix.punctuate(corner, "full") == page


def test_a_fence_ends_with_its_text() -> None:
    """A code block left open in one text of a batch must not shield the next."""
    assert textfix.fix_many(["```\n甲,乙", "甲,乙"], punctuation="full", **ALONE) == ["```\n甲,乙", "甲，乙"]


PROSE = [
    line
    for name in ("hans", "hant")
    for line in (FIXTURES / "sentences" / f"{name}.txt").read_text("utf-8").splitlines()
]
SENTENCES = [*PROSE, *(FIXTURES / "sentences" / "slips.txt").read_text("utf-8").splitlines()]
CASES = [json.loads(line)["in"] for line in (FIXTURES / "punct.jsonl").read_text("utf-8").splitlines()]


def folded(text: str) -> str:
    """TEXT as scrapers leave it: ASCII points and brackets, curly quotation marks straight."""
    return text.translate(str.maketrans("，；：！？（）。“”", ',;:!?().""'))


def agree(text: str, style: str) -> None:
    """What needs no weighing must come out as the rules would have it."""
    for line in text.split("\n"):
        quick = plain(line, style)
        if quick is not None:
            assert quick == settle(line, style, None)


@pytest.mark.parametrize("style", ["full", "corner"])
def test_certain_lines_agree_with_the_rules(style: str) -> None:
    lines = [*SENTENCES, *map(folded, SENTENCES), *CASES, *(half.replace("，", ", ") for half in SENTENCES)]
    for line in lines:
        agree(line, style)
    assert all(plain(line, style) is not None for line in PROSE), "prose needs no weighing"


@pytest.mark.parametrize("style", ["full", "corner"])
@given(text=PIECES)
def test_contrived_lines_agree_with_the_rules(style: str, text: str) -> None:
    agree(text, style)


def at_once(texts: list[str], style: str) -> list[str]:
    """TEXTS as many are written, whatever their length."""
    changes = find_many(Batch(texts), style)
    return [changes[i].text if i in changes else text for i, text in enumerate(texts)]


@pytest.mark.parametrize("style", ["full", "corner"])
def test_many_at_once_agree_with_each(style: str) -> None:
    """Long batches are written as arrays; what comes out must be what each text gives by itself."""
    lines = [*SENTENCES, *map(folded, SENTENCES), *CASES, *(half.replace("，", ", ") for half in SENTENCES)]
    lines += [line.replace("（", " (").replace("）", ") ").replace("“", "『").replace("”", "』") for line in SENTENCES]
    each = [textfix.punctuate(line, style) for line in lines]
    assert at_once(lines, style) == each
    joined = [(line, alone) for line, alone in zip(lines, each, strict=True) if "```" not in line and "~~~" not in line]
    assert at_once(["\n".join(line for line, _ in joined)], style) == ["\n".join(alone for _, alone in joined)]
    assert at_once(["\r\n".join(line for line, _ in joined)], style) == ["\r\n".join(alone for _, alone in joined)]


@pytest.mark.parametrize("style", ["full", "corner"])
@given(texts=st.lists(PIECES, min_size=1, max_size=5))
def test_contrived_texts_agree_with_each(style: str, texts: list[str]) -> None:
    assert at_once(texts, style) == [textfix.punctuate(text, style) for text in texts]


def test_many_are_explained_as_each() -> None:
    """The edits of a text written in a batch are those of the text alone."""
    lines = [*map(folded, PROSE), *CASES]
    for line, result in zip(
        lines, explain_many(lines * 20, configure(None, {"punctuation": "full", **ALONE})), strict=False
    ):
        alone = textfix.explain(line, punctuation="full", **ALONE)
        assert (result.text, result.plan) == (alone.text, alone.plan)


QUOTED = st.recursive(
    st.sampled_from(["他说", "好", "Vue", "3:2", "。", "，", "（见下）", "《史记》", "……"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"甲“{''.join(parts)}”乙"),
    max_leaves=6,
)


@given(text=QUOTED)
def test_full_to_corner_to_full_is_the_same(text: str) -> None:
    """Where every mark has its partner, the styles say the same in other glyphs."""
    text = textfix.punctuate(text, "full")
    assert textfix.punctuate(textfix.punctuate(text, "corner"), "full") == text


@given(text=PIECES)
def test_half_is_no_longer_than_its_marks(text: str) -> None:
    """A mark becomes its ASCII form and nothing else: …… has six points, every other mark one."""
    assert len(textfix.punctuate(text, "half")) <= len(text) + 2 * text.count("…")


def test_long_lines_cost_no_more_than_their_length() -> None:
    """A search to the end of the line at each mark would take minutes here."""
    units = (
        '中",',
        "中,",
        "(中",
        "“",
        "「",
        "中 ? ",
        "a='",
        "<中",
        "{a(",
        "•A",
        "中--",
        "a/中,",
        "$[",
        "a=1&b=,",
        "^(中",
        "涓娴,",
        "a.中.",
        "f'",
    )
    for unit in units:
        textfix.punctuate(unit * (60_000 // len(unit)) + "中", "full", spacing=True)


def test_a_mark_without_partner_is_reported() -> None:
    """It is left, and `explain` says where; apostrophes, inches and code have no partner to miss."""
    text = "他说：“好。\n她说：“行。”\n屏幕27\"，It's `'`，\"半句"
    result = textfix.explain(text, punctuation="full", **ALONE)
    assert result.text == text
    assert [text[place:][:2] for place in result.unpaired] == ["“好", '"半']
    assert result.to_dict()["unpaired"] == list(result.unpaired)
    assert textfix.explain(text, **ALONE).unpaired == (), "nobody asked for a style"
