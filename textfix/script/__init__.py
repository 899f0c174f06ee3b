"""Script: conversion between simplified and traditional characters, and telling which a text is in.

Characters with one counterpart go through a table; those with several (后 发 干 里 面 只 系 …) are decided by their
neighbours. Nothing changes its length, except regional words, which are asked for apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from textfix.batch import Batch, encoded, to_codes
from textfix.config import Config
from textfix.records import Ambiguity, Change, Choice, Edit, Lazy, splice, substitute
from textfix.script import words
from textfix.script.characters import Codes
from textfix.script.conversion import close, converted
from textfix.script.identity import identify
from textfix.script.opencc import convert_opencc

__all__ = ["convert_opencc", "find", "identify"]


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The texts of BATCH that change when put into `config.script`, with regional words if `config.words` is set."""
    to = config.script
    if to is None or batch.joined.isascii():
        return {}
    raw = encoded(batch.joined + "\n")
    codes = np.frombuffer(raw, dtype=np.uint32)
    out = converted(codes, to)
    changes: dict[int, Change] = {}
    data = out.tobytes()
    if data != raw:
        after = str(memoryview(data)[:-4], "utf-32-le", "surrogatepass")
        rule = f"script:{to}"
        if len(batch.texts) == 1:
            changes[0] = recorded(substitute(batch.texts[0], after, rule), after, codes, to)
        else:
            for i in np.unique(batch.owners(np.flatnonzero(out != codes))).tolist():
                start, end = int(batch.starts[i]), int(batch.ends[i])
                change = substitute(batch.texts[i], after[start:end], rule)
                changes[i] = recorded(change, change.text, codes[start : end + 1], to)
    if config.words:
        for i, edits in words.edits(batch, out[:-1], to).items():
            text = batch.texts[i]
            change = changes.get(i) or recorded(Change(text, ()), text, to_codes(text + "\n"), to)
            changes[i] = replace(splice(text, with_words(change, edits, text)), ambiguities=change.ambiguities)
    return changes


def recorded(change: Change, after: str, codes: Codes, to: str) -> Change:
    """CHANGE, which makes AFTER of CODES (with a newline at their end), with the places where the choice was close."""

    def make() -> tuple[Ambiguity, ...]:
        return tuple(
            Ambiguity(place, place + 1, after[place], tuple(Choice(chr(char), odds) for char, odds in others))
            for place, others in close(codes, to)
        )

    return Change(change.text, change.edits, Lazy(make))


def with_words(change: Change, edits: list[Edit], text: str) -> list[Edit]:
    """One list of edits out of the characters that changed and the words that cover some of them."""
    merged = list(edits)
    for edit in change.edits:
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
