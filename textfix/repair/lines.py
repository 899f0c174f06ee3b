"""What the lines of a text that is read again as a whole are worth, each for itself.

A line must be likelier than it stands and than meaningless bytes are; UTF-8 checks itself, GB18030 and Big5 must also be
likelier than what else the bytes may say.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes, to_codes
from textfix.encodings import SINGLE, UNREAD, single
from textfix.repair import cases, suspicion
from textfix.repair.readings import NULL, STRANGE, is_han
from textfix.repair.rivals import OTHER, cased_alike, rival_readings
from textfix.routes import Chain

NEWLINE = 0x0A
#: Nats by which a line that was not UTF-8 must be likelier than any other reading.
MARGIN = 6.0
#: What a character of good text costs at most, on average: a line whose letters are of one case must be such.
WELL = 5.5
#: The first and the last Han character that counts, what lies between and is none, and the first of those behind it.
FIRST_HAN, LAST_HAN, HEXAGRAMS, COMMON_HAN = np.uint32(0x3400), np.uint32(0x9FFF), (0x4DC0, 0x4DFF), np.uint32(0x4E00)
Flags = NDArray[np.bool_]
#: Which lines are sure, and what gives their odds.
Weighed = tuple[Flags, Callable[[], NDArray[np.float64]]]


def weigh(codes: Codes, new: Codes, lines: NDArray[np.int64], chain: Chain, caution: float) -> Weighed | None:
    """Which LINES of NEW, which CODES say along CHAIN, are sure with so much CAUTION, and the odds of each; None if none is,
    or they are others than those of CODES.
    """
    if chain.routes[0].written in OTHER:
        return weigh_unchecked(codes, new, lines, chain, caution + MARGIN)
    return weigh_checked(codes, new, lines, chain, caution)


def weigh_checked(codes: Codes, new: Codes, lines: NDArray[np.int64], chain: Chain, need: float) -> Weighed | None:
    """Which LINES of NEW, which was UTF-8 and is what CODES say along CHAIN, are sure by NEED, and the odds of each."""
    if len(chain.routes) == 1 and chain.routes[0].read in SINGLE:
        worth = per_line(worths(chain).take(new, mode="clip"), lines, np.float32)
        if worth.min() >= need + chain.prior:  # of most texts each line is sure by far
            return has_different_han(new, lines), lambda: odds_of(column_after(chain), new, lines, new, lines, chain)
        odds = odds_of(column_after(chain), new, lines, new, lines, chain)
    else:
        borders = edges(codes)
        if len(borders) != len(lines):
            return None
        odds = odds_of(column_of(chain.name), codes, borders, new, lines, chain)
    sure: Flags = odds >= need
    if sure.any():
        sure &= has_different_han(new, lines)
    return sure, lambda: odds


def odds_of(
    column: NDArray[np.integer],
    codes: Codes,
    borders: NDArray[np.int64],
    new: Codes,
    lines: NDArray[np.int64],
    chain: Chain,
) -> NDArray[np.float64]:
    """The odds of each of LINES of NEW: what COLUMN says of the same of CODES, or their own against meaningless bytes."""
    said = per_line(column.take(codes, mode="clip"), borders, np.int32) / suspicion.UNIT
    chance = per_line(chances(chain.routes[0].written).take(new, mode="clip"), lines, np.float64)
    odds: NDArray[np.float64] = np.minimum(said, chance + STRANGE) - chain.prior
    return odds


def weigh_unchecked(codes: Codes, new: Codes, lines: NDArray[np.int64], chain: Chain, need: float) -> Weighed | None:
    """The same for what was written in one of OTHER, against the other readings of its bytes."""
    borders = edges(codes)
    if len(borders) != len(lines):
        return None
    written = chain.routes[0].written
    said = per_line(column_of(chain.name).take(codes, mode="clip"), borders, np.int32) / suspicion.UNIT
    chance = per_line(chances(written).take(new, mode="clip"), lines, np.float64)
    odds = np.minimum(said, chance + STRANGE) - chain.prior
    if not (odds >= 0).any():
        return None
    one_case, doubt = doubts(codes, borders, chain)
    thin = (odds >= 0) & (odds < need) | one_case
    by_pairs(chance, new, lines, thin, written)
    odds = np.minimum(said, chance + STRANGE) - chain.prior - doubt
    sure = (odds >= need) & has_different_han(new, lines)
    sure &= ~one_case | (chance >= (NULL[written] - WELL) * per_line(new >= 0x80, lines, np.int64))
    for other in rival_readings(codes, chain) if sure.any() else ():
        sure &= is_likelier(chance, other, thin, written)
    return sure, lambda: odds


def by_pairs(chance: NDArray[np.float64], codes: Codes, borders: NDArray[np.int64], which: Flags, written: str) -> None:
    """Put into CHANCE what those lines of CODES that are WHICH say pair by pair, which is more than one by one."""
    if not which.any():
        return
    sizes = np.diff(borders)
    some = codes[np.repeat(which, sizes)]
    gain = np.float32(NULL[written]) - model.costs(some)
    gain[some < 0x80] = 0.0
    own = np.concatenate([[0], np.cumsum(sizes[which])])
    chance[which] = per_line(gain, own, np.float64)


def is_likelier(chance: NDArray[np.float64], other: str, thin: Flags, written: str) -> Flags:
    """Which lines, CHANCE nats from meaningless bytes in WRITTEN, are likelier by MARGIN than OTHER; the THIN ones were
    weighed by pairs.
    """
    codes = to_codes(other)
    borders = edges(codes)
    if len(borders) != len(chance) + 1:
        return np.zeros(len(chance), np.bool_)
    rival = per_line(chances(written).take(codes, mode="clip"), borders, np.float64)
    by_pairs(rival, codes, borders, thin, written)
    likelier: Flags = chance >= rival + MARGIN
    return likelier


def doubts(codes: Codes, borders: NDArray[np.int64], chain: Chain) -> tuple[Flags, NDArray[np.float64]]:
    """Which lines may have been put into capitals, small letters or title case after CHAIN, and the nats that are against
    their having come out of it as they are (see `cases`).
    """
    nats = np.zeros(len(borders) - 1)
    some = [table for other in (chain, *cased_alike(chain, codes)) if len(table := cases.letters(other))]
    if not some:
        return nats > 0, nats
    small, capital, within = cases.letters_of(codes)
    mixed = per_line(np.where(within, capital, small), borders, np.int64)
    small_ones, capitals = per_line(small, borders, np.int64), per_line(capital, borders, np.int64)
    one_case: Flags = (mixed == 0) | (small_ones == 0) | (capitals == 0)
    for table in some:
        kind = table.take(codes, mode="clip")
        small_ones, capitals = per_line(kind < 0, borders, np.int64), per_line(kind > 0, borders, np.int64)
        few = np.where(small_ones > cases.FEW, small_ones, np.maximum(capitals - cases.FEW, 0))
        here = np.minimum(small_ones, capitals) == 0
        np.maximum(nats, np.where(here, cases.ONE_CASE * few, 0.0), out=nats)
        one_case |= here
    return one_case, nats


def has_different_han(codes: Codes, borders: NDArray[np.int64]) -> Flags:
    """Which lines have two different Han characters; nearly all that have any have two side by side."""
    han = codes - COMMON_HAN < LAST_HAN - COMMON_HAN + 1  # unsigned numbers wrap
    pairs = codes[1:] != codes[:-1]
    pairs &= han[1:]
    pairs &= han[:-1]
    if borders[-2] < len(pairs):
        different: Flags = np.logical_or.reduceat(pairs, borders[:-1])
        if different.all():
            return different
    # Those whose first in the order of code points is not their last.
    lines = len(borders) - 1 - int(borders[-2] == borders[-1])
    # What is not Han is no candidate for the lowest above FIRST_HAN, nor below LAST_HAN.
    first = np.minimum.reduceat(codes - FIRST_HAN, borders[:lines]) + FIRST_HAN
    last = LAST_HAN - np.minimum.reduceat(LAST_HAN - codes, borders[:lines])
    different = np.zeros(len(borders) - 1, np.bool_)
    different[:lines] = (first < last) & (first >= FIRST_HAN) & (last <= LAST_HAN)
    among = [(end >= HEXAGRAMS[0]) & (end <= HEXAGRAMS[1]) for end in (first, last)]
    for line in np.flatnonzero(different[:lines] & (among[0] | among[1])).tolist():
        some = codes[borders[line] : borders[line + 1]]  # ䷀ to ䷿ lie among Han and are none
        different[line] = len(np.unique(some[is_han(some)])) > 1
    return different


@cache
def column_of(name: str) -> NDArray[np.int8]:
    """The column of the table of suspicions for the chain called NAME, where ASCII says nothing."""
    said = suspicion.table().likelihood[:, suspicion.table().names.index(name)].copy()
    said[:0x80] = 0
    return said


@cache
def column_after(chain: Chain) -> NDArray[np.int32]:
    """The same by the characters that UTF-8 was written with, for a CHAIN of one route by a reader of one byte a character;
    what is beyond the BMP has the last place, and says what one of the commonest says.
    """
    route = chain.routes[0]
    has = single(route.read)
    said = np.zeros(256, np.int32)
    places = np.flatnonzero(has < UNREAD)
    said[has[places]] = column_of(chain.name).take(places, mode="clip")
    packed, length = encodings.load(route.written).table
    codes = np.arange(suspicion.SIZE)
    codes[-1] = ord("😀")
    found = np.zeros(len(codes), np.int32)
    for place in range(4):
        found += np.where(length[codes] > place, said[packed[codes] >> (8 * place) & 0xFF], 0)
    return found


@cache
def worths(chain: Chain) -> NDArray[np.float32]:
    """By code point, what counts at least for a line of CHAIN that has it, in nats: the lesser of what it says of the text
    as it stands and against meaningless bytes.
    """
    chance = chances(chain.routes[0].written)[: suspicion.SIZE]
    worth: NDArray[np.float32] = np.minimum(chance, column_after(chain).astype(np.float32) / np.float32(suspicion.UNIT))
    worth[-1] = chances(chain.routes[0].written).min()
    return worth


@cache
def chances(written: str) -> NDArray[np.float32]:
    """By code point, by how much likelier it is than meaningless bytes in WRITTEN; ASCII says nothing."""
    said = np.float32(NULL[written]) - model.plain_costs(np.arange(model.TOP + 1, dtype=np.uint32))
    said[:0x80] = 0.0
    return said


def edges(codes: Codes) -> NDArray[np.int64]:
    """Where the lines of CODES start, each with its newline, and the end."""
    breaks = (codes == NEWLINE).nonzero()[0]
    found = np.empty(len(breaks) + 2, np.int64)
    found[0], found[-1] = 0, len(codes)
    np.add(breaks, 1, out=found[1:-1])
    return found


def per_line(values: NDArray[np.generic], borders: NDArray[np.int64], kind: type[np.generic]) -> NDArray[np.float64]:
    """What VALUES add up to in each line, counted as KIND; the last may be empty."""
    lines = len(borders) - 1 - int(borders[-2] == borders[-1])
    found: NDArray[np.float64] = np.add.reduceat(values, borders[:lines], dtype=kind)
    return found if lines == len(borders) - 1 else np.append(found, found.dtype.type(0))
