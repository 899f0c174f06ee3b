"""Guesses: characters of which a byte is lost, put in where the phrase around leaves no doubt, and marked elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE
from textfix.repair import phrases
from textfix.repair.context import Context, Costs
from textfix.repair.halves import common, ending, gapless, gbk, guessable, pairs, usual
from textfix.repair.phrases import MEMORY, NEWLINE
from textfix.repair.ways import CUT, LAST_GONE, MIDDLE_GONE, WIDTHS, Exit, lowest

#: How probable a cut character must be among those that share its known byte to be put in. Below that the place is
#: marked as a hole.
SURE = 0.65
#: The same for a character of which no byte is left.
SURE_OF_NOTHING = 0.8
#: Other readings that are weighed against a guess, those that the pairs of their characters speak for most.
WEIGHED = 64
#: A character that two bytes side by side form may stand where one pair or two between them vanished. It is doubtful if
#: it costs so much, and with the two behind it so much; and it stays if it is so probable.
DOUBTFUL, DOUBTFUL_TOGETHER, TOGETHER = 5.0, 15.0, 3
SURE_OF_BYTES = 0.5
#: First characters that are tried where two pairs may have vanished, and middle ones that are tried behind these.
FIRSTS, MIDDLES = 8, 48


def settle(
    line: list[int], before: tuple[int, ...], context: Context, way_out: Exit, holes: str
) -> tuple[list[int], str]:
    """The characters of a way out, with those that were guessed either put in (and named) or marked as holes."""
    codes, notes = list(way_out.codes), []
    following = [*line[way_out.end : way_out.end + MEMORY], *[NEWLINE] * MEMORY]
    whole = np.array([*before[-MEMORY:], *way_out.codes, *following], np.uint32)
    for (place, kind), chances in zip(way_out.guessed, confidence(whole, way_out, context), strict=True):
        for offset, chance in enumerate(chances):
            gone = (kind == LAST_GONE and offset == 1) or (kind == MIDDLE_GONE and offset == 1)
            if holes == "fill" or chance >= (SURE_OF_NOTHING if gone else SURE):
                left = "the phrase around it" if gone else "half its bytes"
                notes.append(f"{chr(way_out.codes[place + offset])} from {left} ({chance:.0%})")
            else:
                codes[place + offset] = HOLE
    for place, chance in doubts(whole, way_out, context) if holes != "fill" else ():
        if chance < SURE_OF_BYTES:
            codes[place] = HOLE
    return codes, "; ".join(notes)


def doubts(whole: Codes, way_out: Exit, context: Context) -> list[tuple[int, float]]:
    """The characters of WAY_OUT that are doubtful as their bytes stand, by their places, and how probable each is.

    WHOLE are the characters of WAY_OUT with as many as MEMORY before and behind.
    """
    windows = np.lib.stride_tricks.sliding_window_view(whole, MEMORY)[:-1]
    cost = phrases.costs(windows, whole[MEMORY:]) + context.plain(whole[MEMORY:])
    together = np.convolve(cost, np.ones(TOGETHER))[TOGETHER - 1 :]
    guessed = {place + k for place, kind in way_out.guessed for k in range(WIDTHS[kind])}
    places, ways, around = [], [], []
    for place in np.flatnonzero((cost >= DOUBTFUL) & (together >= DOUBTFUL_TOGETHER)).tolist():
        if place >= len(way_out.codes) or place in guessed or (known := gbk(way_out.codes[place])) is None:
            continue
        left, char, right = np.split(whole[place : place + 2 * MEMORY + 1], [MEMORY, MEMORY + 1])
        for some in (char[None, :], *gaps(left, *known, right)):
            places.append(place)
            ways.append(some)
            around.append((left, right))
    costs = prices(
        [
            (np.tile(left, (len(some), 1)), np.concatenate([some, np.tile(right, (len(some), 1))], axis=1))
            for some, (left, right) in zip(ways, around, strict=True)
        ],
        phrases.costs,
    )
    against: dict[int, list[float]] = {}
    for place, some, price in zip(places, ways, costs, strict=True):
        all_of_them = np.logaddexp.reduce(-price - context.plain(some).sum(axis=1), initial=-np.inf)
        against.setdefault(place, []).append(float(all_of_them))
    return [(place, float(np.exp(some[0] - np.logaddexp.reduce(some)))) for place, some in against.items()]


def gaps(left: Codes, lead: int, trail: int, right: Codes) -> list[NDArray[np.uint32]]:
    """The likeliest two characters, and three, of which LEAD and TRAIL are left at both ends, between LEFT and RIGHT."""
    packed, _ = encodings.load("gbk").table
    firsts, (lasts, seconds) = guessable()[lead, 0x80:], ending(trail)
    firsts = firsts[firsts > 0]
    if not len(firsts) or not len(lasts):
        return []
    begin = model.pair_costs(np.full(len(firsts), left[-1]), firsts)
    close = model.pair_costs(lasts, np.full(len(lasts), right[0]))
    here, there = np.nonzero(pairs()[packed[firsts] & 0xFF][:, seconds] == 0)
    rough = begin[here] + model.pair_costs(firsts[here], lasts[there]) + close[there]
    kept = lowest(rough, WEIGHED)
    two = np.stack([firsts[here[kept]], lasts[there[kept]]], axis=1)
    best = np.argsort(begin, kind="stable")[:FIRSTS]
    codes, leads, trails = common()
    here, middle = np.nonzero((pairs()[packed[firsts[best]] & 0xFF][:, leads] == 0) & ~gapless()[trails])
    rough = begin[best[here]] + model.pair_costs(firsts[best[here]], codes[middle])
    kept = lowest(rough, MIDDLES)
    here, middle, rough = best[here[kept]], middle[kept], rough[kept]
    tried, there = np.nonzero(pairs()[trails[middle]][:, seconds] == 0)
    rough = rough[tried] + model.pair_costs(codes[middle[tried]], lasts[there]) + close[there]
    kept = lowest(rough, WEIGHED)
    three = np.stack([firsts[here[tried[kept]]], codes[middle[tried[kept]]], lasts[there[kept]]], axis=1)
    return [two, three]


def confidence(whole: Codes, way_out: Exit, context: Context) -> list[list[float]]:
    """How probable each character that was guessed is, among all that share the bytes that are known.

    WHOLE are the characters of WAY_OUT with as many as MEMORY before and behind.
    """
    others = [others_for(whole, place + MEMORY, kind, first_lost=place == 0) for place, kind in way_out.guessed]
    around = [
        (whole[place : place + MEMORY], whole[place + MEMORY + WIDTHS[kind] :][:MEMORY])
        for place, kind in way_out.guessed
    ]
    rough = prices(
        [
            (np.tile(left[-1:], (len(ways), 1)), np.concatenate([ways, np.tile(right[:1], (len(ways), 1))], axis=1))
            for ways, (left, right) in zip(others, around, strict=True)
        ],
        lambda last, codes: model.pair_costs(last[:, -1], codes).astype(np.float64),
    )
    best = [
        np.unique(np.concatenate([ways[lowest(cost, WEIGHED)], ways[-1:]]), axis=0)
        for ways, cost in zip(others, rough, strict=True)
    ]
    costs = prices(
        [
            (np.tile(left, (len(ways), 1)), np.concatenate([ways, np.tile(right, (len(ways), 1))], axis=1))
            for ways, (left, right) in zip(best, around, strict=True)
        ],
        phrases.costs,
    )
    found = []
    for ways, all_ways, cost, (place, _) in zip(best, others, costs, way_out.guessed, strict=True):
        opened = context.counted(way_out.codes[:place])
        for part in ways.T:
            cost = cost + context.costs(part, np.tile(opened, (len(ways), 1)))
        weight = np.exp(cost.min() - cost)
        found.append(
            [
                float(weight[column == char].sum() / weight.sum())
                for column, char in zip(ways.T, all_ways[-1], strict=True)
            ]
        )
    return found


def prices(
    parts: list[tuple[NDArray[np.uint32], NDArray[np.uint32]]], price: Callable[[NDArray[np.uint32], Codes], Costs]
) -> list[Costs]:
    """What each row of the second of PARTS costs behind the row of the first; all are priced together."""
    if not parts:
        return []
    windows, codes = [], []
    for last, row in parts:
        run = np.concatenate([last, row], axis=1)
        size = last.shape[1]
        windows.append(np.lib.stride_tricks.sliding_window_view(run, size, axis=1)[:, :-1].reshape(-1, size))
        codes.append(row.ravel())
    cost = price(np.concatenate(windows), np.concatenate(codes))
    ends = np.cumsum([row.size for _, row in parts])[:-1]
    return [
        part.reshape(row.shape).sum(axis=1, dtype=np.float64)
        for part, (_, row) in zip(np.split(cost, ends), parts, strict=True)
    ]


def others_for(whole: Codes, place: int, kind: int, *, first_lost: bool) -> NDArray[np.uint32]:
    """The ways to read the characters guessed at PLACE of WHOLE, which are the last row."""
    guess = whole[place : place + WIDTHS[kind]]
    known = [gbk(int(code)) for code in guess]
    first, last = known[0], known[-1]
    if first is None or last is None:
        return guess[None, :]
    if kind == CUT:
        row = guessable()[0x81:, first[1]] if first_lost else guessable()[first[0], 0x80:]
        return np.append(row[row > 0], guess)[:, None]
    row = guessable()[first[0], 0x80:]
    column = usual()[0] if kind == LAST_GONE else ending(last[1])[0]
    return _around(guess, row[row > 0], column)


def _around(guess: Codes, firsts: Codes, lasts: Codes) -> NDArray[np.uint32]:
    """Groups of two characters, or three, between which the pairs of bytes vanish: one is GUESS, in others of three one
    character differs."""
    packed, _ = encodings.load("gbk").table

    def vanish(one: Codes, two: Codes) -> NDArray[np.bool_]:
        return np.asarray(pairs()[packed[one] & 0xFF, packed[two] >> 8] == 0)

    if len(guess) == 2:
        ways = np.stack([np.repeat(firsts, len(lasts)), np.tile(lasts, len(firsts))], axis=1)
        return np.concatenate([ways[vanish(ways[:, 0], ways[:, 1])], guess[None, :]])
    middles, _, trails = common()
    some = []
    for at, pool in enumerate((firsts, middles[~gapless()[trails]], lasts)):
        ways = np.tile(guess, (len(pool), 1))
        ways[:, at] = pool
        some.append(ways[vanish(ways[:, 0], ways[:, 1]) & vanish(ways[:, 1], ways[:, 2])])
    return np.concatenate([*some, guess[None, :]])
