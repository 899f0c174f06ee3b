"""The phrases behind slips: where they come from, and that clean text never needs them."""

from __future__ import annotations

import numpy as np
import pytest

import textfix
from textfix import model, tables
from textfix.batch import to_codes
from textfix.repair import phrases


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
    assert costs.sum() < float(model.costs(line).sum()) + 3


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

    monkeypatch.setattr(phrases, "look_up", fail)
    for text in (
        "你明天几点出发?我送你去车站。",
        "太好了!我们终于赢了!",
        '她笑了!\n他问:"真的吗?"',
        "Hello! 你好? OK!",
    ):
        assert textfix.fix(text) == text


def test_the_table_is_no_larger_than_said() -> None:
    data = tables.arrays("phrases.npz")
    assert len(data["marks"]) == len(data["costs"]) == 1 << 20
    assert (data["costs"] > 0).mean() > 0.9
