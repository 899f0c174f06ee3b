"""Texts that were garbled from end to end are read at once, and come out as the search would have it."""

from __future__ import annotations

import pytest

import textfix
from textfix import routes
from textfix.batch import Batch
from textfix.config import Config
from textfix.repair import mojibake, whole

LINES = [
    "市中心的旧电影院明天重新开门，票价不变。",
    "Monday 9:30 – 11:00",
    "",
    "她把窗台上的花都搬进了屋里，又给它们浇了水。",
    "好",
    "第三章　远方的来信",
    "他说：“明天再说吧！”",
]
ROUTES = ["utf-8>latin-1", "utf-8>cp1252", "utf-8>gb18030", "utf-8>cp437", "utf-8>cp1251", "utf-8>koi8-r"]


def is_whole(garbled: str) -> bool:
    batch = Batch([garbled])
    rows = mojibake.suspicion.find_rows(batch.codes)
    return whole.read(garbled, batch.codes, len(rows), Config()) is not None


@pytest.mark.parametrize("route", ROUTES)
def test_whole_and_by_line_are_the_same(route: str) -> None:
    """A line is the widest context: a text that is read at once gives what its lines give one by one."""
    text = "\n".join(LINES)
    garbled = routes.misread(text, route)
    apart = "\n".join(textfix.repair(line) for line in garbled.split("\n"))
    assert textfix.repair(garbled) == apart
    result = textfix.explain(garbled, clean=False)
    assert textfix.replay(garbled, result.plan) == result.text


def test_long_lines_are_taken_and_short_ones_left() -> None:
    garbled = routes.misread("\n".join(LINES), "utf-8>latin-1")
    assert is_whole(garbled)
    result = textfix.explain(garbled, clean=False)
    assert result.text.split("\n")[3] == LINES[3]
    # One character alone is too little, in a garbled text as elsewhere.
    assert result.text.split("\n")[4] == routes.misread(LINES[4], "utf-8>latin-1")
    edit = result.plan[0].edits[0]
    assert (edit.before, edit.after) == (garbled.split("\n")[0], LINES[0])
    assert edit.odds is not None
    assert edit.odds > 100


def test_a_broken_byte_is_left_to_the_search() -> None:
    garbled = routes.misread(LINES[0], "utf-8>latin-1")
    assert not is_whole(garbled[:5] + garbled[6:])


def test_french_is_not_ours() -> None:
    garbled = routes.misread("L’été dernier, nous avons mangé des pâtes à la crème brûlée.", "utf-8>latin-1") * 3
    assert not is_whole(garbled)


def test_one_character_over_and_over_says_nothing() -> None:
    """Two different characters are the least, as in the search."""
    garbled = routes.misread("\n".join([LINES[0], "一、一、一", LINES[3]]), "utf-8>latin-1")
    got = textfix.repair(garbled).split("\n")
    assert got[0] == LINES[0]
    assert got[1] == textfix.repair(garbled.split("\n")[1])
