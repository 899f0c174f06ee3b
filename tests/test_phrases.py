"""The phrases behind slips: where they come from, and that clean text never needs them."""

from __future__ import annotations

import numpy as np
import pytest

import textfix
from textfix import model, tables
from textfix.batch import to_codes
from textfix.repair import phrases
from textfix.repair.context import Context


def test_a_phrase_makes_its_end_likelier() -> None:
    """Three characters know more than two: 不由自主 is a phrase, and after 不由自 little else may follow."""
    before, ends = np.tile(to_codes("不由自"), (2, 1)), to_codes("主治")
    pairs = model.next_costs(before[:, 1], before[:, 2], ends)
    phrase, other = phrases.costs(before, ends)
    assert phrase < pairs[0] - 1
    assert other > pairs[1]


def test_a_line_is_priced_from_its_beginning() -> None:
    line = to_codes("他说明天再来。")
    costs = phrases.line_costs(line)
    assert len(costs) == len(line)
    assert costs.mean() < 5  # nats, what is usual
    assert costs[0] < model.plain_costs(line)[0]  # many lines begin with 他


def test_script_is_folded() -> None:
    """Either script says as much about what comes next."""
    assert phrases.line_costs(to_codes("高等院校")).tolist() == phrases.line_costs(to_codes("高等院校")).tolist()
    assert phrases.line_costs(to_codes("圖書館裡")).tolist() == phrases.line_costs(to_codes("图书馆里")).tolist()


def test_rare_forms_cost() -> None:
    """說 is the form in use, 説 is not; in simplified text 说 is."""
    table = phrases.variants()
    assert table[1][ord("說")] == 0 < table[1][ord("説")]
    assert table[2][ord("说")] == 0 < table[2][ord("說")]


def test_clean_text_does_not_load_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is large, and nobody without slips pays for it."""

    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(phrases, "load", fail)
    for text in (
        "你明天几点出发?我送你去车站。",
        "太好了!我们终于赢了!",
        '她笑了!\n他问:"真的吗?"',
        "Hello! 你好? OK!",
    ):
        assert textfix.fix(text) == text


def test_costs_are_the_same_alone_and_among_others() -> None:
    """Beginnings that repeat are found once; what a character costs does not depend on its neighbours in the batch."""
    line = to_codes("昨天下午我们在图书馆里看书，\n不由自主地笑了 abc é🙂")
    padded = np.concatenate([np.full(phrases.MEMORY, 0x0A, np.uint32), line])
    before = np.lib.stride_tricks.sliding_window_view(padded, phrases.MEMORY)[: len(line)]
    together = phrases.costs(np.repeat(before, 3, axis=0), np.repeat(line, 3))[::3]
    alone = [float(phrases.costs(before[at : at + 1], line[at : at + 1])[0]) for at in range(len(line))]
    assert together.tolist() == alone
    assert len(phrases.costs(before[:0], line[:0])) == 0


def test_chances_add_up() -> None:
    """Behind any characters, those of all others together are 1, as far as steps of a cost can say."""
    tree = phrases.load()
    codes = np.unique(model.load().folded(np.arange(phrases.BMP, dtype=np.uint32)))
    codes = codes[tree.numbers[codes] > 0]
    for before in ("不由自", "我们的", "，但是", "\n\n\n", "𠀀𠀀𠀀"):
        costs = phrases.costs(np.tile(to_codes(before), (len(codes), 1)), codes)
        assert 0.8 < np.exp(-costs).sum() < 1.25


def test_the_tree_is_whole() -> None:
    """What a run begins with and what it ends in are runs of the tree."""
    tree = phrases.load()
    assert len(tree.levels) == phrases.MEMORY
    parents = int(tree.numbers.max()) + 1
    for level in tree.levels:
        keys = level.keys[:-1].astype(np.int64)
        assert (np.diff(keys) > 0).all()
        assert len(keys) == len(level.costs)
        assert len(level.first) == len(level.leave) == parents
        assert (np.bincount(keys // level.width, minlength=parents).cumsum()[:-1] == level.first[1:]).all()
        parents = len(keys)


def test_the_file_is_no_larger_than_said() -> None:
    entry = tables.manifest()["files"]["phrases.npz"]
    assert entry["bytes"] < 6_000_000


def test_forms_that_stand_in_a_line_are_meant() -> None:
    text = to_codes("他們說,由于路遠,行程改到後天")
    context = Context.of_line(text, phrases.line_costs(text))
    assert context.forms == (ord("于"),)
    at, as_usual = to_codes("于"), Context(script=context.script)
    assert context.plain(at)[0] == 0.0 < as_usual.plain(at)[0]
