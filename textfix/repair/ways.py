"""What a walk through text out of step knows: the line read one byte off, the ways so far, what may come next, exits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes
from textfix.repair import phrases, pinyin
from textfix.repair.context import CLOSING, OPENING, QUOTES, Context, Costs
from textfix.repair.halves import bytes_of, shift
from textfix.repair.phrases import MEMORY

#: Characters ahead that a way is judged with.
AHEAD = 3
#: What a character that cannot be told counts.
USUAL = 5.0
#: A byte that is not known.
UNKNOWN = -1
#: How characters are guessed: one that lost a byte; two around a pair that vanished; three around two such pairs, of
#: which the middle one has no byte left; two of which the last has none left; and how many each kind takes.
CUT, AROUND, MIDDLE_GONE, LAST_GONE = 1, 2, 3, 4
WIDTHS = {CUT: 1, AROUND: 2, MIDDLE_GONE: 3, LAST_GONE: 2}


@dataclass(frozen=True, slots=True)
class Shifted:
    """A line (code points, ended by a newline) and what it says one byte off.

    `leads` and `trails` are the bytes of each character, -1 for none; `codes` the characters that the second byte of
    one and the first of the next form, 0 for none, and `costs` what each costs behind those before it; `reach` is after
    how many the text may be in step again, AHEAD at most; `total` are the running costs, USUAL for a character there or
    for none; `doubt` is what the next AHEAD characters cost together, without end where one is none.
    """

    line: list[int]
    leads: list[int]
    trails: list[int]
    codes: list[int]
    costs: list[float]
    reach: list[int]
    total: list[float]
    doubt: list[float]

    @staticmethod
    def of(codes: Codes, context: Context) -> Shifted:
        leads, trails = bytes_of(codes)
        shifted, leaves = shift(codes)
        costs = phrases.line_costs(shifted) + context.plain(shifted)
        costs[shifted == 0] = np.inf
        counted = np.append(np.where(leaves, USUAL, np.where(shifted > 0, costs, np.inf)), [USUAL] * AHEAD)
        doubt = np.lib.stride_tricks.sliding_window_view(counted, AHEAD).sum(axis=1)
        near = np.lib.stride_tricks.sliding_window_view(np.append(leaves, [True] * AHEAD), AHEAD)
        reach = np.where(near.any(axis=1), near.argmax(axis=1), AHEAD)
        total = np.concatenate([[0.0], np.cumsum(np.where(counted < np.inf, counted, USUAL))])
        return Shifted(
            codes.tolist(), leads.tolist(), trails.tolist(), shifted.tolist(), costs.tolist(), reach.tolist(),
            total.tolist(), doubt.tolist(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Start:
    """How a walk may begin: from where, by which rule, its prior, bytes that wait (UNKNOWN for one that is lost),
    characters one of which is the first."""

    at: int
    rule: str
    prior: float
    pending: list[int]
    first: list[int]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read the text so far.

    `cost`; `last`, its last characters; `opened`, quotations that are open; `pending`, the byte that waits for its
    second; `ahead`, what the next characters cost if no pair vanishes before them (none where the line knows);
    `parent` and `codes`, the way that it goes on from and by which characters; `guessed`, how these were guessed;
    `guesses`, how often that was so up to here; `gap`, whether a mark says that what comes next vanished.
    """

    rule: str
    cost: float
    last: tuple[int, ...]
    opened: tuple[int, ...]
    pending: int
    ahead: tuple[float, ...] = ()
    parent: Way | None = None
    codes: tuple[int, ...] = ()
    guessed: int = 0
    guesses: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Tries:
    """Characters that may come next, in each row: those of `ways` `row` goes on with `codes`, at a cost of `cost`, and
    waits with `pending`; `last` and `opened` are as in Way."""

    ways: list[Way]
    row: NDArray[np.int64]
    codes: NDArray[np.uint32]
    cost: Costs
    last: NDArray[np.uint32]
    opened: NDArray[np.int64]
    pending: NDArray[np.int64]

    @staticmethod
    def of(ways: list[Way]) -> Tries:
        return Tries(
            ways,
            np.arange(len(ways)),
            np.zeros((len(ways), 0), np.uint32),
            np.array([way.cost for way in ways], np.float64),
            np.array([way.last for way in ways], np.uint32).reshape(-1, MEMORY),
            np.array([way.opened for way in ways], np.int64).reshape(-1, len(QUOTES)),
            np.array([way.pending for way in ways], np.int64),
        )

    def extend(self, rows: NDArray[np.int64], codes: Codes, pending: NDArray[np.int64], context: Context) -> Tries:
        """These[ROWS], each with one of CODES more, and what waits then."""
        last, opened = self.last[rows], self.opened[rows]
        return Tries(
            self.ways,
            self.row[rows],
            np.concatenate([self.codes[rows], codes[:, None]], axis=1),
            self.cost[rows] + phrases.costs(last, codes) + context.costs(codes, opened),
            np.concatenate([last[:, 1:], codes[:, None]], axis=1),
            opened + (codes[:, None] == OPENING) - (codes[:, None] == CLOSING),
            pending,
        )

    def take(self, rows: NDArray[np.int64]) -> Tries:
        return Tries(
            self.ways, self.row[rows], self.codes[rows], self.cost[rows], self.last[rows], self.opened[rows],
            self.pending[rows],
        )  # fmt: skip

    def best(self, most: int) -> Tries:
        """The MOST that cost least, the cheapest first."""
        return self.take(np.argsort(self.cost, kind="stable")[:most])


