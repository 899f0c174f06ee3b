"""The likeliest text where bytes are lost: only what the reader could have lost, and what the model finds likely around it.

A beam of the likeliest beginnings is kept at each byte. A byte that is not known narrows the next character to those
that share its other bytes; a reader that showed U+FFFD or a question mark there narrows it further, for it shows them
only for bytes that it cannot read: 81, 8D, 8F, 90 and 9D in cp1252.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE, LOST
from textfix.repair import halves, phrases

QUESTION, NEWLINE = 0x3F, 0x0A
#: Beginnings kept at each byte, and characters tried for each.
BEAM, EDGES, TRIED = 64, 512, 400
#: Bytes that are completed together, and those behind them that are looked at as well: longer texts are taken in parts.
PART, OVERLAP = 600, 60
#: States that are so many nats behind the best are given up.
BEHIND = 14.0
#: How likely a character must be, of all ways to complete the text, to be put in; a hole stays where none is.
SURE = 0.65
#: Nats: a question mark that stands for a byte, one that is a mark of the text behind a lost byte, a byte that fits
#: nowhere.
SWALLOWED, ASKED, STRAY = 1.0, 5.0, 16.0
#: What may be lost: Han, marks, kana, full-width signs, the commoner signs of two bytes in UTF-8.
MAY_BE_LOST = ((0xB7, 0xB7), (0xD7, 0xD7), (0x2010, 0x2027), (0x3000, 0x30FF), (0x4E00, 0x9FA5), (0xFF01, 0xFF5E))
#: The codecs that may have been each reader's, the narrowest first: what it cannot read is what was lost.
CODECS = {
    "gb18030": ("gbk", "gb18030"), "cp936": ("gbk", "gb18030"), "big5": ("big5", "cp950", "big5hkscs"),
    "utf-8|cp1252": ("cp1252",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """A text, where in it characters were put in (`filled`), and how many bytes it takes."""

    codes: Codes
    filled: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Choices:
    """Characters that fit some bytes, the likeliest first, how many bytes these are, and whether any of them is lost."""

    codes: Codes
    size: int
    filled: bool
    price: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Ways on by one character: from which state, which character, from which byte on, at what cost, and what the last
    characters are then; `filled`: whether some of its bytes are lost.
    """

    source: NDArray[np.int64]
    codes: Codes
    start: NDArray[np.int64]
    cost: NDArray[np.float64]
    last: Codes
    filled: NDArray[np.bool_]

    def take(self, rows: NDArray[np.int64]) -> Edges:
        return Edges(*(getattr(self, name)[rows] for name in Edges.__slots__))

    @staticmethod
    def join(some: list[Edges]) -> Edges:
        return Edges(*(np.concatenate([getattr(edges, name) for edges in some]) for name in Edges.__slots__))


@cache
def repertoire(written: str) -> tuple[Codes, NDArray[np.uint8], NDArray[np.uint8]]:
    """What may be lost in WRITTEN, the commonest first: code points, their bytes (rows of three), how many each has."""
    codes = np.concatenate([np.arange(low, high + 1) for low, high in MAY_BE_LOST]).astype(np.uint32)
    packed, length = encodings.load(written).table
    codes = codes[(length[codes] > 1) & (length[codes] < 4)]
    codes = codes[np.argsort(model.plain_costs(codes), kind="stable")]
    size = length[codes]
    rows = np.zeros((len(codes), 3), np.uint8)
    for place in range(3):
        has = size > place
        rows[has, place] = packed[codes[has]] >> (8 * (size[has] - 1 - place)).astype(np.uint32) & 0xFF
    return codes, rows, size


def find_codec(reader: str, shown: str) -> str:
    """The narrowest codec of READER that has all of what it has SHOWN."""
    *narrower, widest = CODECS.get(reader, (reader,))
    for codec in narrower:
        with contextlib.suppress(UnicodeError):
            shown.encode(codec)
            return codec
    return widest


@cache
def loses(codec: str) -> NDArray[np.bool_]:
    """Whether CODEC shows the byte of each row as lost when that of each column follows it."""
    table = np.zeros((256, 256), np.bool_)
    for first in range(0x80, 0x100):
        for second in range(0x40, 0x100):
            table[first, second] = bytes((first, second)).decode(codec, "replace")[0] == "\ufffd"
        table[first, :0x40] = table[first, 0x40] if codec in encodings.charmap.SINGLE else True
    return table


def find_script(codes: Codes) -> int:
    """Which script CODES are in, as `phrases.variants` counts: 1 = traditional, 2 = simplified, 0 = cannot be told."""
    _, traditional, simplified = np.bincount(halves.scripts().take(codes, mode="clip"), minlength=3)
    return 1 if traditional > simplified else 2 if simplified > traditional else 0


