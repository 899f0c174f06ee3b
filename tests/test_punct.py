"""The stage `punct`: what the fixtures do not say about it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import textfix

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
