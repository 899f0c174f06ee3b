"""Western mojibake is ftfy's: its own published cases come out of `repair` as they come out of its encoding repair."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import textfix
from textfix.routes import misread

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "western"
CASES: list[dict[str, Any]] = json.loads(FOLDER.joinpath("ftfy.json").read_text("utf-8"))
#: The cases in which we differ on purpose, and why.
DIFFERENT = {
    "Latin-1 / Windows-1252 mixup of the replacement character": "ï¿½ is a scar: U+FFFD is all that stands behind it, and "
    "it is reported, not rewritten",
}
PASSING = [case for case in CASES if case["expect"] == "pass"]


def wanted(case: dict[str, Any]) -> str:
    """What encoding repair alone makes of a case; `fixed` is what ftfy's taste in quotes makes of it besides."""
    text: str = case.get("fixed-encoding", case["fixed"])
    return text


def test_the_cases_are_there() -> None:
    """An empty file would pass everything below."""
    assert len(PASSING) > 100
    assert set(DIFFERENT) <= {case["label"] for case in PASSING}


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case["label"])
def test_published_cases(case: dict[str, Any]) -> None:
    """Differential: our output is ftfy's, but for those named in DIFFERENT, which stay as they are."""
    text = case["original"]
    got = textfix.repair(text)
    if case["label"] in DIFFERENT:
        assert got is text
    else:
        assert got == wanted(case)
        assert textfix.repair(got) == got


def test_chinese_is_not_asked_about() -> None:
    """A line with a Han character is ours, and ftfy never sees it."""
    line = "他去了NicolÃ¡s的家"
    assert "ftfy" not in [edit.rule for step in textfix.explain(line, clean=False).plan for edit in step.edits]


def test_more_caution_stops_it() -> None:
    """The option that governs our own repairs governs these."""
    text = "Lunch at the cafÃ© with NicolÃ¡s"
    assert textfix.fix(text) == "Lunch at the café with Nicolás"
    assert textfix.fix(text, caution=1e6) is text
    assert textfix.fix(text, max_layers=0) is text


def test_keep_makes_no_hole() -> None:
    """A lost byte leaves the line as it was."""
    text = "The rating went from â€œbbâ€? to â€œbb+â€?"
    assert textfix.repair(text) == "The rating went from “bb\ufffd to “bb+\ufffd"
    assert textfix.repair(text, holes="keep") is text


@pytest.mark.parametrize("inner", ["gb18030>cp437", "gb18030>cp850", "utf-8>koi8-r", "utf-8>cp866"])
def test_what_is_under_a_western_layer_is_read_too(inner: str) -> None:
    """What looks Western once a layer is off may be Chinese under another; the batch says the same."""
    text = "今天下午我们在图书馆门口见面，然后一起去吃饭。"
    garbled = misread(misread(text, inner), "utf-8>latin-1")
    assert textfix.fix(garbled) == text
    assert textfix.fix_many(["好好的", garbled, "没事"]) == ["好好的", text, "没事"]
    assert textfix.replay(garbled, textfix.explain(garbled).to_dict()["plan"]) == text