@dataclass(frozen=True, slots=True)
class Exit:
    """A place where the text is in step again: what was read by which rule, up to where, and its cost.

    `cost` takes in the next characters, `own` does not. `guessed` tells where a byte was not known: at which place,
    and how many characters together.
    """

    end: int
    rule: str
    cost: float
    own: float
    codes: tuple[int, ...]
    guessed: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Patience:
    """How many more places of a line may be asked what vanished there: a page of slips takes some hundred, a hostile
    line would take all."""

    left: int = 200


def gloss_at(line: list[int], at: int) -> tuple[str, int] | None:
    """A reading in brackets at AT, "(yán)" or with its bracket swallowed "?yán)": the syllable and where it ends."""
    if line[at] not in (0x28, 0x3F):
        return None
    end = at + 1
    while end < len(line) and line[end] != 0x29 and end - at < 9:
        end += 1
    if end >= len(line) or line[end] != 0x29 or end == at + 1:
        return None
    syllable = "".join(map(chr, line[at + 1 : end]))
    return (syllable, end + 1) if pinyin.characters(syllable) else None


def behind(last: NDArray[np.uint32], codes: NDArray[np.uint32]) -> Costs:
    """What each of CODES costs in its row, behind the row of LAST."""
    run = np.concatenate([last, codes], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(run, MEMORY, axis=1)[:, :-1].reshape(-1, MEMORY)
    return phrases.costs(windows, codes.ravel()).reshape(codes.shape)


def lowest(rough: NDArray[np.floating], most: int) -> NDArray[np.int64]:
    """Where the MOST lowest of ROUGH are."""
    return np.argpartition(rough, most)[:most] if len(rough) > most else np.arange(len(rough))


def trail_of(way: Way | None, codes: list[int], kind: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The characters of WAY from its beginning and CODES, and which of them were guessed."""
    parts: list[tuple[tuple[int, ...], int]] = [(tuple(codes), kind)]
    while way is not None:
        parts.append((way.codes, way.guessed))
        way = way.parent
    read: list[int] = []
    guessed: list[tuple[int, int]] = []
    for some, width in reversed(parts):
        if width:
            guessed.append((len(read), width))
        read += some
    return tuple(read), tuple(guessed)
