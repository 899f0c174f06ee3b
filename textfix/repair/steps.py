"""Text out of step: GBK bytes read one byte off, walked back to the characters they were.

A replacement on bytes that cut two characters leaves everything behind it one byte out of step: each character shown
holds the second byte of one true character and the first of the next. The walk keeps the likeliest ways to put them
together (a beam over true characters, priced all at once) and ends where the text falls back into step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from textfix.encodings import HOLE
from textfix.repair import phrases, pinyin
from textfix.repair.context import CLOSING, OPENING, Context, Costs
from textfix.repair.halves import common, gapless, gbk, guessable, pairs, usual

#: Ways kept at each step.
BEAM = 32
#: First characters of a pair that are tried where something vanished, all ways taken together.
TRIES = 16
#: So many ways may have lost a pair at a step, the best ones; and ways this much (nats) behind the best are given up.
GAPS, BEHIND = 6, 14.0
#: Where two pairs vanished in a row the character between has no byte left: so many first characters are tried, when no
#: other way costs less than this much more (nats).
RUN_TRIES, DEAR = 8, 6.0
#: What it costs that more is lost than two pairs in a row: more than rare characters, such as a name, that are not lost.
LOST_RUN = 30.0
#: What it costs that a pair of bytes formed no character and vanished, beyond what its characters cost.
VANISHED = 0.5
#: A walk is given up when its best way costs this much (nats) more than the text as it stands: by the second character
#: in clean text; what is out of step gains on every character.
FAR = 12.0
#: A byte that is not known.
UNKNOWN = -1
#: How characters are guessed: one that lost a byte; two around a pair that vanished; three around two such pairs, of
#: which the middle one has no byte left; two of which the last has none left; and how many each kind takes.
CUT, AROUND, MIDDLE_GONE, LAST_GONE = 1, 2, 3, 4
WIDTHS = {CUT: 1, AROUND: 2, MIDDLE_GONE: 3, LAST_GONE: 2}
WIDTH = 3
#: Characters after which a walk that has not come back into step is given up.
LONGEST = 400
NEWLINE, QUESTION, EURO = 0x0A, 0x3F, 0x20AC
#: Full-width ASCII: filters that look for it among bytes put the text into step again.
FULL = range(0xFF01, 0xFF5F)


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways to read the text so far, the same number of rows in each array.

    `cost`; `last`, the last characters of each; `opened`, quotations that are open; `pending`, the byte that waits for
    its second; `parent` and `codes`, the way that each goes on from and by which characters (0 for none); `guessed`,
    how these were guessed; `guesses`, how often that was so up to here; `gap`, whether a mark says that what comes next
    vanished.
    """

    cost: Costs
    last: NDArray[np.uint32]
    opened: NDArray[np.int64]
    pending: NDArray[np.int64]
    parent: NDArray[np.int64]
    codes: NDArray[np.uint32]
    guessed: NDArray[np.int64]
    guesses: NDArray[np.int64]
    gap: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.cost)

    def take(self, rows: NDArray[np.int64]) -> Ways:
        return Ways(
            self.cost[rows], self.last[rows], self.opened[rows], self.pending[rows],
            self.parent[rows], self.codes[rows], self.guessed[rows], self.guesses[rows],
            self.gap[rows],
        )  # fmt: skip

    @staticmethod
    def join(some: list[Ways]) -> Ways:
        return Ways(*(np.concatenate([getattr(ways, name) for ways in some]) for name in Ways.__slots__))


@dataclass(frozen=True, slots=True)
class Exit:
    """A place where the text is in step again: what was read, up to where, and its cost.

    `cost` takes in the next characters, `own` does not. `guessed` tells where a byte was not known: at which place,
    and how many characters together.
    """

    end: int
    cost: float
    own: float
    codes: tuple[int, ...]
    guessed: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Patience:
    """How many more steps may be walked on one line: a page of slips takes some hundred, a hostile line would take all."""

    left: int = 400


