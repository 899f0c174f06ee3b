"""Where text may have been misread, and along which routes: the gate in front of everything costly.

`suspicion.npz` says how much likelier each character is in text that was garbled along a chain of routes than in clean
text. A stretch is suspicious if that, and the model's surprise, add up over it: rare words surprise the model and are
no garbles, and what garbles have in common with clean text does not surprise it.

The gate has three steps, each for what the one before let through: characters that are likelier in garbled text, three
in a row; the same with the model's surprise; and both chain by chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model, tables
from textfix.batch import Batch, Codes

#: Code points below this have a row of their own; the others share the last one.
SIZE = 0x10000
#: Entries are eighths of a nat, and MOST nats at most: no character is suspicious alone.
UNIT, MOST = 8, 6
#: What ASCII says, in those units: it is what it is in nearly every reading, and rather rarer in garbled Chinese.
ASCII = -UNIT
#: The column of text that is not Chinese.
WESTERN = "western"
#: Bits of each of a pair's two hashes. Some 240,000 pairs fill one place in 18; both are full for one pair in 300 that
#: is not among them. With one hash, garbles of two characters were taken for clean text in one case of eight.
PAIR_BITS = 23
#: What a character of good text costs at most, on average: clean Chinese stands at 5.0, a poem at 7.3, garbles at 12 up.
USUAL = 6.5
#: Nats that make a stretch suspicious. Of 4-character garbles 99.9 % reach it, of 2-character ones 98 % (on all
#: routes); clean prose does once in 30,000 characters, and text of a kind that the model does not know more often.
ALARM = 6.5
ENOUGH = int(5 * UNIT)
#: Characters side by side that are looked at first.
ROW = 3
#: Marks (dashes, ellipses, quotes, interpuncts, full-width signs) that garbles have too, and never alone: —— and ……
#: were half of what the first step let through.
MARKS = ((0xB7, 0xB7), (0x2010, 0x2027), (0x3000, 0x303F), (0xFF01, 0xFF5E))
#: Characters from so many before a row to so many after its start that the second step looks at.
BEFORE, AFTER = 5, 11
#: Characters around a row that the model is asked about, and around a suspicious stretch that are looked at too: a
#: misread word starts and ends with likely ones.
NEAR, MARGIN = 6, 64
NEWLINE = 0x0A
#: Sinks any sum that a character can have added to.
SINK = np.float32(-64.0)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch `start:end` of the batch's code points, within one line; whether it reaches the line's ends; and the
    chains that it may have been misread along.
    """

    start: int
    end: int
    opens: bool
    closes: bool
    chains: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """`likelihood` in units by code point and chain, no more than the character surprises; `likely` is the greatest of
    each row in nats, `units` the same in units, none below 0 and none for MARKS; `strange` is 0 at both hashes of pairs
    that clean text has, else 1.
    """

    names: tuple[str, ...]
    likelihood: NDArray[np.int8]
    likely: NDArray[np.float32]
    units: NDArray[np.uint8]
    strange: NDArray[np.uint8]


@cache
def table() -> Table:
    data = tables.arrays("suspicion.npz")
    surprise = model.plain_costs(np.arange(SIZE, dtype=np.uint32)) - np.float32(USUAL)
    limit = np.clip(surprise * UNIT, -128, 127).astype(np.int8)
    likelihood = np.minimum(data["likelihood"], limit[:, None])
    likely = likelihood.max(axis=1).astype(np.float32) / np.float32(UNIT)
    likely[NEWLINE] = SINK
    return Table(
        tuple(data["names"].tolist()),
        likelihood,
        likely,
        positive(data["likelihood"].max(axis=1)),
        1 - np.unpackbits(data["familiar"]),
    )


def positive(most: NDArray[np.int8]) -> NDArray[np.uint8]:
    """The units by code point that count in the first step."""
    units = np.maximum(most, 0).astype(np.uint8)
    for low, high in MARKS:
        units[low : high + 1] = 0
    return units


