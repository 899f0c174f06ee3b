"""Where text may have been misread, and along which routes: the gate in front of everything costly.

`suspicion.npz` says how much likelier each character is in text that was garbled along a chain of routes than in clean
text. A stretch is suspicious if that, and the model's surprise, add up over it: rare words surprise the model and are
no garbles, and what garbles have in common with clean text does not surprise it.

The gate has three steps, each for what the one before let through: characters that are likelier in garbled text, three
in a row; the same with the model's surprise; and both chain by chain.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix import model, signs, tables
from textfix.batch import Batch, Codes
from textfix.repair import familiar

#: Code points below this have a row of their own; the others share the last one.
SIZE = 0x10000
#: Entries are eighths of a nat, and MOST nats at most: no character is suspicious alone.
UNIT, MOST = 8, 6
#: What ASCII says, in those units: it is what it is in nearly every reading, and rather rarer in garbled Chinese.
ASCII = -UNIT
#: The column of text that is not Chinese.
WESTERN = "western"
#: What a character of good text costs at most, on average: clean Chinese stands at 5.0, a poem at 7.3, garbles at 12 up.
USUAL = 6.5
#: Nats that make a stretch suspicious. Of 4-character garbles 99.9 % reach it, of 2-character ones 98 % (on all
#: routes); clean prose does once in 30,000 characters, and text of a kind that the model does not know more often.
ALARM = 6.25
#: How far a chain may stand behind the likeliest of a stretch: so many nats, and this share. The true one stood no more
#: than 15 nats and 1 % behind (all chains, 8 to 500 characters); of 70 that reach ALARM, 5 to 8 are left.
CLOSE, BEHIND = 20.0, 0.15
#: What ROW characters must have together, in units, to be looked at: less than ALARM, for a stretch may be longer.
ENOUGH = int(5 * UNIT)
#: Characters side by side that are looked at first.
ROW = 3
#: Marks (dashes, ellipses, quotes, interpuncts, full-width signs) that garbles have too, and never alone: —— and ……
#: were half of what the first step let through.
MARKS = ((0xB7, 0xB7), (0x2010, 0x2027), (0x3000, 0x303F), (0xFF01, 0xFF5E))
#: U+FFFD: lost characters stand in clean text too, and a garble that has some has more beside them.
HOLE = 0xFFFD
#: What the second step looks at, counted from where a row starts: it and its neighbours; and what the third does.
WITHIN = np.arange(-1, ROW + 1)[:, None]
NEARBY_FIRST, NEARBY_LAST = -5, 10
NEARBY = np.arange(NEARBY_FIRST, NEARBY_LAST + 1)[:, None]
#: Characters around a row that the model is asked about, and around a suspicious stretch that are looked at too: a
#: misread word starts and ends with likely ones.
NEAR, MARGIN = 6, 64
NEWLINE = 0x0A
#: Characters of a stretch that are weighed for all chains at once: a page of garbled text in one line would take 2 KB each.
BLOCK = 4096
#: Up to so many rows are judged one by one; from so many sums on, they are added up step by step.
FEW, STEPWISE = 8, 1 << 12
#: Sinks any sum that a character can have added to.
SINK = np.float32(-64.0)
#: ALARM and SINK in units.
ENOUGH_OF_ONE, BREAK = int(ALARM * UNIT), int(SINK * UNIT)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch `start:end` of the batch's code points, within one line; whether it reaches the line's ends; the chains
    that it may have been misread along, with the nats that speak for each; and what in it raised the alarm.
    """

    start: int
    end: int
    opens: bool
    closes: bool
    chains: dict[str, float]
    cores: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`likelihood` in units by code point and chain, no more than the character surprises; `likely` is the greatest of
    each row in nats, `units` the same in units, none below 0 and none for MARKS; `familiar` has both bits of the
    pairs that clean text has (see familiar.py).
    """

    names: tuple[str, ...]
    likelihood: NDArray[np.int8]
    likely: NDArray[np.float32]
    units: NDArray[np.uint8]
    familiar: NDArray[np.uint16]

    def strange(self, first: Codes, second: Codes) -> NDArray[np.bool_]:
        """Which pairs of code points are not familiar."""
        return familiar.are_strange(self.familiar, first, second)


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
        data["familiar"],
    )


signs.weigh(lambda: table().units)


def positive(most: NDArray[np.int8]) -> NDArray[np.uint8]:
    """The units by code point that count in the first step."""
    units = np.maximum(most, 0).astype(np.uint8)
    for low, high in MARKS:
        units[low : high + 1] = 0
    units[HOLE] = 0
    return units


def are_marks(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES are MARKS."""
    found = np.zeros(len(codes), np.bool_)
    for low, high in MARKS:
        found |= (codes >= low) & (codes <= high)
    return found