class Completer:
    """Completes the bytes of texts written in one encoding and read by one codec; SCRIPT is that of what is known (see `find_script`)."""

    def __init__(self, written: str, codec: str, script: int) -> None:
        self.written, self.codec, self.script = written, codec, script
        self.codes, self.rows, self.size = repertoire(written)
        self.price = phrases.variants()[script][self.codes]
        self.sizes = (3, 2) if written == "utf-8" else (2,)
        self.loses = loses(codec)
        # What may be lost before a first byte that is lost as well.
        firsts = np.unique(self.rows[self.size == self.sizes[0], 0]) if written == "utf-8" else np.arange(0x81, 0xFF)
        self.loses_before_lost: NDArray[np.bool_] = np.asarray(self.loses[:, firsts].any(axis=1))
        self.known: dict[tuple[int, ...], Choices | None] = {}

    def complete(self, data: bytes, before: tuple[int, ...], after: int) -> Completion:
        """DATA (LOST or `?` where a byte is lost) as text between the characters BEFORE and AFTER."""
        codes: list[int] = []
        filled: list[int] = []
        at = 0
        while at < len(data):
            part = data[at : at + PART + OVERLAP]
            last = at + len(part) == len(data)
            lattice = self.search(part, (*before, *codes)[-phrases.MEMORY :], after if last else None)
            done = lattice.settle(SURE, len(part) if last else PART)
            filled += [len(codes) + place for place in done.filled]
            codes += done.codes.tolist()
            at += done.size
        return Completion(np.array(codes, np.uint32), tuple(filled), at)

    def search(self, data: bytes, before: tuple[int, ...], after: int | None) -> Lattice:
        """The likeliest ways through DATA, in the script of what is known, or in the one in which all reads better: a
        mixture of both would read best, and be wrong.
        """
        if self.script:
            return self.walk(data, before, after)
        ways = [completer(self.written, self.codec, script).walk(data, before, after) for script in (1, 2)]
        return min(ways, key=lambda lattice: lattice.total)

    def walk(self, data: bytes, before: tuple[int, ...], after: int | None) -> Lattice:
        """The ways through DATA in one script."""
        lattice = Lattice(np.array([before], np.uint32), len(data))
        for at in range(len(data)):
            states = lattice.enter(at)
            if states is not None:
                for edges in self.step(data, at, *states):
                    lattice.add(edges, at)
        lattice.leave(after)
        return lattice

    def step(
        self, data: bytes, at: int, states: NDArray[np.int64], so_far: NDArray[np.float64], last: Codes
    ) -> Iterator[tuple[int, Edges]]:
        """The ways on from STATES, which end at AT, by one character of every size: how many bytes it takes, and they."""
        byte = data[at]
        found: list[tuple[Choices, float]] = []
        if byte < 0x80:
            found.append((Choices(np.array([byte], np.uint32), 1, False, np.zeros(1)), 0.0))
        if byte >= 0x80 or byte == QUESTION:
            for size in self.sizes:
                pattern = tuple(data[at : at + size])
                if len(pattern) < size:
                    continue
                choices = self.fitting((*pattern, data[at + size] if at + size < len(data) else NEWLINE))
                if choices is not None:
                    found.append((choices, SWALLOWED * pattern.count(QUESTION)))
        for choices, price in found:
            many = len(choices.codes)
            codes = np.tile(choices.codes, len(states))
            cost = phrases.costs(np.repeat(last, many, axis=0), codes) + np.tile(choices.price, len(states)) + price
            row = np.repeat(np.arange(len(states)), many)
            best = so_far[row] + cost
            rows = np.argpartition(best, EDGES)[:EDGES] if len(best) > EDGES else np.arange(len(best))
            yield choices.size, self.edges(states, last, row[rows], codes[rows], at, cost[rows], choices.filled)
        if byte >= 0x80 or byte == QUESTION:
            hole = np.full(len(states), HOLE, np.uint32)
            yield 1, self.edges(states, last, np.arange(len(states)), hole, at, np.full(len(states), STRAY), False)

    def edges(
        self,
        states: NDArray[np.int64],
        last: Codes,
        rows: NDArray[np.int64],
        codes: Codes,
        at: int,
        cost: NDArray[np.float64],
        filled: bool,
    ) -> Edges:
        longer = np.concatenate([last[rows, 1:], codes[:, None]], axis=1)
        return Edges(states[rows], codes, np.full(len(rows), at), cost, longer, np.full(len(rows), filled))

    def fitting(self, pattern: tuple[int, ...]) -> Choices | None:
        """The characters whose bytes fit PATTERN, of which the last byte is what follows them."""
        if pattern not in self.known:
            self.known[pattern] = self.fit(pattern)
        return self.known[pattern]

    def fit(self, pattern: tuple[int, ...]) -> Choices | None:
        size = len(pattern) - 1
        fits = self.size == size
        lost = [byte in (LOST, QUESTION) for byte in pattern]
        for place in range(size):
            if not lost[place]:
                fits &= self.rows[:, place] == pattern[place]
            elif place + 1 < size:
                fits &= self.loses[self.rows[:, place], self.rows[:, place + 1]]
            elif not lost[size]:
                fits &= self.loses[self.rows[:, place], pattern[size]]
            elif pattern[size] == LOST:
                fits &= self.loses_before_lost[self.rows[:, place]]
        if not fits.any():
            return None
        price = self.price * any(lost[:size])
        if lost[size - 1] and pattern[size] == QUESTION:
            price = price + ASKED * ~self.loses_before_lost[self.rows[:, size - 1]]
        return Choices(self.codes[fits][:TRIED], size, any(lost[:size]), price[fits][:TRIED])


