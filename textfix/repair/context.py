"""What a line tells about a place in it beyond the characters around: its quotation marks, and which script it is in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes
from textfix.repair import phrases
from textfix.repair.halves import scripts

QUOTES = {0x201D: 0x201C, 0x300D: 0x300C, 0x300F: 0x300E}
CLOSING, OPENING = (np.array(marks, np.uint32) for marks in (tuple(QUOTES), tuple(QUOTES.values())))
#: Evidence, in nats, against a quotation mark that opens within a quotation, or closes nothing (the line that opened it
#: may be another), or closes one where another is open.
NESTS, STRAY, CROSSES = 6.0, 3.0, 8.0
#: Evidence, in nats, that a quotation which stays open behind the last ! or ? of its line is not meant: 15 lines in
#: 36 million characters end so.
STAYS_OPEN = 16.0
#: What a full-width letter or digit costs more: the model takes them for ASCII ones, which GBK text has instead.
FULL_WIDTH = 6.0
#: What ！ and ？ cost more: the filter left none.
REPLACED = 10.0
#: A form that costs no more than this where it stands is meant; in text out of step few are.
BELIEVED = 4.0

Costs = NDArray[np.float64]


@cache
def prices() -> Costs:
    """What each character of the BMP costs more in text of either script, in traditional, in simplified."""
    table = phrases.variants().copy()
    table[:, 0xFF10:0xFF1A] += FULL_WIDTH
    table[:, 0xFF21:0xFF3B] += FULL_WIDTH
    table[:, 0xFF41:0xFF5B] += FULL_WIDTH
    table[:, [0xFF01, 0xFF1F]] += REPLACED
    return table


@dataclass(frozen=True, slots=True)
class Context:
    """What a line tells beyond its characters: its quotation marks, and which script it is in.

    `open` and `end` count, for each kind of quotation mark, how many are open before the place, and how many of these
    are so at the end of the line; `forms` are those that stand in the line though its script has others (由于 among
    traditional characters), and are as likely to stand in it again.
    """

    open: tuple[int, ...] = (0, 0, 0)
    end: tuple[int, ...] = (0, 0, 0)
    script: int = 0  # as in `scripts`
    forms: tuple[int, ...] = ()

    @staticmethod
    def of_line(codes: Codes, costs: Costs) -> Context:
        """The context of a line, whose characters cost COSTS, as far as it is the same all over the line."""
        script = script_of(codes)
        odd = (prices()[script].take(codes, mode="clip") > 0) & (costs < BELIEVED)
        return Context(script=script, forms=tuple(np.unique(codes[odd & (codes >= 0x4E00)]).tolist()))

    def at(self, before: str, line: list[int], start: int) -> Context:
        """This context behind BEFORE, what was LINE (code points) up to START and has been put right."""
        rest = line[start:]
        marks = rest[1:].count(0x21) + rest[1:].count(0x3F)
        opened, end = [], []
        for closing, opening in QUOTES.items():
            count = before.count(chr(opening)) - before.count(chr(closing))
            opened.append(count)
            # Where another mark follows, that one may hide what closes the quotation.
            end.append(0 if marks else count + rest.count(opening) - rest.count(closing))
        return replace(self, open=tuple(opened), end=tuple(end))

    @property
    def help(self) -> float:
        """How much less than it seems a way out may cost that closes a quotation."""
        return STAYS_OPEN if max(self.end) > 0 else 0.0

    def counted(self, read: tuple[int, ...]) -> NDArray[np.int64]:
        """How many quotations of each kind are open behind READ."""
        return np.array(
            [n + read.count(QUOTES[mark]) - read.count(mark) for n, mark in zip(self.open, QUOTES, strict=True)],
            np.int64,
        )

    def costs(self, codes: Codes, opened: NDArray[np.int64]) -> Costs:
        """What each of CODES costs more or less where OPENED[i] quotations of each kind are open."""
        return self.quotes(codes, opened) + self.plain(codes)

    def quotes(self, codes: Codes, opened: NDArray[np.int64]) -> Costs:
        """The same for quotation marks alone."""
        more = np.zeros(len(codes))
        near = np.flatnonzero((codes >= 0x201C) & (codes <= 0x201D) | (codes >= 0x300C) & (codes <= 0x300F))
        if len(near):
            some, counts = codes[near], opened[near]
            inside = np.asarray(counts > 0)
            closed = np.maximum(0, np.array(self.open) - counts)
            closes, opens = some[:, None] == CLOSING, some[:, None] == OPENING
            elsewhere = np.where(np.any(inside, axis=1)[:, None], CROSSES, STRAY)
            value = np.where(inside, -STAYS_OPEN * (np.array(self.end) > closed), elsewhere) * closes
            value += NESTS * (opens & inside)
            more[near] += value.sum(axis=1)
        return more

    def plain(self, codes: Codes) -> Costs:
        """The same whatever is open: which forms of characters the script has, and which widths GBK."""
        more: Costs = prices()[self.script].take(codes, mode="clip")
        for form in self.forms:
            more[codes == form] = 0.0
        return more


def script_of(codes: Codes) -> int:
    """Which script CODES are in, as in `scripts`."""
    kinds = np.bincount(scripts()[codes[codes < 0x10000]], minlength=3)
    return 1 if kinds[1] > 2 * kinds[2] + 1 else 2 if kinds[2] > 2 * kinds[1] + 1 else 0
