"""Western mojibake: lines without Chinese, left to ftfy's encoding repair, and checked by our own model."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.records import Change, Edit, splice
from textfix.repair import suspicion
from textfix.signs import SIZE, Sign

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

#: Han, kana, hangul: a line that has them is not ftfy's to judge, nor is what becomes Han.
FIRST, LAST = 0x2E80, 0xD7FF
FULL_WIDTH = 0xFF01, 0xFF60
EASTERN = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
HOLE, SCAR = "\ufffd", "ï¿½"  # U+FFFD is all that stands behind ï¿½: it stays what it is, and is counted as a scar
HAN = re.compile("[\u3400-\u9fff]")
#: What it says, in nats, that ftfy's own rules take a line for mojibake. Of its published cases the least evident
#: gains 5.8 nats by our model; in the clean text of 23 languages that we measure with nothing is repaired.
FTFY = 7.0
#: Nats from which a letter is one that hardly any language writes: ʱ costs 18.8, ż 9.1.
RARE = 15.0


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


def telltale() -> NDArray[np.bool_]:
    """By code point: characters that are likelier in Western mojibake than in clean text, and C1 controls."""
    table = suspicion.table()
    found: NDArray[np.bool_] = table.likelihood[:, table.names.index(suspicion.WESTERN)] > 0
    found[0x80:0xA0] = True
    return found


def no_eastern() -> NDArray[np.bool_]:
    """By code point, what EASTERN does not match, nor is full-width: ！” and ），— are marks of Chinese."""
    found = np.ones(SIZE, np.bool_)
    found[FIRST : LAST + 1] = found[FULL_WIDTH[0] : FULL_WIDTH[1] + 1] = False
    return found


#: In a line of Chinese it is a mark or a stray letter beside Chinese, most often, and not ours to judge.
SIGN = Sign(telltale, before=no_eastern, after=no_eastern)


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The Western mojibake of each text, line by line."""
    joined = batch.joined
    edits: dict[int, list[Edit]] = {}
    done = -1
    for place in batch.places(SIGN.bit):
        if place < done:
            continue
        start, done = batch.line(place)
        if EASTERN.search(joined, start, done):
            continue
        edit = repair_line(joined[start:done], config)
        if edit is not None:
            owner = batch.owner(start)
            shift = start - int(batch.starts[owner])
            moved = Edit(edit.start + shift, edit.end + shift, edit.before, edit.after, edit.rule, edit.odds)
            edits.setdefault(owner, []).append(moved)
    return {owner: splice(batch.texts[owner], some) for owner, some in edits.items()}


def alike(one: str, other: str) -> int:
    """How many characters ONE and OTHER have in common at their start."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def has_rare_letter(line: str) -> bool:
    """Whether LINE has a letter or an accent that hardly any language writes."""
    costs = model.plain_costs(to_codes(line)).tolist()
    return any(
        cost > RARE and (char.isalpha() or unicodedata.category(char) in ("Sk", "Mn", "Cn"))
        for char, cost in zip(line, costs, strict=True)
    )


def repair_line(line: str, config: Config) -> Edit | None:
    """What ftfy makes of LINE, as one edit, where our model finds it likelier by enough."""
    import ftfy
    import ftfy.badness

    if not ftfy.badness.is_bad(line):
        return None
    fixed, plan = ftfy.fix_encoding_and_explain(line, settings())
    layers = sum(step.action == "decode" for step in plan or ())
    if fixed == line or HAN.search(fixed) or layers > config.max_layers:
        return None
    if not layers and (ftfy.badness.is_bad(fixed) or has_rare_letter(fixed)):
        return None  # a part of it happened to be UTF-8: æ¶∞¢“Âƒ√ is 睛阿义拿, Ê±Ïã 时香
    if fixed.count(HOLE) > line.count(HOLE) and (config.holes == "keep" or SCAR in line):
        return None
    start = alike(line, fixed)
    tail = alike(line[start:][::-1], fixed[start:][::-1])
    odds = float(model.costs(to_codes(line)).sum()) - float(model.costs(to_codes(fixed)).sum())
    odds += FTFY
    if odds < config.caution:
        return None
    steps = ", ".join(f"{step.action} {step.parameter}" for step in plan or ())
    return Edit(
        start, len(line) - tail, line[start : len(line) - tail], fixed[start : len(fixed) - tail], "ftfy", odds, steps
    )
