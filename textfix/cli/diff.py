"""Which lines of a text changed, and which characters in them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from textfix.cli.job import Hunk

#: Unchanged lines that are shown before and after those that changed.
AROUND = 3
#: Lines up to which two stretches of different length are compared line by line, and characters up to which two lines
#: are compared character by character: the time grows with the square.
LINES, CHARACTERS = 400, 600

#: Lines that stand for one another: the old ones and the new ones.
Block = tuple[int, int, int, int]


def find_hunks(old: str, new: str) -> list[Hunk]:
    """The lines that differ between two texts, neighbours together, with the lines around them."""
    before, after = split(old), split(new)
    hunks: list[Hunk] = []
    group: list[Block] = []
    for block in find_blocks(before, after):
        if group and block[0] - group[-1][1] > 2 * AROUND:
            hunks.append(make_hunk(group, before, after))
            group = []
        group.append(block)
    if group:
        hunks.append(make_hunk(group, before, after))
    return hunks


def split(text: str) -> list[str]:
    """The lines of TEXT without their ends."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def find_blocks(before: list[str], after: list[str]) -> Iterator[Block]:
    """Stretches of lines that differ. Repairs seldom add lines, so line is held against line where their number agrees."""
    if len(before) == len(after):
        start = -1
        for i in range(len(before) + 1):
            differs = i < len(before) and before[i] != after[i]
            if differs and start < 0:
                start = i
            elif not differs and start >= 0:
                yield start, i, start, i
                start = -1
        return
    low = 0
    while low < min(len(before), len(after)) and before[low] == after[low]:
        low += 1
    high = 0
    while high < min(len(before), len(after)) - low and before[-1 - high] == after[-1 - high]:
        high += 1
    old, new = before[low : len(before) - high], after[low : len(after) - high]
    if max(len(old), len(new)) > LINES:
        yield low, low + len(old), low, low + len(new)
        return
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield low + i, low + j, low + k, low + m


def make_hunk(group: list[Block], before: list[str], after: list[str]) -> Hunk:
    start = max(0, group[0][0] - AROUND)
    rows: list[tuple[str, str]] = []
    at = start
    for old, old_end, new, new_end in group:
        rows += [(" ", line) for line in before[at:old]]
        rows += [("-", line) for line in before[old:old_end]]
        rows += [("+", line) for line in after[new:new_end]]
        at = old_end
    rows += [(" ", line) for line in before[at : at + AROUND]]
    return Hunk(start, group[0][2] - (group[0][0] - start), tuple(rows))


def mark(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two lines in pieces, each with whether it differs from the other line.

    >>> mark("第一行涓枃", "第一行中")
    ([('第一行', False), ('涓枃', True)], [('第一行', False), ('中', True)])
    """
    low = 0
    while low < min(len(old), len(new)) and old[low] == new[low]:
        low += 1
    high = 0
    while high < min(len(old), len(new)) - low and old[-1 - high] == new[-1 - high]:
        high += 1
    left, right = [(old[:low], False)], [(new[:low], False)]
    a, b = old[low : len(old) - high], new[low : len(new) - high]
    if len(a) + len(b) > CHARACTERS:
        left.append((a, True))
        right.append((b, True))
    else:
        for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            left.append((a[i:j], tag != "equal"))
            right.append((b[k:m], tag != "equal"))
    left.append((old[len(old) - high :], False))
    right.append((new[len(new) - high :], False))
    return [one for one in left if one[0]], [one for one in right if one[0]]