def are_marks(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES are MARKS."""
    found = np.zeros(len(codes), np.bool_)
    for low, high in MARKS:
        found |= (codes >= low) & (codes <= high)
    return found


def hashed(first: Codes, second: Codes) -> tuple[Codes, Codes]:
    """Two times PAIR_BITS well-mixed bits for each pair of code points."""
    mixed = (first * np.uint32(0x9E3779B1) + second) * np.uint32(0x85EBCA6B)
    return mixed >> np.uint32(32 - PAIR_BITS), mixed * np.uint32(0xC2B2AE35) >> np.uint32(32 - PAIR_BITS)


def windows(batch: Batch) -> list[Window]:
    """The stretches of the batch that are suspicious, widened by MARGIN, merged, cut at line ends; worked out once."""
    found: list[Window] = batch.note(find_windows)
    return found


def find_windows(codes: Codes) -> list[Window]:
    """The same for code points."""
    rows = find_rows(codes)
    if not len(rows) or not len(rows := unfamiliar(codes, rows)) or not is_surprising(codes, rows):
        return []
    part, places = gather(codes, rows)
    surprise = surprises(part)
    likely = np.minimum(table().likely.take(part, mode="clip"), surprise)
    starts, ends = runs(likely, part == NEWLINE)
    # What stands near a row by chance, in another line perhaps, is not looked at for its sake.
    asked = np.concatenate([[0], np.cumsum(np.isin(places, rows[:, None] + np.arange(ROW)))])
    sought = asked[ends] > asked[starts]
    starts, ends = starts[sought], ends[sought]
    if not len(starts):
        return []
    return widen(codes, part, places, surprise, starts, ends)


def find_rows(codes: Codes) -> NDArray[np.int64]:
    """Where ROW characters begin that are together suspicious, whatever the model says."""
    units = np.zeros(len(codes) + ROW - 1, np.uint8)
    table().units.take(codes, mode="clip", out=units[: len(codes)])
    together = units[:-2] + units[1:-1]  # three times MOST * UNIT is 144: bytes hold it
    together += units[2:]
    found: NDArray[np.int64] = (together >= ENOUGH).nonzero()[0]
    return found


def unfamiliar(codes: Codes, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of ROWS that stay suspicious without the characters that stand in a familiar pair: 葡萄 is a word."""
    near = around(codes, rows, 1, ROW + 1)
    one, two = hashed(near[:, :-1], near[:, 1:])
    strange = table().strange.take(one) | table().strange.take(two)
    units = table().units.take(near[:, 1:-1], mode="clip")
    units *= strange[:, :-1]
    units *= strange[:, 1:]
    left: NDArray[np.int64] = rows[(units[:, 0] + units[:, 1] + units[:, 2] >= ENOUGH) & (near[:, 2] != NEWLINE)]
    return left


def around(codes: Codes, rows: NDArray[np.int64], before: int, after: int) -> Codes:
    """The characters from BEFORE before each of ROWS to AFTER after it, one row each; newlines beyond the text."""
    places = rows[:, None] + np.arange(-before, after)
    near = codes.take(places, mode="clip")
    if rows[0] < before or rows[-1] + after > len(codes):
        near[(places < 0) | (places >= len(codes))] = NEWLINE
    return near


def is_surprising(codes: Codes, rows: NDArray[np.int64]) -> bool:
    """Whether a chain may explain what stands around any of ROWS, by characters alone, which cost no less than pairs."""
    near = around(codes, rows[np.diff(rows, prepend=-2) > 1], BEFORE, AFTER)
    alarmed = reach(table().likely.take(near, mode="clip")) >= ALARM
    if not alarmed.any():
        return False
    near = near[alarmed]
    likely = table().likelihood.take(near, axis=0, mode="clip") * np.float32(1 / UNIT)
    likely[near == NEWLINE] = SINK
    return bool((reach(likely) >= ALARM).any())


def reach(likely: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest sum of a run of neighbours along the second axis (Kadane)."""
    total = np.cumsum(likely, axis=1)
    best: NDArray[np.float32] = (total - np.minimum.accumulate(np.minimum(total, 0), axis=1)).max(axis=1)
    return best


def gather(codes: Codes, rows: NDArray[np.int64]) -> tuple[Codes, NDArray[np.int64]]:
    """The characters around ROWS, a newline between two stretches, and the place of each in CODES (−1 = none)."""
    starts, ends = np.maximum(rows - NEAR, 0), np.minimum(rows + ROW + NEAR, len(codes))
    first = np.flatnonzero(np.concatenate([[True], starts[1:] > ends[:-1]]))
    starts, ends = starts[first], ends[np.append(first[1:] - 1, len(ends) - 1)]
    sizes = ends - starts + 1
    edges = np.cumsum(sizes)
    places = np.arange(edges[-1]) - np.repeat(edges - sizes - starts, sizes)
    places[edges - 1] = -1
    part = codes.take(places, mode="clip")
    part[edges - 1] = NEWLINE
    return part, places


def surprises(codes: Codes) -> model.Costs:
    """Nats by which the model is surprised at each of CODES."""
    return model.costs(codes) - np.float32(USUAL)


def runs(likely: NDArray[np.float32], breaks: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where runs start and end whose LIKELY reaches ALARM; none goes over BREAKS.

    The largest sum of a run that ends at each place (Kadane) is the running sum less its lowest value so far. A break
    sinks the sum by more than what stands before it can have gathered.
    """
    likely = likely.astype(np.float64)
    at = np.flatnonzero(breaks)
    likely[at] = SINK * np.diff(at, prepend=-1)
    total = np.cumsum(likely)
    run = total - np.minimum(np.minimum.accumulate(total), 0.0)
    alarmed = run >= ALARM
    ends = np.flatnonzero(alarmed & ~np.append(alarmed[1:], False)) + 1
    # A run is alarmed from the place where it passes ALARM; its start is where it last stood at zero.
    zero = np.maximum.accumulate(np.where(run <= 0, np.arange(len(likely)), -1)) + 1
    return zero[ends - 1], ends


def widen(
    codes: Codes,
    part: Codes,
    places: NDArray[np.int64],
    surprise: model.Costs,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> list[Window]:
    """Windows of CODES from the runs STARTS to ENDS of PART that some chain explains."""
    inside = np.arange(int((ends - starts).sum())) + np.repeat(
        starts - np.cumsum(ends - starts) + (ends - starts), ends - starts
    )
    likely = np.minimum(
        table().likelihood.take(part[inside], axis=0, mode="clip") * np.float32(1 / UNIT), surprise[inside, None]
    )
    edges = np.cumsum(ends - starts)
    # Each run is judged by itself: its sums start anew.
    total = np.cumsum(likely, axis=0, dtype=np.float64)
    found: list[tuple[int, int, frozenset[str]]] = []
    names = np.array(table().names)
    before = 0
    for start, end, edge in zip(places[starts].tolist(), places[ends - 1].tolist(), edges.tolist(), strict=True):
        base = total[before - 1] if before else np.zeros(total.shape[1])
        own = np.vstack([np.zeros(total.shape[1]), total[before:edge] - base])
        reached = (own - np.minimum.accumulate(own, axis=0)).max(axis=0) >= ALARM
        if reached.any():
            found.append((start, end + 1, frozenset(names[reached].tolist())))
        before = edge
    return merge(codes, found)


def merge(codes: Codes, found: list[tuple[int, int, frozenset[str]]]) -> list[Window]:
    """Windows from sorted stretches, widened within their lines, those that overlap made one."""
    if not found:
        return []
    breaks = np.flatnonzero(codes == NEWLINE)
    line = np.searchsorted(breaks, [start for start, _, _ in found])
    low = np.concatenate([[0], breaks + 1])[line].tolist()
    high = np.append(breaks, len(codes))[line].tolist()
    out: list[Window] = []
    for (start, end, chains), first, last in zip(found, low, high, strict=True):
        start, end = max(start - MARGIN, first), min(end + MARGIN, last)
        if out and start < out[-1].end:
            before = out.pop()
            start, end, chains = before.start, max(end, before.end), chains | before.chains
        out.append(Window(start, end, start == first, end == last, chains))
    return out