class Lattice:
    """States (byte reached, last characters) and the ways between them, with what all ways together say of each."""

    def __init__(self, before: Codes, size: int) -> None:
        self.size = size
        self.cost = np.zeros(1)
        self.last = before
        self.edges: list[Edges] = []
        self.into: list[NDArray[np.int64]] = []
        self.waiting: list[list[Edges]] = [[] for _ in range(size + 1)]
        self.least = np.full(size + 4, np.inf)
        self.byte = np.zeros(1, np.int64)
        self.ends = np.zeros(1, np.int64)
        self.end_cost = np.zeros(1)
        self.total = 0.0

    def add(self, edges: tuple[int, Edges], at: int) -> None:
        """A way on by one character (see `Completer.step`) from byte AT."""
        size, some = edges
        self.waiting[at + size].append(some)
        self.least[at + size] = min(self.least[at + size], float((self.cost[some.source] + some.cost).min()))

    def enter(self, at: int) -> tuple[NDArray[np.int64], NDArray[np.float64], Codes] | None:
        """The states at byte AT, the likeliest BEAM of them, with what they cost and their last characters."""
        if at == 0:
            return np.zeros(1, np.int64), self.cost, self.last
        waiting, self.waiting[at] = self.waiting[at], []
        if not waiting or self.least[at] > self.least[at + 1 : at + 4].min() + BEHIND:
            return None  # a shorter text already costs more than a longer one
        edges = Edges.join(waiting)
        total = self.cost[edges.source] + edges.cost
        key = edges.last.astype(np.uint64) @ np.array([1 << 42, 1 << 21, 1], np.uint64)
        _, first, state = np.unique(key, return_index=True, return_inverse=True)
        cost = together(total, state, len(first))
        kept = np.argsort(cost, kind="stable")[:BEAM]
        kept = kept[cost[kept] <= cost[kept[0]] + BEHIND]
        number = np.full(len(first), -1)
        number[kept] = len(self.cost) + np.arange(len(kept))
        into = number[state]
        rows = np.flatnonzero(into >= 0)
        self.edges.append(edges.take(rows))
        self.into.append(into[rows])
        states = len(self.cost) + np.arange(len(kept))
        self.cost = np.concatenate([self.cost, cost[kept]])
        self.last = np.concatenate([self.last, edges.last[first[kept]]])
        self.byte = np.concatenate([self.byte, np.full(len(kept), at)])
        return states, cost[kept], self.last[states]

    def leave(self, after: int | None) -> None:
        """End all ways with the character AFTER, or (None) with any."""
        found = self.enter(self.size)
        if found is None:
            raise RuntimeError("no way through: any byte may be a stray one")
        self.ends, cost, last = found
        self.end_cost = np.zeros(len(last))
        if after is not None:
            self.end_cost = phrases.costs(last, np.full(len(last), after, np.uint32))
        self.total = float(together(cost + self.end_cost, np.zeros(len(cost), np.int64), 1)[0])

    def settle(self, sure: float, size: int | None = None) -> Completion:
        """At each place what most ways agree on, or a hole where they are not SURE; up to byte SIZE, or all."""
        onward = np.full(len(self.cost), -np.inf)  # the logarithm of what all ways on from a state have left
        onward[self.ends] = -self.end_cost
        for edges, into in zip(reversed(self.edges), reversed(self.into), strict=True):
            np.logaddexp.at(onward, edges.source, onward[into] - edges.cost)
        edges, into = Edges.join(self.edges), np.concatenate(self.into)
        chance = np.exp(self.total - self.cost[edges.source] - edges.cost + onward[into])
        key, first, same = np.unique(edges.start << 21 | edges.codes, return_index=True, return_inverse=True)
        chances = np.bincount(same, chance)
        starts = key >> 21
        text: list[int] = []
        filled: list[int] = []
        at = 0
        while at < (self.size if size is None else size):
            low, high = np.searchsorted(starts, [at, at + 1]).tolist()
            best = low + int(chances[low:high].argmax())
            edge = first[best]
            if edges.filled[edge] and chances[best] >= sure:
                filled.append(len(text))
            text.append(int(edges.codes[edge]) if not edges.filled[edge] or chances[best] >= sure else HOLE)
            at = int(self.byte[into[edge]])
        return Completion(np.array(text, np.uint32), tuple(filled), at)


def together(costs: NDArray[np.float64], groups: NDArray[np.int64], many: int) -> NDArray[np.float64]:
    """−ln of the sum of the chances of each group."""
    least = np.full(many, np.inf)
    np.minimum.at(least, groups, costs)
    summed: NDArray[np.float64] = least - np.log(np.bincount(groups, np.exp(least[groups] - costs), many))
    return summed


@cache
def completer(written: str, codec: str, script: int) -> Completer:
    return Completer(written, codec, script)
