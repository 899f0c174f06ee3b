"""Script: conversion between simplified and traditional characters, and telling which a text is in.

Characters with one counterpart go through a table; those with several (后 发 干 里 面 只 系 …) are decided by their
neighbours. Nothing changes its length, except regional words, which are asked for apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textfix.batch import Batch, to_codes
from textfix.config import Config
from textfix.records import Ambiguity, Change, Choice, Edit, Lazy, splice, substitute
from textfix.script import words
from textfix.script.conversion import close, rewritten
from textfix.script.identity import identify
from textfix.script.opencc import convert_opencc

__all__ = ["convert_opencc", "find", "identify"]


#: Characters that are converted together: their arrays stay within the processor's cache.
BLOCK = 1 << 14


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """The texts of BATCH that change when put into `config.script`, with regional words if `config.words` is set."""
    changes: dict[int, Change] = {}
    texts = batch.texts
    if config.script is None or len(texts) == 1:
        return within(batch, config)
    first, size = 0, 0
    for last, text in enumerate(texts, 1):
        size += len(text)
        if size > BLOCK or last == len(texts):
            part = within(Batch(texts[first:last]), config)
            changes |= {first + i: change for i, change in part.items()} if first else part
            first, size = last, 0
    return changes


def within(batch: Batch, config: Config) -> dict[int, Change]:
    """The same for texts that are converted together."""
    to = config.script
    if to is None or batch.joined.isascii():
        return {}
    joined = batch.joined
    after = rewritten(joined, to)
    changes: dict[int, Change] = {}
    if after is not joined:
        rule = f"script:{to}"
        at = 0
        for i, text in enumerate(batch.texts):
            made = after[at : at + len(text)]
            if made != text:
                changes[i] = substitute(text, made, rule, doubts(text, made, to))
            at += len(text) + 1
    if config.words:
        for i, edits in words.edits(batch, to_codes(after), to).items():
            text = batch.texts[i]
            change = changes.get(i) or Change(text, (), doubts(text, text, to))
            changes[i] = replace(splice(text, with_words(change, edits, text)), ambiguities=change.ambiguities)
    return changes


def convert_text(text: str, to: str) -> str:
    """One text put into the script TO, for those who do not ask what changed: what `find` makes of it."""
    return text if text.isascii() else rewritten(text, to)


def doubts(text: str, after: str, to: str) -> Sequence[Ambiguity]:
    """The places of TEXT where the choice was close, and AFTER has what was chosen; found when somebody looks."""

    def make() -> tuple[Ambiguity, ...]:
        return tuple(
            Ambiguity(place, place + 1, after[place], tuple(Choice(chr(char), odds) for char, odds in others))
            for place, others in close(text, to)
        )

    return Lazy(make)


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
