"""Text out of step: GBK bytes read one byte off, walked back to the characters they were.

A replacement on bytes that cut two characters leaves everything behind it one byte out of step: each character shown
holds the second byte of one true character and the first of the next. Where every pair is there, the true text can be
read off (`Shifted`), and is priced once for the line; only where a pair may have vanished are there many ways to go on.
They are priced with the characters behind them, and so are the beginnings. The walk ends where the text is in step.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from textfix.encodings import HOLE
from textfix.repair import pinyin, vanished
from textfix.repair.context import CLOSING, OPENING, QUOTES, Context
from textfix.repair.halves import EURO, FULL, gbk, guessable, pairs
from textfix.repair.phrases import MEMORY
from textfix.repair.vanished import PRICED, TRIES
from textfix.repair.ways import (
    AHEAD,
    AROUND,
    CUT,
    LAST_GONE,
    MIDDLE_GONE,
    UNKNOWN,
    Exit,
    Patience,
    Shifted,
    Start,
    Tries,
    Way,
    behind,
    gloss_at,
    lowest,
    trail_of,
)

#: Ways kept at each step.
BEAM = 10
#: Ways this much (nats) behind the best are given up.
BEHIND = 14.0
#: A pair may have vanished where the next character of the text read off costs so much, and as many as AHEAD together:
#: that holds for 97 of 100 such places in simplified text and 99 in traditional (6 and 18: 94 and 98), and for one in
#: five where none vanished.
DOUBTFUL, DOUBTFUL_TOGETHER = 5.0, 15.0
#: What two characters around a pair that vanished and those AHEAD cost at least: a way that would be dearer than
#: another is not asked.
GAP = 20.0
#: Where two pairs vanished in a row the character between has no byte left: that is tried when no other way costs less
#: than this for itself and the characters ahead (nats).
DEAR = 36.0
#: What it costs that more is lost than two pairs in a row: more than rare characters, such as a name, that are not lost.
LOST_RUN = 30.0
#: What it costs that a pair of bytes formed no character and vanished, beyond what its characters cost.
VANISHED = 2.0
#: A walk is given up when its best way costs this much (nats) more than the text as it stands, by the second character
#: in clean text; or has lost this much of what the best way out gained: what is out of step gains on every character.
FAR = 12.0
#: Text that reads better one byte off by so much (nats) in AHEAD characters is not in step; clean text loses 20 so.
OUT_OF_STEP = 8.0
#: Of a slip the best way gains at least so much (nats) with each character, on the whole: 2 % of them 3, half of them 7.
STEADY = 2.0
#: Characters after which a walk that has not come back into step is given up.
LONGEST = 400
NEWLINE, QUESTION = 0x0A, 0x3F


@dataclass(slots=True)
class Walk:
    """The walk through a line from `origin`, behind the characters `before`; `stands` are the running costs of the line
    as it stands, `needed` is what a way out must cost less, `gain` what the best one does."""

    shifted: Shifted
    origin: int
    before: tuple[int, ...]
    context: Context
    stands: list[float]
    patience: Patience
    needed: float = 0.0
    exits: list[Exit] = field(default_factory=list)
    gain: float = -np.inf

    def run(self, starts: list[Start]) -> list[Exit]:
        """All ways out from STARTS."""
        line = self.shifted.line
        if not starts:
            return []
        begin = min(start.at for start in starts)
        waiting: dict[int, list[Way]] = {}
        for start in starts:
            for at, way in self.begin(start):
                waiting.setdefault(at, []).append(way)
        ways: list[Way] = []
        for at in range(begin, min(len(line), begin + LONGEST)):
            ways = self.keep(ways + waiting.pop(at, []), at) if at in waiting else ways
            if not ways and not waiting:
                break
            self.leave(ways, at)
            if line[at] == NEWLINE:
                break
            ways = self.advance(ways, at)
            gain = self.stands[at + 1] - self.stands[self.origin] - min((way.cost for way in ways), default=0.0)
            if not waiting and gain < max(self.gain, STEADY * (at - self.origin)) - FAR:
                break
        return self.exits

    def begin(self, start: Start) -> list[tuple[int, Way]]:
        """The ways that START allows, each with the place from which it goes on."""
        leads, trails = self.shifted.leads, self.shifted.trails
        root = Way(start.rule, start.prior, self.before[-MEMORY:], self.context.open, 0)
        if start.pending == [UNKNOWN]:
            if leads[start.at] < 0:
                return []
            column = pairs()[0x81:, leads[start.at]]
            column = column[column > 0]
            rows = np.zeros(len(column), np.int64)
            trail = trails[start.at]
            return [
                (start.at + 1, way)
                for way in self.ways(Tries.of([root]), rows, column[:, None], trail, start.at + 1, CUT)
            ]
        found: list[Way] = []
        rows = np.zeros(len(start.first) or 1, np.int64)
        first = np.array(start.first, np.uint32).reshape(len(rows), -1)
        for pending in start.pending:
            found += self.ways(Tries.of([root]), rows, first, pending, start.at, CUT if start.first else 0)
        return [(start.at, way) for way in found]

    def ways(
        self, tries: Tries, rows: NDArray[np.int64], codes: NDArray[np.uint32],
        pending: NDArray[np.int64] | int, at: int, kind: int, more: float = 0.0,
    ) -> list[Way]:  # fmt: skip
        """The best of TRIES[ROWS], each with a row of CODES more and what waits then, as ways that go on at AT: by their
        cost with the characters ahead, as far as these are certain."""
        if not len(rows):
            return []
        pending = np.broadcast_to(pending, len(rows))
        columns, width = list(codes.T), codes.shape[1]
        for place in range(at, at + AHEAD):
            if self.shifted.leads[place] < 0:
                break
            column = np.full(len(rows), self.shifted.codes[place], np.uint32)
            if place == at:
                column = pairs()[pending, self.shifted.leads[place]]
            if not column.all():
                break
            columns.append(column)
        price = np.zeros((len(rows), 0))
        if columns:
            run = np.stack(columns, axis=1)
            price = behind(tries.last[rows], run) + self.context.plain(run)
        opened = tries.opened[rows]
        cost = tries.cost[rows] + more + price[:, :width].sum(axis=1)
        for column in codes.T:
            cost += self.context.quotes(column, opened)
            opened = opened + (column[:, None] == OPENING) - (column[:, None] == CLOSING)
        last = np.concatenate([tries.last[rows], codes], axis=1)[:, -MEMORY:]
        found = []
        rank = cost + price[:, width : width + self.shifted.reach[at]].sum(axis=1)
        for k in np.argsort(rank, kind="stable")[:BEAM].tolist():
            row = int(rows[k])
            way = tries.ways[int(tries.row[row])]
            read = (*tries.codes[row].tolist(), *codes[k].tolist())
            found.append(
                Way(
                    way.rule, float(cost[k]), tuple(last[k].tolist()), tuple(opened[k].tolist()), int(pending[k]),
                    tuple(price[k, width:].tolist()), way, read, kind, way.guesses + (kind > 0),
                )
            )  # fmt: skip
        return found

    def rank(self, way: Way, at: int) -> float:
        """What WAY costs with the next AHEAD characters from AT on, USUAL for those where the text may be in step again."""
        total, known = self.shifted.total, min(len(way.ahead), self.shifted.reach[at])
        return way.cost + sum(way.ahead[:known]) + total[at + AHEAD] - total[at + known]

    def keep(self, ways: list[Way], at: int) -> list[Way]:
        """The best of WAYS at AT: of those that end alike one, and the one that needs the fewest guesses in any case."""
        ranked = sorted(((self.rank(way, at), k) for k, way in enumerate(ways)))
        best: dict[tuple[object, ...], Way] = {}
        for rank, k in ranked:
            if rank > ranked[0][0] + BEHIND:
                break
            best.setdefault((ways[k].last, ways[k].pending, ways[k].gap), ways[k])
        kept = list(best.values())
        plain = min(kept, key=lambda way: way.guesses, default=None)
        kept, rest = kept[:BEAM], kept[BEAM:]
        return [*kept, plain] if plain is not None and plain in rest else kept

    def advance(self, ways: list[Way], at: int) -> list[Way]:
        """The ways after the character at AT."""
        lead, trail = self.shifted.leads[at], self.shifted.trails[at]
        found: list[Way] = []
        if lead < 0:
            return found
        found += [
            self.straight(way, at, code, trail)
            for way in ways
            if way.pending >= 0x80 and not way.gap and (code := int(pairs()[way.pending, lead]))
        ]
        # What a way may cost more than others, with the characters ahead: those that go on, and those that left already.
        left = self.stands[min(at + 1 + AHEAD, len(self.stands) - 1)] - self.stands[self.origin] - self.gain
        best = min([left, *(self.rank(way, at + 1) for way in found)])
        doubtful = [
            way
            for way in ways
            if way.pending >= 0x80 and way.cost + VANISHED + GAP <= best and (way.gap or self.is_doubtful(way, at))
        ]
        if doubtful and self.patience.left > 0:
            self.patience.left -= 1
            found += self.gaps(doubtful, at, best)
        if self.shifted.line[at] == QUESTION:
            # A pair that forms no character, shown as one mark or two.
            found += [
                Way(way.rule, way.cost, way.last, way.opened, way.pending, (), way, (), 0, way.guesses, True)
                for way in ways
                if way.pending >= 0x80
            ]
        return self.keep(found, at + 1)

    def is_doubtful(self, way: Way, at: int) -> bool:
        """Whether a pair may have vanished before the second byte at AT."""
        shifted, known = self.shifted, min(len(way.ahead), self.shifted.reach[at])
        if not known:
            same = way.pending == shifted.trails[at - 1]
            return not same or (shifted.costs[at] >= DOUBTFUL and shifted.doubt[at] >= DOUBTFUL_TOGETHER)
        more = shifted.doubt[at + known] * (AHEAD - known) / AHEAD if known < AHEAD else 0.0
        return way.ahead[0] >= DOUBTFUL and sum(way.ahead[:known]) + more >= DOUBTFUL_TOGETHER

    def straight(self, way: Way, at: int, code: int, trail: int) -> Way:
        """WAY with the character CODE that its byte forms with the next."""
        cost = way.ahead[0] if way.ahead else self.shifted.costs[at]
        opened = way.opened
        if code in QUOTES or code in QUOTES.values():
            cost += float(self.context.quotes(np.array([code], np.uint32), np.array([opened], np.int64))[0])
            opened = tuple(
                n + (code == opening) - (code == closing)
                for n, (closing, opening) in zip(opened, QUOTES.items(), strict=True)
            )
        return Way(
            way.rule, way.cost + cost, (*way.last[1:], code), opened, trail, way.ahead[1:], way, (code,), 0, way.guesses
        )

    def gaps(self, ways: list[Way], at: int, straight: float) -> list[Way]:
        """WAYS behind a pair that vanished before the second byte at AT, or two, or more; the best other way, with the
        characters ahead, costs STRAIGHT."""
        lead, trail = self.shifted.leads[at], self.shifted.trails[at]
        following = self.shifted.codes[at + 1]
        one = vanished.cut(Tries.of(ways), self.context).best(TRIES)
        here, codes = vanished.around(one, one.cost, one.codes, one.pending, lead, following)
        found = self.ways(one, here, codes, trail, at + 1, AROUND, VANISHED)
        best = min((self.rank(way, at + 1) for way in found), default=np.inf)
        if min(best, straight) > min(way.cost for way in ways) + DEAR:
            here, codes = vanished.around_two(one, lead, following)
            found += self.ways(one, here, codes, trail, at + 1, MIDDLE_GONE, 2 * VANISHED)
            best = min((self.rank(way, at + 1) for way in found), default=np.inf)
            if best > ways[0].cost + DEAR + LOST_RUN / 2:
                gone = replace(
                    ways[0], cost=ways[0].cost + LOST_RUN, last=(HOLE,) * MEMORY, ahead=(), parent=ways[0],
                    codes=(HOLE, HOLE), guessed=0, guesses=ways[0].guesses + 2, gap=False,
                )  # fmt: skip
                none = np.zeros((1, 0), np.uint32)
                (lost,) = self.ways(Tries.of([gone]), np.zeros(1, np.int64), none, trail, at + 1, 0)
                found.append(replace(gone, pending=trail, ahead=lost.ahead))
        return found

    def leave(self, ways: list[Way], at: int) -> None:
        """Note the ways out at AT."""
        char = self.shifted.line[at]
        done = [way for way in ways if way.pending < 0x80]
        if done:
            # The byte that should wait for its second is ASCII: it was swallowed whole, and all is in step.
            tries = Tries.of(done)
            self.note(tries, tries.row, tries.pending.astype(np.uint32)[:, None], at, 0)
        if char >= 0x80 and char != EURO and char not in FULL:
            return
        waiting = [way for way in ways if way.pending >= 0x80]
        straight = [way for way in waiting if not way.gap]
        if 0x40 <= char <= 0x7E:
            self.complete(straight, char, at + 1)
        elif char == EURO:
            self.complete(straight, 0x80, at + 1)  # the byte 80 alone, as Windows reads it
        gloss = gloss_at(self.shifted.line, at)
        if gloss is not None:
            reading, end = gloss
            for code in map(ord, pinyin.characters(reading)):
                if (b := gbk(code)) is not None and (some := [way for way in straight if way.pending == b[0]]):
                    tries = Tries.of(some)
                    self.note(tries, tries.row, np.full((len(some), 1), code, np.uint32), end, 0)
        if waiting and char != EURO and self.may_leave(waiting, at):
            self.patience.left -= 1
            self.leave_cut(waiting, at, gloss is not None)

    def may_leave(self, ways: list[Way], at: int) -> bool:
        """Whether the text may be in step from AT on, and one of WAYS be good enough then: beyond the next character,
        what follows costs about the same whatever stands before; and it does not read better one byte off."""
        stood = self.stands[at + 1] - self.stands[self.origin]
        if stood - min(way.cost for way in ways) < self.needed:
            return False
        shifted, after = self.shifted, at + 2
        if after >= len(shifted.line) or shifted.reach[after] < AHEAD:
            return True
        gain = self.stands[after + AHEAD] - self.stands[after] - shifted.total[after + AHEAD] + shifted.total[after]
        return gain < OUT_OF_STEP

    def leave_cut(self, ways: list[Way], at: int, glossed: bool) -> None:
        """Note what WAYS become where a byte was lost at AT, before ASCII or a full-width mark."""
        char = self.shifted.line[at]
        one = vanished.cut(Tries.of(ways), self.context)
        likely = one.best(TRIES)
        if 0x40 <= char <= 0x7E:
            here, ends = vanished.around(likely, likely.cost, likely.codes, likely.pending, char, 0)
            self.note(likely, here, ends, at + 1, AROUND, VANISHED)
        # A pair with a gap has its end elsewhere; and a byte that CHAR completes would have been read with it.
        cut = ~np.array([way.gap for way in ways])[one.row]
        if char < 0x80:
            cut &= pairs()[one.pending, char] == 0
        rows = np.flatnonzero(cut)
        if char == QUESTION and (self.shifted.line[at + 1] in FULL or self.shifted.line[at + 1] < 0x40):
            self.note(one, rows, np.zeros((len(rows), 0), np.uint32), at + 1, CUT)  # the first byte is shown as a mark
            self.note_hole(ways, at + 1)
        if not glossed:
            # The first byte was left alone before ASCII and dropped, or shown as a mark; its second is not known.
            self.note(one, rows, np.zeros((len(rows), 0), np.uint32), at, CUT)
            self.note_hole(ways, at)
            if not 0x40 <= char < 0x80:  # hardly any byte is lost before a letter
                here, ends = vanished.behind_all(likely)
                self.note(likely, here, ends, at, LAST_GONE, VANISHED)

    def note_hole(self, ways: list[Way], at: int) -> None:
        """Note the best of WAYS where no character that is usual begins with its byte."""
        best = next((way for way in ways if not way.gap and not guessable()[way.pending, 0x80:].any()), None)
        if best is not None:
            tries = Tries.of([best])
            hole = tries.extend(tries.row, np.array([HOLE], np.uint32), tries.pending, self.context)
            hole.cost[:] = best.cost + LOST_RUN / 2
            self.note(hole, tries.row, np.zeros((1, 0), np.uint32), at, 0)

    def complete(self, ways: list[Way], byte: int, at: int) -> None:
        """Note WAYS that the byte BYTE completes, which leaves the text in step at AT."""
        tries = Tries.of(ways)
        codes = pairs()[tries.pending, byte]
        rows = np.flatnonzero(codes)
        self.note(tries, rows, codes[rows][:, None], at, 0)

    def note(
        self, tries: Tries, rows: NDArray[np.int64], codes: NDArray[np.uint32], at: int, kind: int, more: float = 0.0
    ) -> None:
        """Add the best of TRIES[ROWS] with CODES as ways out at AT, by what the next characters cost behind them."""
        if len(rows) > PRICED and not codes.shape[1]:
            rows = rows[lowest(tries.cost[rows], PRICED)]
            codes = codes[: len(rows)]
        if not len(rows):
            return
        width = codes.shape[1]
        following = np.array([self.shifted.line[at : at + MEMORY]], np.uint32)
        price = behind(tries.last[rows], np.concatenate([codes, np.tile(following, (len(rows), 1))], axis=1))
        own = tries.cost[rows] + more + price[:, :width].sum(axis=1)
        for column in codes.T:
            own += self.context.costs(column, tries.opened[rows])
        cost = own + price[:, width:].sum(axis=1)
        for k in np.argsort(cost, kind="stable")[:2].tolist():
            row = int(rows[k])
            way = tries.ways[int(tries.row[row])]
            read, guessed = trail_of(way, [*tries.codes[row].tolist(), *codes[k].tolist()], kind)
            self.exits.append(Exit(at, way.rule, float(cost[k]), float(own[k]), read, guessed))
            self.gain = max(self.gain, self.stands[at] - self.stands[self.origin] - float(own[k]))
