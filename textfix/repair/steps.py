"""Text out of step: GBK bytes read one byte off, walked back to the characters they were.

A replacement on bytes that cut two characters leaves everything behind it one byte out of step: each character shown
holds the second byte of one true character and the first of the next. The walk keeps the likeliest ways to put them
together (a beam over true characters) and ends where the text falls back into step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.encodings import HOLE
from textfix.repair import pinyin

#: Ways kept at each step; 8 find the truth as often as 40 on the longest walks tried.
BEAM = 16
#: Ways, the best of those kept, on which a pair may have vanished at a step.
GAPS = 2
#: Candidates tried where one byte of a character is unknown.
TRIES = 10
#: What it costs that two characters are lost in a row: more than two rare ones, such as a name, that are not lost.
LOST_RUN = 30.0
#: What it costs that a pair of bytes formed no character and vanished: about one pair in fifteen does (2.7 nats), and
#: the best of a thousand ways to fill such a gap looks better than it is.
VANISHED = 5.0
#: Evidence, in nats, for a quotation mark that closes what is open, and against one that opens within, or closes
#: nothing (the line that opened it may be another).
CLOSES, NESTS, STRAY, CROSSES = 4.0, 6.0, 3.0, 8.0
#: Evidence, in nats, that a quotation which stays open behind ! or ? to the end of its line is not meant: 15 lines in
#: 36 million characters end so.
STAYS_OPEN = 10.0
#: What a full-width letter or digit costs more: the model takes them for ASCII ones, which GBK text has instead.
FULL_WIDTH = 6.0
QUOTES = {0x201D: 0x201C, 0x300D: 0x300C, 0x300F: 0x300E}
#: Evidence, in nats, against a character of the other script than that of its line.
OTHER_SCRIPT = 5.0
#: A byte that is not known.
UNKNOWN = -1
#: Characters after which a walk that has not come back into step is given up.
LONGEST = 400


@cache
def pairs() -> NDArray[np.uint32]:
    """The character of each pair of GBK bytes (0 where there is none), 256 by 256."""
    packed, length = encodings.load("gbk").table
    table = np.zeros((256, 256), np.uint32)
    codes = np.flatnonzero(length == 2)
    table[packed[codes] >> 8, packed[codes] & 0xFF] = codes
    return table


def gbk(code: int) -> tuple[int, int] | None:
    """The two GBK bytes of a code point, or None."""
    packed, length = encodings.load("gbk").table
    return (int(packed[code] >> 8), int(packed[code] & 0xFF)) if code < 0x10000 and length[code] == 2 else None


@cache
def scripts() -> NDArray[np.uint8]:
    """For each code point of the BMP: 1 = traditional only, 2 = simplified only, 0 = either or no Han."""
    fold = model.load().fold[:0x10000]
    table = np.zeros(0x10000, np.uint8)
    han = np.arange(0x4E00, 0xA000)
    table[han[fold[han] != han]] = 1
    simple = np.unique(fold[han[fold[han] != han]])
    simple = simple[simple < 0x10000]
    table[simple[(encodings.load("cp950").table[1][simple] == 0)]] = 2
    return table


@dataclass(frozen=True, slots=True)
class Context:
    """What a line tells beyond its characters: its quotation marks, and which script it is in.

    For each closing mark: how many of its opening ones are open before the place, and how many of these are so at
    the end of the line.
    """

    open: tuple[tuple[int, int, int], ...] = ()
    script: int = 0  # as in `scripts`

    @staticmethod
    def of(before: str, line: list[int], start: int) -> Context:
        """The context behind BEFORE, what was LINE (code points) up to START and has been put right."""
        kinds = np.bincount(scripts()[[code for code in line if code < 0x10000]], minlength=3)
        script = 1 if kinds[1] > 2 * kinds[2] + 1 else 2 if kinds[2] > 2 * kinds[1] + 1 else 0
        rest = line[start:]
        marks = []
        for closing, opening in QUOTES.items():
            count = before.count(chr(opening)) - before.count(chr(closing))
            marks.append((closing, count, count + rest.count(opening) - rest.count(closing)))
        return Context(tuple(marks), script)

    def tells(self, codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Which of CODES can cost more or less at all: quotation marks, full-width letters, the other script."""
        marks = (codes >= 0x3008) & (codes <= 0x300F) | (codes >= 0x201C) & (codes <= 0x201D)
        found: NDArray[np.bool_] = marks | (codes >= 0xFF10) & (codes <= 0xFF5A)
        return found | (scripts()[np.minimum(codes, 0xFFFF)] == 3 - self.script) if self.script else found

    def costs(self, codes: NDArray[np.uint32], read: tuple[int, ...]) -> NDArray[np.float64]:
        """What each of CODES costs more or less in this context, when READ stands in between."""
        more = np.zeros(len(codes))
        counts = {c: count + read.count(QUOTES[c]) - read.count(c) for c, count, _ in self.open}
        for closing, _, end in self.open:
            if counts[closing] > 0:
                closed = max(0, read.count(closing) - read.count(QUOTES[closing]))
                more[codes == closing] -= CLOSES + STAYS_OPEN * (end > closed)
                more[codes == QUOTES[closing]] += NESTS
            else:
                more[codes == closing] += CROSSES if any(other > 0 for other in counts.values()) else STRAY
        more[((codes | 0x20) >= 0xFF41) & ((codes | 0x20) <= 0xFF5A) | (codes >= 0xFF10) & (codes <= 0xFF19)] += (
            FULL_WIDTH
        )
        if self.script:
            more[scripts()[np.minimum(codes, 0xFFFF)] == 3 - self.script] += OTHER_SCRIPT
        return more


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read the text so far: the true characters, their cost, and the byte that waits for its second."""

    cost: float
    pending: int
    codes: tuple[int, ...]
    guessed: tuple[tuple[int, int], ...] = ()  # where in `codes` a byte was not known: place, and how many together

    def add(self, cost: float, pending: int, *codes: int, guess: bool = False) -> Way:
        guessed = (*self.guessed, (len(self.codes), len(codes))) if guess else self.guessed
        return Way(self.cost + cost, pending, self.codes + codes, guessed)


@dataclass(frozen=True, slots=True)
class Exit:
    """A place where the text is in step again: what was read, up to where, and its cost.

    `cost` takes in the next character, `own` does not.
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
    """The walk from `start` in LINE (code points, ended by a newline), behind the two characters `before`."""

    line: list[int]
    start: int
    before: tuple[int, int]
    context: Context = Context()
    exits: list[Exit] = field(default_factory=list)

    def run(self, ways: list[Way], limit: float, patience: Patience) -> list[Exit]:
        """All exits from WAYS; given up when the best way costs LIMIT more than the text as it stands would."""
        stop = min(len(self.line), self.start + min(LONGEST, patience.left))
        for at in range(self.start, stop):
            if not ways:
                break
            patience.left -= 1
            self.leave(ways, at)
            if self.line[at] == 0x0A:
                break
            ways = self.advance(ways, at)
            if ways and min(way.cost for way in ways) > limit + 9.0 * (at - self.start):
                break
        return self.exits

    def last(self, way: Way) -> tuple[int, int]:
        """The two characters before what comes next on WAY."""
        two = (*self.before, *way.codes[-2:])[-2:]
        return two[0], two[1]

    def after(self, last: int, codes: list[int], at: int) -> NDArray[np.float64]:
        """What the character at AT costs after LAST and each of CODES."""
        size = len(codes)
        first, third = np.full(size, last, np.uint32), np.full(size, self.line[at], np.uint32)
        return model.next_costs(first, np.array(codes, np.uint32), third).astype(np.float64)

    def leave(self, ways: list[Way], at: int) -> None:
        """Note the exits at AT."""
        char = self.line[at]
        found: list[tuple[Way, int]] = []
        for rank, way in enumerate(ways):
            if 0 <= way.pending < 0x80:
                # The byte that should wait for its second is ASCII: it was swallowed whole, and all is in step.
                done = way.add(self.costs(way, [way.pending])[0], UNKNOWN, way.pending)
                found.append((done, at))
                continue
            if 0x40 <= char <= 0x7E and rank < GAPS and way.pending >= 0x80:
                found += [(over, at + 1) for over in self.vanished(way, char, UNKNOWN)]
            if 0x40 <= char <= 0x7E and way.pending >= 0x80 and (code := int(pairs()[way.pending, char])):
                found.append((way.add(float(self.costs(way, [code])[0]), UNKNOWN, code), at + 1))
            gloss = self.gloss(at)
            if gloss is not None:
                reading, end = gloss
                fitting = [ord(c) for c in pinyin.characters(reading)]
                fitting = [c for c in fitting if (b := gbk(c)) and b[0] == way.pending]
                for code, cost in zip(fitting, self.costs(way, fitting), strict=True):
                    found.append((way.add(float(cost), UNKNOWN, code), end))
            elif rank < 6 and char < 0x80 and way.pending >= 0x80:
                # The first byte was left alone before ASCII and dropped; its second is not known.
                row = pairs()[way.pending, 0x80:]
                codes = row[row > 0].tolist()
                alone = self.costs(way, codes)
                total = alone + self.after(self.last(way)[1], codes, at)
                best = np.argsort(total, kind="stable")[:2].tolist()
                found += [(way.add(float(alone[k]), UNKNOWN, codes[k], guess=True), at) for k in best]
        self.note(found)

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

    def note(self, found: list[tuple[Way, int]]) -> None:
        """Add the exits FOUND, each with what the next character costs behind it: one look-up for all of them."""
        if not found:
            return
        ends = [min(at, len(self.line) - 1) for _, at in found]
        run = np.array(
            [(*self.last(way), self.line[end]) for (way, _), end in zip(found, ends, strict=True)], np.uint32
        )
        following = model.next_costs(run[:, 0], run[:, 1], run[:, 2])
        for (way, at), cost in zip(found, following.tolist(), strict=True):
            more = cost if at < len(self.line) else 0.0
            self.exits.append(Exit(at, way.cost + more, way.cost, way.codes, way.guessed))

    def costs(self, way: Way, codes: list[int]) -> NDArray[np.float64]:
        second = np.array(codes, np.uint32)
        one, two = (np.full(len(codes), code, np.uint32) for code in self.last(way))
        costs = model.next_costs(one, two, second).astype(np.float64)
        return costs + self.context.costs(second, way.codes)

    def advance(self, ways: list[Way], at: int) -> list[Way]:
        """The ways after the character at AT, the best BEAM of them."""
        char = self.line[at]
        bytes_ = gbk(char)
        if bytes_ is None and 0x21 <= char <= 0x7E:
            bytes_ = (0xA3, char + 0x80)  # a full-width character that was folded afterwards
        if bytes_ is None:
            return []
        first, second = bytes_
        new: list[Way] = []
        direct: list[tuple[Way, int]] = []
        for rank, way in enumerate(ways):
            if way.pending == UNKNOWN:
                column = pairs()[0x81:, first]
                new += self.best(way, column[column > 0].tolist(), second, TRIES)
            elif way.pending >= 0x80 and (code := int(pairs()[way.pending, first])):
                direct.append((way, code))
            if rank < GAPS and way.pending >= 0x80:
                new += self.vanished(way, first, second)
                new.append(way.add(LOST_RUN, second, HOLE, HOLE))
        new += self.together(direct, second)
        # The way that needs the fewest guesses is never lost among those that guess better.
        fewest = min((len(way.guessed) for way in new), default=0)
        plain = min((way for way in new if len(way.guessed) == fewest), key=lambda way: way.cost, default=None)
        new.sort(key=lambda way: way.cost)
        kept: dict[tuple[int, int], Way] = {}
        for way in new:
            kept.setdefault((way.pending, way.codes[-1]), way)
            if len(kept) == BEAM:
                break
        out = list(kept.values())
        return out if plain is None or plain in out else [*out, plain]

    def together(self, direct: list[tuple[Way, int]], pending: int) -> Iterator[Way]:
        """Each way with the character that completes it, all priced in one call."""
        if not direct:
            return
        run = np.array([(*self.last(way), code) for way, code in direct], np.uint32)
        costs = model.next_costs(run[:, 0], run[:, 1], run[:, 2])
        tells = self.context.tells(run[:, 2])
        for (way, code), cost, telling in zip(direct, costs.tolist(), tells.tolist(), strict=True):
            more = float(self.context.costs(np.array([code], np.uint32), way.codes)[0]) if telling else 0.0
            yield way.add(cost + more, pending, code)

    def best(self, way: Way, codes: list[int], pending: int, count: int) -> Iterator[Way]:
        costs = self.costs(way, codes)
        for k in np.argsort(costs, kind="stable")[:count].tolist():
            yield way.add(float(costs[k]), pending, codes[k], guess=True)

    def vanished(self, way: Way, first: int, second: int) -> list[Way]:
        """A pair that forms no character was dropped here: the second byte of one character, the first of another."""
        row = pairs()[way.pending]
        trails = np.flatnonzero(row)
        if not len(trails):
            return []
        costs = self.costs(way, row[trails].tolist())
        order = np.argsort(costs, kind="stable")[:TRIES]
        leads = np.flatnonzero(pairs()[:, first])
        none = pairs()[trails[order]][:, leads] == 0  # the pairs (trail, lead) that vanish
        one, two = np.nonzero(none)
        if not len(one):
            return []
        here = row[trails[order]][one]
        there = pairs()[leads[two], first]
        total = costs[order][one] + model.next_costs(np.full(len(here), self.last(way)[1], np.uint32), here, there)
        return [
            way.add(float(total[k]) + VANISHED, second, int(here[k]), int(there[k]), guess=True)
            for k in np.argsort(total, kind="stable")[:TRIES].tolist()
        ]