def are_strange(codes: Codes, rows: NDArray[np.int64]) -> bool:
    """Whether most of ROWS begin with a pair that is not familiar: rows of a language that has an alphabet do not."""
    known = table().familiar.data
    strange = usual = 0
    for at in rows.tolist():
        pair = codes[at : at + 2].tolist()
        if familiar.is_strange(pair[0], pair[1] if len(pair) > 1 else NEWLINE, known):
            strange += 1
        else:
            usual += 1
        if 2 * strange > len(rows) or 2 * usual >= len(rows):
            break
    return 2 * strange > len(rows)


def rows_of(batch: Batch) -> NDArray[np.int64]:
    """Where `find_rows` finds rows in the batch, which has looked at its characters already."""
    return add_up(batch.seen & np.uint8(signs.WEIGHT))


def windows(batch: Batch) -> list[Window]:
    """The stretches of the batch that are suspicious, widened by MARGIN, merged, cut at line ends."""
    return find_windows(batch.codes, batch.note(rows_of))


def find_windows(codes: Codes, rows: NDArray[np.int64] | None = None) -> list[Window]:
    """The same for code points; ROWS are where `find_rows` finds them."""
    rows = find_rows(codes) if rows is None else rows
    if not len(rows) or not len(rows := unfamiliar(codes, rows)) or not len(rows := surprising(codes, rows)):
        return []
    part, places = gather(codes, rows)
    surprise = surprises(part)
    likely = np.minimum(table().likely.take(part, mode="clip"), surprise)
    # What stands near a row by chance, in another line perhaps, is not looked at for its sake.
    asked = rows.tolist()
    sought = []
    for first, last in runs(likely, part == NEWLINE):
        nearest = bisect_left(asked, int(places[first]) - ROW + 1)
        if nearest < len(asked) and asked[nearest] <= places[last - 1]:
            sought.append((first, last))
    return widen(codes, part, places, surprise, sought)


def find_rows(codes: Codes) -> NDArray[np.int64]:
    """Where ROW characters begin that are together suspicious, whatever the model says."""
    return add_up(table().units.take(codes, mode="clip"))


