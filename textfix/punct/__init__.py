"""Punctuation in one style, and spacing between Han and Latin.

The styles are "full" (GB/T 15834-2011), "corner" (「」 as in Taiwan and Hong Kong) and "half" (ASCII, for indexes). A
mark is judged by what stands on both sides of it, in its line; addresses, code, markup, formulas, numbers and English
sentences are left alone, and so is a quotation mark that has no partner.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial

from textfix.batch import Batch
from textfix.config import Config
from textfix.punct.foreign import foreign
from textfix.punct.gate import gate, lines, rare
from textfix.punct.half import halve
from textfix.punct.line import Line, whole
from textfix.punct.marks import dashes, ellipses, interpuncts
from textfix.punct.pairs import brackets, pair_quotes, quotation_marks, title_marks
from textfix.punct.plain import plain
from textfix.punct.points import points
from textfix.punct.shield import fences
from textfix.punct.spacing import space, unspace
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
        if gate(style, spacing).search(text) is None:
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


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """What to change in each text of the batch, in the style `config.punctuation` and with `config.spacing`.

    >>> from textfix.batch import Batch
    >>> find(Batch(["他说:你好!", "他说：你好！"]), Config(punctuation="full"))[0].text
    '他说：你好！'
    """
    style, spacing = config.punctuation, config.spacing
    text = batch.joined
    fenced: bool | None = None
    changed: dict[int, list[tuple[int, int, str]]] = {}
    shut: dict[int, list[tuple[int, int]]] = {}
    single = len(batch.texts) == 1
    starts = [0] if single else batch.starts.tolist()
    for start, end in lines(text, gate(style, spacing, rare(style, text))):
        owner = 0 if single else bisect_right(starts, start) - 1
        before = text[start:end]
        after = plain(before, style) if spacing is None else None
        if after is None:
            after = settle(before, style, spacing)
        if after == before:
            continue
        offset = start - starts[owner]
        if fenced is None:
            fenced = ("`" in text and "```" in text) or ("~" in text and "~~~" in text)
        if fenced and owner not in shut:
            shut[owner] = fences(batch.texts[owner])
        if not fenced or not any(low <= offset < high for low, high in shut[owner]):
            changed.setdefault(owner, []).append((offset, offset + len(before), after))
    return {owner: spliced(batch.texts[owner], pieces, style, spacing) for owner, pieces in changed.items()}


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


def spliced(text: str, pieces: list[tuple[int, int, str]], style: str | None, spacing: bool | None) -> Change:
    """TEXT with the lines PIECES (start, end, what stands there now) in place; its edits are made when asked for."""
    out: list[str] = []
    at = 0
    for start, end, after in pieces:
        out += (text[at:start], after)
        at = end
    out.append(text[at:])
    return Change("".join(out), Lazy(partial(edits, text, pieces, style, spacing)))


def edits(text: str, pieces: list[tuple[int, int, str]], style: str | None, spacing: bool | None) -> tuple[Edit, ...]:
    """The edits of each line of PIECES, counted in TEXT."""
    return tuple(
        Edit(start + edit.start, start + edit.end, edit.before, edit.after, edit.rule)
        for start, end, after in pieces
        for edit in explained(text[start:end], after, style, spacing)
    )