@dataclass(slots=True)
class Walk:
    """The walk from `start` in LINE (code points, ended by a newline), behind the characters `before`."""

    line: list[int]
    start: int
    before: tuple[int, ...]
    context: Context
    exits: list[Exit] = field(default_factory=list)
    steps: list[Ways] = field(default_factory=list)

    def run(self, pending: list[int], first: list[int], prior: float, stands: Costs, patience: Patience) -> list[Exit]:
        """All ways out from the ways that begin with one of the characters FIRST (or none) and wait with PENDING.

        STANDS are the running costs of the line as it stands; when the best way costs much more, the walk is given up.
        """
        ways = self.begin(pending, first, prior)
        stop = min(len(self.line), self.start + min(LONGEST, patience.left))
        for at in range(self.start, stop):
            if not len(ways):
                break
            patience.left -= 1
            self.leave(ways, at)
            if self.line[at] == NEWLINE:
                break
            ways = self.advance(ways, at)
            if len(ways) and float(ways.cost.min()) > float(stands[at + 1]) + FAR:
                break
        return self.exits

    def begin(self, pending: list[int], first: list[int], prior: float) -> Ways:
        size = max(len(pending), len(first))
        none = np.zeros(size, np.int64)
        root = Ways(
            np.full(size, prior),
            np.tile(np.array(self.before[-WIDTH:], np.uint32), (size, 1)),
            np.tile(np.array(self.context.open, np.int64), (size, 1)),
            np.resize(np.array(pending, np.int64), size),
            none - 1, np.zeros((size, WIDTH), np.uint32), none, none, np.zeros(size, bool),
        )  # fmt: skip
        if not first:
            self.steps.append(root)
            return root
        ways = self.go_on(root, np.arange(size), np.array(first, np.uint32)[:, None], root.pending, 1)
        ways = replace(ways, parent=none - 1)
        self.steps.append(ways)
        return ways

    def go_on(
        self,
        ways: Ways,
        rows: NDArray[np.int64],
        codes: NDArray[np.uint32],
        pending: NDArray[np.int64],
        guessed: int,
        more: Costs | float = 0.0,
    ) -> Ways:
        """WAYS[ROWS], each with the characters CODES (one row each) and a new waiting byte, priced in one go."""
        cost, last, opened = ways.cost[rows] + more, ways.last[rows], ways.opened[rows]
        for column in codes.T:
            cost = cost + phrases.costs(last, column) + self.context.costs(column, opened)
            last = np.concatenate([last[:, 1:], column[:, None]], axis=1)
            opened = opened + (column[:, None] == OPENING) - (column[:, None] == CLOSING)
        padded = np.zeros((len(rows), WIDTH), np.uint32)
        padded[:, : codes.shape[1]] = codes
        return Ways(
            cost, last, opened, pending, rows, padded, np.full(len(rows), guessed),
            ways.guesses[rows] + (guessed > 0), np.zeros(len(rows), bool),
        )  # fmt: skip

    def advance(self, ways: Ways, at: int) -> Ways:
        """The ways after the character at AT, the best BEAM of them."""
        char = self.line[at]
        bytes_ = gbk(char)
        if bytes_ is None and 0x21 <= char <= 0x7E:
            bytes_ = (0xA3, char + 0x80)  # a full-width character that was folded afterwards
        some = [self.complete(ways, *bytes_)] if bytes_ is not None else []
        if char == QUESTION:
            # A pair that forms no character, shown as one mark or two.
            waiting = np.flatnonzero(ways.pending >= 0x80)
            none = np.zeros(len(waiting), np.int64)
            here, blank = ways.take(waiting), np.zeros((len(waiting), WIDTH), np.uint32)
            some.append(replace(here, parent=waiting, codes=blank, guessed=none, gap=none == 0))
        if not some:
            return ways.take(np.zeros(0, np.int64))
        found = Ways.join(some)
        if len(found):
            # The way that needs the fewest guesses is never lost among those that guess better.
            order = np.argsort(found.cost, kind="stable")
            order = order[found.cost[order] <= found.cost[order[0]] + BEHIND]
            plain = order[np.argmin(found.guesses[order])]
            key = found.last.astype(np.uint64) @ np.array([1, 1 << 21, 1 << 42], np.uint64) * np.uint64(31) + (
                found.pending * 2 + found.gap
            ).astype(np.uint64)
            _, firsts = np.unique(key[order], return_index=True)
            kept = order[np.sort(firsts)[:BEAM]]
            if plain not in kept:
                kept = np.append(kept, plain)
            found = found.take(kept)
        self.steps.append(found)
        return found

    def complete(self, ways: Ways, first: int, second: int) -> Ways:
        """WAYS with the byte FIRST, which completes what is pending, and SECOND, which waits then."""
        some = []
        rows = np.flatnonzero(ways.pending == UNKNOWN)
        column = pairs()[0x81:, first]
        column = column[column > 0]
        if len(rows):
            codes = np.tile(column, len(rows))
            rows = np.repeat(rows, len(column))
            some.append(self.go_on(ways, rows, codes[:, None], np.full(len(rows), second), 1))
        code = np.where((ways.pending >= 0x80) & ~ways.gap, pairs()[ways.pending, first], 0)
        rows = np.flatnonzero(code)
        if len(rows):
            some.append(self.go_on(ways, rows, code[rows][:, None], np.full(len(rows), second), 0))
        waiting = np.flatnonzero(ways.pending >= 0x80)
        if len(waiting):
            one = self.cut(ways, waiting)
            some.append(self.vanished(ways, one, first, second))
            cheapest = min((float(step.cost.min()) for step in some if len(step)), default=np.inf)
            if cheapest - float(ways.cost[waiting].min()) > DEAR:
                some.append(self.vanished_twice(ways, one, first, second))
            best = waiting[:1]
            some.append(self.lost(ways, best, second))
        return Ways.join(some) if some else ways.take(np.zeros(0, np.int64))

    def lost(self, ways: Ways, rows: NDArray[np.int64], second: int) -> Ways:
        codes = np.full((len(rows), WIDTH), 0, np.uint32)
        codes[:, :2] = HOLE
        last = ways.last[rows].copy()
        last[:] = HOLE
        return Ways(
            ways.cost[rows] + LOST_RUN, last, ways.opened[rows], np.full(len(rows), second), rows, codes,
            np.zeros(len(rows), np.int64), ways.guesses[rows] + 2, np.zeros(len(rows), bool),
        )  # fmt: skip

    def cut(self, ways: Ways, waiting: NDArray[np.int64]) -> Ways:
        """The likeliest characters that begin with what is pending and end in any byte; that byte is `pending`."""
        waiting = waiting[np.argsort(ways.cost[waiting], kind="stable")[:GAPS]]
        rows, trails = np.nonzero(guessable()[ways.pending[waiting]][:, 0x80:])
        rows, trails = waiting[rows], trails + 0x80
        codes = pairs()[ways.pending[rows], trails]
        found = self.go_on(ways, rows, codes[:, None], trails, 1)
        return found.take(np.argsort(found.cost, kind="stable")[:TRIES])

    def vanished(self, ways: Ways, one: Ways, first: int, second: int) -> Ways:
        """A pair that forms no character was dropped here: the second byte of ONE, the first of another."""
        leads = np.flatnonzero(guessable()[:, first])
        here, there = np.nonzero(pairs()[one.pending][:, leads] == 0)
        return self.behind(one, here, pairs()[leads[there], first][:, None], second, AROUND)

    def vanished_twice(self, ways: Ways, one: Ways, first: int, second: int) -> Ways:
        """Two pairs in a row were dropped: between the characters that were cut stood one that is lost whole."""
        one = one.take(np.arange(min(RUN_TRIES, len(one))))
        codes, leads, trails = common()
        here, middle = np.nonzero((pairs()[one.pending][:, leads] == 0) & ~gapless()[trails])
        two = self.behind(one, here, codes[middle][:, None], 0, AROUND)
        two = replace(two, pending=trails[middle])
        two = two.take(np.argsort(two.cost, kind="stable")[:TRIES])
        leads = np.flatnonzero(guessable()[:, first])
        here, there = np.nonzero(pairs()[two.pending][:, leads] == 0)
        return self.behind(two, here, pairs()[leads[there], first][:, None], second, MIDDLE_GONE)

    def vanished_last(self, one: Ways, char: int) -> Ways:
        """A pair was dropped here, and the second byte behind it too: the last character has no byte left."""
        one = one.take(np.arange(min(RUN_TRIES, len(one))))
        codes, leads = usual()
        if 0x40 <= char < 0x80:
            return one.take(np.zeros(0, np.int64))  # hardly any byte is lost before a letter
        here, last = np.nonzero(pairs()[one.pending][:, leads] == 0)
        return self.behind(one, here, codes[last][:, None], 0, LAST_GONE)

    def behind(self, one: Ways, rows: NDArray[np.int64], codes: NDArray[np.uint32], second: int, kind: int) -> Ways:
        """ONE with a further character that was guessed together with what it ends in."""
        found = self.go_on(one, rows, codes, np.full(len(rows), second), 0, VANISHED)
        width = WIDTHS[int(one.guessed[0])] if len(one) else 0
        merged = one.codes[rows].copy()
        if len(rows):
            merged[:, width] = codes[:, 0]
        return Ways(
            found.cost, found.last, found.opened, found.pending, one.parent[rows], merged,
            np.full(len(rows), kind), one.guesses[rows], np.zeros(len(rows), bool),
        )  # fmt: skip

    def leave(self, ways: Ways, at: int) -> None:
        """Note the ways out at AT."""
        char = self.line[at]
        done = np.flatnonzero((ways.pending >= 0) & (ways.pending < 0x80))
        if len(done):
            # The byte that should wait for its second is ASCII: it was swallowed whole, and all is in step.
            self.note(self.go_on(ways, done, ways.pending[done].astype(np.uint32)[:, None], ways.pending[done], 0), at)
        waiting = np.flatnonzero(ways.pending >= 0x80)
        if not len(waiting):
            return
        straight = waiting[~ways.gap[waiting]]
        if 0x40 <= char <= 0x7E:
            code = pairs()[ways.pending[straight], char]
            rows = straight[code > 0]
            if len(rows):
                self.note(self.go_on(ways, rows, code[code > 0][:, None], ways.pending[rows], 0), at + 1)
            self.note(self.vanished(ways, self.cut(ways, waiting), char, 0), at + 1)
        gloss = self.gloss(at)
        if gloss is not None:
            reading, end = gloss
            for code in map(ord, pinyin.characters(reading)):
                if (b := gbk(code)) is not None:
                    rows = straight[ways.pending[straight] == b[0]]
                    if len(rows):
                        self.note(self.go_on(ways, rows, np.full((len(rows), 1), code, np.uint32), rows, 0), end)
        if char == EURO:
            # The byte 80 alone, as Windows reads it.
            code = pairs()[ways.pending[straight], 0x80]
            rows = straight[code > 0]
            if len(rows):
                self.note(self.go_on(ways, rows, code[code > 0][:, None], ways.pending[rows], 0), at + 1)
        if char == QUESTION and (self.line[at + 1] in FULL or self.line[at + 1] < 0x40):
            self.note(self.cut_all(ways, straight, char), at + 1)  # the first byte is shown as a mark
        if gloss is None and (char < 0x80 or char in FULL):
            # The first byte was left alone before ASCII and dropped, or shown as a mark; its second is not known.
            self.note(self.cut_all(ways, straight, char), at)
            self.note(self.vanished_last(self.cut(ways, waiting), char), at)

    def cut_all(self, ways: Ways, waiting: NDArray[np.int64], char: int) -> Ways:
        """Each way with every character that begins with what is pending and ends in a byte that was lost at CHAR."""
        ends = guessable()[ways.pending[waiting]][:, 0x80:] > 0
        if char < 0x80:
            ends &= pairs()[0x80:, char] == 0  # or it would have been read with CHAR as one character
        rows, trails = np.nonzero(ends)
        rows, trails = waiting[rows], trails + 0x80
        return self.go_on(ways, rows, pairs()[ways.pending[rows], trails][:, None], trails, 1)

    def gloss(self, at: int) -> tuple[str, int] | None:
        """A reading in brackets at AT, "(yán)" or with its bracket swallowed "?yán)": the syllable and where it ends."""
        if self.line[at] not in (0x28, 0x3F):
            return None
        end = at + 1
        while end < len(self.line) and self.line[end] != 0x29 and end - at < 9:
            end += 1
        if end >= len(self.line) or self.line[end] != 0x29 or end == at + 1:
            return None
        syllable = "".join(map(chr, self.line[at + 1 : end]))
        return (syllable, end + 1) if pinyin.characters(syllable) else None

    def note(self, found: Ways, at: int) -> None:
        """Add the best of FOUND as ways out at AT, with what the next characters cost behind them."""
        if not len(found):
            return
        own, last = found.cost, found.last
        cost = own
        for char in self.line[at : at + phrases.MEMORY]:
            column = np.full(len(found), char, np.uint32)
            cost = cost + phrases.costs(last, column)
            last = np.concatenate([last[:, 1:], column[:, None]], axis=1)
        for row in np.argsort(cost, kind="stable")[:2].tolist():
            codes, guessed = self.trail(found, row)
            self.exits.append(Exit(at, float(cost[row]), float(own[row]), codes, guessed))

    def trail(self, found: Ways, row: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        """The characters of a way from its beginning, and which of them were guessed."""
        parts: list[tuple[list[int], int]] = []
        step: Ways | None = found
        behind = len(self.steps)
        while step is not None:
            parts.append(([code for code in step.codes[row].tolist() if code], int(step.guessed[row])))
            row = int(step.parent[row])
            behind -= 1
            step = self.steps[behind] if row >= 0 and behind >= 0 else None
        codes: list[int] = []
        guessed: list[tuple[int, int]] = []
        for some, width in reversed(parts):
            if width:
                guessed.append((len(codes), width))
            codes += some
        return tuple(codes), tuple(guessed)
