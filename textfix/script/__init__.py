"""Script: conversion between simplified and traditional characters, and telling which a text is in.

Characters with one counterpart go through a table; those with several (后 发 干 里 面 只 系 …) are decided by their
neighbours. Nothing changes its length, except regional words, which are asked for apart.
"""

from __future__ import annotations

import numpy as np

from textfix.batch import Batch, to_text
from textfix.config import Config
from textfix.records import Change, Edit, splice, substitute
from textfix.script import japanese, words
from textfix.script.conversion import converted
from textfix.script.identity import identify
from textfix.script.opencc import convert_opencc

__all__ = ["convert_opencc", "find", "identify"]


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The texts of BATCH that change when put into `config.script`, with regional words if `config.words` is set."""
    to = config.script
    if to is None or batch.joined.isascii():
        return {}
    codes = batch.codes
    apart = japanese.places(codes, batch.joined)
    out = converted(codes, to, apart)
    changes: dict[int, Change] = {}
    moved = np.flatnonzero(out != codes)
    if len(moved):
        after = to_text(out)
        rule = f"script:{to}"
        for i in np.unique(batch.owners(moved)).tolist():
            start, end = int(batch.starts[i]), int(batch.ends[i])
            changes[i] = substitute(batch.texts[i], after[start:end], rule)
    if config.words:
        for i, edits in words.edits(batch, out, to, apart).items():
            changes[i] = splice(batch.texts[i], with_words(changes.get(i), edits, batch.texts[i]))
    return changes


def with_words(change: Change | None, edits: list[Edit], text: str) -> list[Edit]:
    """One list of edits out of the characters that changed and the words that cover some of them."""
    merged = list(edits)
    for edit in change.edits if change else ():
        start = edit.start
        for word in edits:
            if word.end <= start or word.start >= edit.end:
                continue
            if word.start > start:
                part = slice(start - edit.start, word.start - edit.start)
                merged.append(Edit(start, word.start, edit.before[part], edit.after[part], edit.rule))
            start = word.end
        if start < edit.end:
            at = start - edit.start
            merged.append(Edit(start, edit.end, edit.before[at:], edit.after[at:], edit.rule))
    return sorted(merged, key=lambda edit: edit.start)
