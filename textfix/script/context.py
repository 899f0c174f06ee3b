"""Which of several characters is meant: a log-linear model over the neighbours of a place.

Text is first *folded*: every character becomes its simplified form, digits become one sign, Latin letters another,
and all else that is not Han a third. The features of a place are the folded characters up to two to its left and
two to its right, alone and in groups, each together with the folded character of the place itself. Because script is
folded away, a text and its conversion have the same features, so converting twice decides nothing anew.

A feature is a sum of products of whole numbers below 2**24, which floating point holds exactly and multiplies fastest;
its entry in the table holds a mark (the lowest 16 bits, which tell it from other features)
and three weights (16 bits each), one for each candidate but the first: adding up entries adds up all the weights.
`tools/train_script.py` learns the weights with the functions of this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.script.characters import NEWLINE, folding

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]
#: Weights of the candidates but the first, added up: 16 bits each, around ZERO.
Weights = NDArray[np.int64]

#: Weights are tenths of a nat.
UNIT = 10
#: Candidates that a character may have.
MOST = 4
#: The folded characters that are looked at, by their distance; the place itself is the first.
OFFSETS = (0, -1, 1, -2, 2)
#: The features: the neighbours that make them up. With the second neighbour alone, or a third one, unseen sources come
#: out worse.
FEATURES: tuple[tuple[int, ...], ...] = ((-1,), (1,), (-2, -1), (-1, 1), (1, 2))

#: Numbers that are multiplied have 24 bits: five products of two stay below 2**51.
WIDTH = (1 << 24) - 1
#: Added to a whole number below it, leaves that number in the low bits of the floating-point one.
WHOLE = float(1 << 52)
STEPS = np.array(OFFSETS, dtype=np.int64)[:, None]
LANE = 16
#: The bits of a hash that name its bucket, and mark its entry: the third of its four lanes.
BUCKET, BUCKETS = 2 * LANE, (1 << LANE) - 1
MARK, ONE, SIGN = np.int64(BUCKETS), np.int64(1), np.int64(63)
#: What the score of the first candidate, which is always the same, and three weights of zero look like.
ZERO = np.uint64(0x8000_8000_8000_8000).astype(np.int64)


def mixed(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """64 well-mixed bits for each number."""
    z = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).view(np.int64)


def spreads() -> NDArray[np.float64]:
    """What each of OFFSETS (columns) is multiplied with in each of FEATURES (rows): odd, or 0 where it is no part."""
    factors = (mixed(np.arange(1, 1 + len(FEATURES) * len(OFFSETS), dtype=np.int64) << 32) & WIDTH) | 1
    within = np.array([[offset == 0 or offset in feature for offset in OFFSETS] for feature in FEATURES])
    found: NDArray[np.float64] = (factors.reshape(within.shape) * within).astype(np.float64)
    return found


SPREADS = spreads()


@cache
def signs() -> NDArray[np.float64]:
    """The number that stands for each folded character in a feature; 0 for the end of a line."""
    found = (mixed(folding().astype(np.int64)) & WIDTH).astype(np.float64)
    found[NEWLINE] = 0
    return found


def neighbours(codes: Codes, places: Places) -> NDArray[np.float64]:
    """The signs of the characters around PLACES (columns), in the order of OFFSETS; nothing is seen beyond the line.

    CODES ends with a newline, which also stands before its first character.
    """
    found = signs().take(codes.take(places + STEPS, mode="wrap"), mode="clip")
    found[3:] *= np.sign(found[1:3])
    around: NDArray[np.float64] = found
    return around


def keys(codes: Codes, places: Places) -> NDArray[np.int64]:
    """The hash of every feature (rows) at each place (columns): 52 bits, below those of a constant."""
    found: NDArray[np.float64] = SPREADS.dot(neighbours(codes, places))
    found += WHOLE
    return found.view(np.int64)


@dataclass(frozen=True, slots=True)
class Table:
    """A hash table in which every feature has a place of its own ("hash and displace"): at the low bits of the hash,
    moved on by what its bucket says, stand the bucket's number as a mark and the weights.
    """

    moves: NDArray[np.int64]
    entries: NDArray[np.int64]

    @staticmethod
    def of(moves: NDArray[np.uint16], marks: NDArray[np.uint16], weights: NDArray[np.int16]) -> Table:
        return Table(moves.astype(np.int64), packed(weights) | marks)


@cache
def table() -> Table:
    """The table that the package ships."""
    data = tables.arrays("script_context.npz")
    return Table.of(data["moves"], data["marks"], data["weights"])


def packed(weights: NDArray[np.integer]) -> Weights:
    """Three weights (columns) as one number, so that sums of such numbers are sums of the weights."""
    wide = weights.astype(np.int64)
    found: Weights = (wide[..., 0] << LANE) + (wide[..., 1] << 2 * LANE) + (wide[..., 2] << 3 * LANE)
    return found


def weigh(codes: Codes, places: Places, table: Table) -> Weights:
    """The weights of the features at PLACES, added up, without what a candidate has by itself."""
    key = keys(codes, places)
    bucket = key.view(np.uint16)[:, 2::4].astype(np.int64)
    at = table.moves.take(bucket)
    at += key
    at &= len(table.entries) - 1
    found = table.entries.take(at)
    found ^= bucket  # leaves nothing of the mark if it is this feature's
    own = found & MARK
    own -= ONE
    own >>= SIGN  # every bit then, or none
    found &= own
    total: Weights = np.add.reduce(found)
    return total


def scores(weights: Weights) -> NDArray[np.uint16]:
    """The scores of the candidates (columns) at each place, in units above 0x8000, of WEIGHTS around ZERO."""
    found: NDArray[np.uint16] = weights.view(np.uint16).reshape(-1, MOST)
    return found
