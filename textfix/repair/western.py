"""Western mojibake: lines without Chinese, left to ftfy's encoding repair, and checked by our own model."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from textfix import model
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.records import Change, Edit, splice
from textfix.repair import suspicion

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

#: Han, kana, hangul, before or after: not ftfy's to judge.
EASTERN = re.compile("[\u2e80-\ud7ff]")


@cache
def settings() -> TextFixerConfig:
    """ftfy with its encoding repair on and every matter of taste off: width, quotes, normalisation."""
    import ftfy

    return ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The Western mojibake of each text, line by line."""
    if batch.joined.isascii():
        return {}
    joined = batch.joined
    edits: dict[int, list[Edit]] = {}
    done = -1
    for window in suspicion.windows(batch):
        if window.start < done or suspicion.WESTERN not in window.chains:
            continue
        start = joined.rfind("\n", 0, window.start) + 1
        end = joined.find("\n", window.start)
        done = end if end >= 0 else len(joined)
        edit = repair_line(joined[start:done], config)
        if edit is not None:
            owner = int(batch.owners(np.array([start]))[0])
            shift = start - int(batch.starts[owner])
            moved = Edit(edit.start + shift, edit.end + shift, edit.before, edit.after, edit.rule, edit.odds)
            edits.setdefault(owner, []).append(moved)
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def alike(one: str, other: str) -> int:
    """How many characters ONE and OTHER have in common at their start."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def repair_line(line: str, config: Config) -> Edit | None:
    """What ftfy makes of LINE, as one edit, where our model finds it likelier by enough."""
    if EASTERN.search(line):
        return None
    import ftfy

    fixed, plan = ftfy.fix_encoding_and_explain(line, settings())
    layers = sum(step.action == "decode" for step in plan or ())
    if fixed == line or EASTERN.search(fixed) or layers > config.max_layers:
        return None
    if fixed.count("\ufffd") > line.count("\ufffd"):  # ï¿½ is a scar: nothing is left behind it
        return None
    start = alike(line, fixed)
    tail = alike(line[start:][::-1], fixed[start:][::-1])
    odds = float(model.costs(to_codes(line)).sum()) - float(model.costs(to_codes(fixed)).sum())
    if odds < config.caution:
        return None
    steps = ", ".join(f"{step.action} {step.parameter}" for step in plan or ())
    return Edit(
        start, len(line) - tail, line[start : len(line) - tail], fixed[start : len(fixed) - tail], "ftfy", odds, steps
    )