def add_up(units: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where ROW characters of so many UNITS begin that have ENOUGH together; the last ones have fewer behind them."""
    together = units.copy()
    together[:-1] += units[1:]  # three times MOST * UNIT is 144: bytes hold it
    together[:-2] += units[2:]
    found: NDArray[np.int64] = (together >= ENOUGH).nonzero()[0]
    return found


def unfamiliar(codes: Codes, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of ROWS that stay suspicious without the characters that stand in a familiar pair: 葡萄 is a word."""
    near = around(codes, rows, WITHIN)
    strange = table().strange(near[:-1], near[1:]).view(np.uint8)
    units = table().units.take(near[1:-1], mode="clip")
    units *= strange[:-1]
    units *= strange[1:]
    total = units[0]
    total += units[1]
    total += units[2]
    kept = (total >= ENOUGH).nonzero()[0]
    left: NDArray[np.int64] = rows[kept[near[2, kept] != NEWLINE]] if len(kept) else rows[:0]
    return left


def around(codes: Codes, rows: NDArray[np.int64], offsets: NDArray[np.int64]) -> Codes:
    """The characters at OFFSETS (one below the other) from each of ROWS, a column each; newlines beyond the text."""
    places = rows + offsets
    near = codes.take(places, mode="clip")
    if places[0, 0] < 0 or places[-1, -1] >= len(codes):
        near[(places < 0) | (places >= len(codes))] = NEWLINE
    return near


def surprising(codes: Codes, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of ROWS around which a chain may explain what stands there, by characters alone, which cost no less than pairs.

    Rows that begin side by side are judged by what stands around the first.
    """
    if len(rows) <= FEW:
        return surprising_few(codes, rows)
    first = np.ones(len(rows), np.bool_)
    np.greater(rows[1:] - rows[:-1], 1, out=first[1:])
    heads = rows[first]
    # All chains together first, which is less to add up.
    near = around(codes, heads, NEARBY)
    yes = reach(table().likely.take(near, mode="clip")) >= ALARM
    at = yes.nonzero()[0]
    if not len(at):
        return at
    near = near.take(at, axis=1)
    likely = table().likelihood.take(near, axis=0, mode="clip").astype(np.int16)
    likely[near == NEWLINE] = SINK * UNIT
    yes[at] = (reach(likely) >= np.int16(ALARM * UNIT)).any(axis=1)
    left: NDArray[np.int64] = rows[yes[np.cumsum(first) - 1]]
    return left


def surprising_few(codes: Codes, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same for few ROWS, without calls that cost more than what they look at."""
    likely = table().likely.data
    left = []
    before, yes = -2, False
    for row in rows.tolist():
        if row > before + 1:
            near = codes[max(row + NEARBY_FIRST, 0) : row + NEARBY_LAST + 1].tolist()
            said = [likely[code if code < SIZE else SIZE - 1] for code in near]
            yes = sums_up(said, ALARM) and is_explained(near, said)
        before = row
        if yes:
            left.append(row)
    return np.array(left, np.int64)


def sums_up(said: Sequence[float], enough: float) -> bool:
    """Whether a run of what is SAID adds up to ENOUGH (Kadane)."""
    run = 0.0
    for nats in said:
        run += nats
        if run >= enough:
            return True
        if run < 0:
            run = 0.0
    return False


def is_explained(near: list[int], said: Sequence[float]) -> bool:
    """Whether some chain explains NEAR; SAID is what speaks for any chain at each place."""
    likelihood = table().likelihood
    speaking = [min(code, SIZE - 1) for code, nats in zip(near, said, strict=True) if nats > 0]
    # Of most chains not even all that speaks for them is enough.
    units = likelihood.take(speaking, axis=0)
    chains = (np.add.reduce(np.maximum(units, 0, out=units), axis=0, dtype=np.int16) >= ENOUGH_OF_ONE).nonzero()[0]
    if not len(chains):
        return False
    columns = likelihood.take(near, axis=0, mode="clip").take(chains, axis=1).T.tolist()
    at = [place for place, code in enumerate(near) if code == NEWLINE]
    for column in columns:
        for place in at:
            column[place] = BREAK
        if sums_up(column, ENOUGH_OF_ONE):
            return True
    return False


def reach(likely: NDArray[Any]) -> NDArray[Any]:
    """The largest sum of a run of neighbours along the first axis (Kadane)."""
    if likely[0].size > STEPWISE:  # what has gathered stays in the processor's cache
        run: NDArray[Any] = np.zeros_like(likely[0])
        most: NDArray[Any] = np.zeros_like(likely[0])
        for row in likely:
            run += row
            np.maximum(run, 0, out=run)
            np.maximum(most, run, out=most)
        return most
    total = np.cumsum(likely, axis=0, dtype=likely.dtype)
    total -= np.minimum.accumulate(np.minimum(total, 0), axis=0)
    most = np.maximum.reduce(total, axis=0)
    return most  # noqa: RET504


def explained(codes: Codes, surprise: model.Costs) -> NDArray[np.float32]:
    """How much each chain explains of CODES, each of which surprises by so much: as `reach` has it, block by block."""
    total = lowest = best = np.zeros(len(table().names), np.float32)
    for at in range(0, len(codes), BLOCK):
        likely = table().likelihood.take(codes[at : at + BLOCK], axis=0, mode="clip") * np.float32(1 / UNIT)
        np.minimum(likely, surprise[at : at + BLOCK, None], out=likely)
        likely[0] += total
        np.cumsum(likely, axis=0, out=likely)
        total = likely[-1].copy()
        low = np.minimum(likely, lowest)
        np.minimum.accumulate(low, axis=0, out=low)
        lowest = low[-1].copy()
        best = np.maximum(best, np.subtract(likely, low, out=likely).max(axis=0))
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


def runs(likely: NDArray[np.float32], breaks: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where each run starts and ends whose LIKELY reaches ALARM; none goes over BREAKS, and a break is the last.

    The largest sum of a run that ends at each place (Kadane) is the running sum less its lowest value so far. A break
    sinks the sum by more than what stands before it can have gathered.
    """
    total = likely.astype(np.float64)
    at = breaks.nonzero()[0]
    total[at] = SINK * (at + 1)
    total[at[1:]] -= total[at[:-1]]
    np.cumsum(total, out=total)
    total -= np.minimum(np.minimum.accumulate(total), 0.0)
    alarmed = total >= ALARM
    # A run is alarmed from the place where it passes ALARM; its start is where it last stood at zero.
    ends = (alarmed[:-1] > alarmed[1:]).nonzero()[0] + 1
    if not len(ends):
        return []
    zeros = (total <= 0).nonzero()[0]
    starts = np.append(-1, zeros)[np.searchsorted(zeros, ends)] + 1
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def widen(
    codes: Codes,
    part: Codes,
    places: NDArray[np.int64],
    surprise: model.Costs,
    sought: list[tuple[int, int]],
) -> list[Window]:
    """Windows of CODES around those runs SOUGHT of PART that some chain explains; those that overlap are made one."""
    found: list[Window] = []
    names = table().names
    western = names.index(WESTERN)
    for first, last in sought:
        said = explained(part[first:last], surprise[first:last])
        said[western] = 0.0  # that is for another pass, and would hide a chain of the same reader
        reached = (said >= max(ALARM, float(said.max()) * (1 - BEHIND) - CLOSE)).nonzero()[0].tolist()
        if not reached:
            continue
        chains = {names[at]: float(said[at]) for at in reached}
        cores: tuple[tuple[int, int], ...] = ((int(places[first]), int(places[last - 1]) + 1),)
        start, opens = border(codes, cores[0][0], -1)
        end, closes = border(codes, cores[0][1] - 1, 1)
        if found and start < found[-1].end:
            before = found.pop()
            start, opens, cores = before.start, before.opens, before.cores + cores
            for name, nats in before.chains.items():
                chains[name] = max(nats, chains.get(name, nats))
            end, closes = max((end, closes), (before.end, before.closes))
        found.append(Window(start, end, opens, closes, chains, cores))
    return found


def border(codes: Codes, place: int, step: int) -> tuple[int, bool]:
    """The border of the window MARGIN characters from PLACE, backwards or onwards (STEP), or of the line if that is nearer,
    and whether it is the line's.
    """
    if step > 0:
        breaks = (codes[place : place + MARGIN + 2] == NEWLINE).nonzero()[0]
        end = min(place + MARGIN + 1, len(codes))
        return (place + int(breaks[0]), True) if len(breaks) else (end, end == len(codes))
    start = max(place - MARGIN, 0)
    breaks = (codes[max(start - 1, 0) : place] == NEWLINE).nonzero()[0]
    return (max(start - 1, 0) + int(breaks[-1]) + 1, True) if len(breaks) else (start, start == 0)
