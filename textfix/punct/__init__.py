"""Punctuation in one style, and spacing between Han and Latin.

The styles are "full" (GB/T 15834-2011), "corner" (「」 as in Taiwan and Hong Kong) and "half" (ASCII, for indexes). A
mark is judged by what stands on both sides of it, in its line; addresses, code, markup, formulas, numbers and English
sentences are left alone, and so is a quotation mark that has no partner.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import partial

import numpy as np

from textfix.batch import Batch, to_text
from textfix.config import Config
from textfix.punct.code import fences
from textfix.punct.foreign import foreign
from textfix.punct.gate import gate, lines
from textfix.punct.half import halve
from textfix.punct.line import Line, whole
from textfix.punct.marks import dashes, ellipses, interpuncts
from textfix.punct.pairs import brackets, pair_quotes, quotation_marks, title_marks
from textfix.punct.plain import plain
from textfix.punct.points import points
from textfix.punct.spacing import space, unspace
from textfix.punct.sweep import GONE, sweep
from textfix.records import Change, Edit, Lazy

LINE_WITH_QUOTE = re.compile("^[^\"'“”‘’「」『』\n]*[\"'“”‘’「」『』].*$", re.MULTILINE)

#: How often a line is looked at again where marks put in have made new neighbours. Chinese prose never needs it.
ROUNDS = 4


def rewrite(line: Line, style: str | None, spacing: bool | None) -> None:
    """All rules on one line, in the order in which each sees what it needs of the others."""
    if style in ("full", "corner"):
        ellipses(line)
        title_marks(line)
        brackets(line)
        quotation_marks(line, style)
        dashes(line)
        if style == "full":
            interpuncts(line)
        points(line)
    elif style == "half":
        halve(line)
    if spacing is True:
        space(line)
    elif spacing is False:
        unspace(line)


def weigh(text: str, style: str | None, spacing: bool | None) -> Line | None:
    """One look at the line TEXT, mark by mark; None if it is not for Chinese rules or nothing changes."""
    if style != "half" and foreign(text):
        return None
    line = Line(text)
    rewrite(line, style, spacing)
    return line if line.rules or line.inserts else None


def settle(text: str, style: str | None, spacing: bool | None) -> str:
    """The line TEXT, rewritten until nothing more would change."""
    for _ in range(ROUNDS + 1):
        line = weigh(text, style, spacing)
        if line is None:
            break
        text = line.result()
        if gate(style, spacing, "。。。" in text).search(text) is None:
            break
    return text


def explained(before: str, after: str, style: str | None, spacing: bool | None) -> list[Edit]:
    """The edits that lead from the line BEFORE to AFTER, each with the rules that it is due to."""
    line = weigh(before, style, spacing)
    if line is None:
        return whole(before, after, "width")
    if line.result() == after:
        return line.edits(0)
    rules = dict.fromkeys(edit.rule for edit in line.edits(0))
    while line is not None and line.result() != after and len(rules) < 9:
        line = weigh(line.result(), style, spacing)
        rules.update(dict.fromkeys(edit.rule for edit in line.edits(0)) if line else {})
    return whole(before, after, "+".join(rules))


#: Code points from which a batch is swept as arrays. Their making costs some 600 µs: prose of the mainland gains nothing
#: by it, pages of Taiwan, where every 「 becomes “, from here on.
MANY = 1 << 15


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """What to change in each text of the batch, in the style `config.punctuation` and with `config.spacing`.

    >>> from textfix.batch import Batch
    >>> find(Batch(["他说:你好!", "他说：你好！"]), Config(punctuation="full"))[0].text
    '他说：你好！'
    """
    style, spacing = config.punctuation, config.spacing
    if style in ("full", "corner") and spacing is None and len(batch.joined) >= MANY:
        return find_many(batch, style)
    text = batch.joined
    shut: list[tuple[int, int]] | None = None
    found: dict[int, list[tuple[int, int, str]]] = {}
    starts = [0] if len(batch.texts) == 1 else batch.starts.tolist()
    for start, end in lines(text, gate(style, spacing, "。。。" in text)):
        before = text[start:end]
        after = written(before, style, spacing)
        if after == before:
            continue
        if shut is None:
            shut = fenced(batch)
        if not (shut and any(low <= start < high for low, high in shut)):
            owner = bisect_right(starts, start) - 1
            offset = start - starts[owner]
            found.setdefault(owner, []).append((offset, offset + len(before), after))
    return {
        owner: change(batch.texts[owner], spliced(batch.texts[owner], pieces), style, spacing)
        for owner, pieces in found.items()
    }


def find_many(batch: Batch, style: str) -> dict[int, Change]:
    """The same for many texts: those of their lines in which every mark is certain are written as arrays."""
    swept = sweep(batch, style, fenced(batch))
    if swept is None:
        return {}
    text, starts, ends = batch.joined, batch.starts.tolist(), batch.ends.tolist()
    owners = batch.owners(swept.changed)
    found: dict[int, list[tuple[int, int, str]]] = {
        owner: [] for owner in owners[np.diff(owners, prepend=-1).nonzero()[0]].tolist()
    }
    for start, end in swept.lines:
        before = text[start:end].removesuffix("\r")
        after = written(before, style, None)
        if after != before:
            found.setdefault(bisect_right(starts, start) - 1, []).append((start, start + len(before), after))
    whole, gone = to_text(swept.codes[swept.codes != GONE] if swept.gone else swept.codes), swept.gone
    changes = {}
    for owner, pieces in found.items():
        start, end = starts[owner], ends[owner]
        out: list[str] = []
        at = start - bisect_left(gone, start)
        for first, last, after in pieces:
            out += (whole[at : first - bisect_left(gone, first)], after)
            at = last - bisect_left(gone, last)
        out.append(whole[at : end - bisect_left(gone, end)])
        changes[owner] = change(batch.texts[owner], "".join(out), style, None)
    return changes


def written(line: str, style: str | None, spacing: bool | None) -> str:
    """LINE as it should be."""
    after = plain(line, style) if spacing is None else None
    return settle(line, style, spacing) if after is None else after


def fenced(batch: Batch) -> list[tuple[int, int]]:
    """The code blocks of all texts, counted in the whole; one left open ends with its text."""
    text = batch.joined
    if not (("`" in text and "```" in text) or ("~" in text and "~~~" in text)):
        return []  # one character is found ten times as fast as three
    if len(batch.texts) == 1:
        return fences(text)
    return [
        (start + low, start + high)
        for text, start in zip(batch.texts, batch.starts.tolist(), strict=True)
        for low, high in fences(text)
    ]


def unpaired(text: str) -> tuple[int, ...]:
    """The places in TEXT of quotation marks without a partner in their line, which no style touches.

    >>> unpaired("他说：“好。\\n她说：“行。”")
    (3,)
    """
    found: list[int] = []
    shut = fences(text)
    for line in LINE_WITH_QUOTE.finditer(text):
        start = line.start()
        if not foreign(line.group()) and not any(low <= start < high for low, high in shut):
            found += [start + place for place in pair_quotes(line.group(), Line(line.group()).mask)[1]]
    return tuple(found)


def spliced(text: str, pieces: list[tuple[int, int, str]]) -> str:
    """TEXT with the lines PIECES (start, end, what stands there now) in place."""
    out: list[str] = []
    at = 0
    for start, end, after in pieces:
        out += (text[at:start], after)
        at = end
    out.append(text[at:])
    return "".join(out)


def change(before: str, after: str, style: str | None, spacing: bool | None) -> Change:
    """The change from BEFORE to AFTER; its edits are made when asked for."""
    return Change(after, Lazy(partial(edits, before, after, style, spacing)))


def edits(before: str, after: str, style: str | None, spacing: bool | None) -> tuple[Edit, ...]:
    """The edits of each line that changed, counted in BEFORE. No rule makes or takes a line end."""
    out: list[Edit] = []
    start = 0
    for line, written in zip(before.split("\n"), after.split("\n"), strict=True):
        if line != written:
            out += [
                Edit(start + edit.start, start + edit.end, edit.before, edit.after, edit.rule)
                for edit in explained(line.removesuffix("\r"), written.removesuffix("\r"), style, spacing)
            ]
        start += len(line) + 1
    return tuple(out)
