"""How likely a text is: a character-pair model over Unicode, one for all encodings and both scripts.

The cost of a character is −ln P(character | the one before), in nats. Pairs that the training saw often enough have
their own entry in a hashed table; all others cost the back-off of the first character plus the plain cost of the
second. Characters never seen share what their class has left over. `tools/train.py` makes the tables.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables
from textfix.batch import Codes

#: Code points from here up (planes 3 and higher, never seen) share one row of the tables.
TOP = 0x30000
#: Table entries are eighths of a nat: finer steps change no decision, coarser ones do at two characters.
UNIT = 8
NEWLINE = 0x0A

Costs = NDArray[np.float32]


def hashed(first: Codes, second: Codes) -> NDArray[np.uint32]:
    """32 well-mixed bits for each pair of code points (numpy's unsigned arithmetic wraps, which is meant)."""
    mixed = (first * np.uint32(0x9E3779B1) + second) * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(13)
    return mixed


def slots(mixed: NDArray[np.uint32], bits: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint16]]:
    """The two places in a table of 2**bits where a pair may stand, and its eight-bit fingerprint."""
    one = mixed >> np.uint32(32 - bits)
    mark = mixed & np.uint32(0xFF)
    two = (one ^ ((mark + np.uint32(1)) * np.uint32(0x5BD1E995))) & np.uint32((1 << bits) - 1)
    return one, two, mark.astype(np.uint16)


class Model:
    """The trained tables: `unigram` and `backoff` by code point, `pairs` by hash (fingerprint << 8 | cost; 0 = empty)."""

    __slots__ = ("backoff", "bits", "pairs", "unigram")

    def __init__(self, unigram: NDArray[np.uint8], backoff: NDArray[np.uint8], pairs: NDArray[np.uint16]) -> None:
        self.unigram = unigram
        self.backoff = backoff
        self.pairs = pairs
        self.bits = len(pairs).bit_length() - 1

    def pair_costs(self, first: Codes, second: Codes) -> Costs:
        """−ln P(second | first) in nats for arrays of code points."""
        mixed = hashed(first, second)
        one, two, mark = slots(mixed, self.bits)
        here, there = self.pairs[one], self.pairs[two]
        cost = self.backoff[np.minimum(first, TOP)].astype(np.int16) + self.unigram[np.minimum(second, TOP)]
        found = (there >> 8 == mark) & (there != 0)
        cost[found] = there[found] & 0xFF
        found = (here >> 8 == mark) & (here != 0)
        cost[found] = here[found] & 0xFF
        return cost.astype(np.float32) / np.float32(UNIT)

    def costs(self, codes: Codes) -> Costs:
        """The cost of each of CODES given the one before it, the first given a newline."""
        if not len(codes):
            return np.zeros(0, np.float32)
        before = np.empty_like(codes)
        before[0] = NEWLINE
        before[1:] = codes[:-1]
        return self.pair_costs(before, codes)


@cache
def load() -> Model:
    """The model that the package ships."""
    data = tables.arrays("model.npz")
    return Model(data["unigram"], data["backoff"], data["pairs"])


def costs(codes: Codes) -> Costs:
    """The cost in nats of each code point given the one before it (the first given a newline), by the shipped model."""
    return load().costs(codes)


def pair_costs(first: Codes, second: Codes) -> Costs:
    """−ln P(second | first) in nats, element by element, by the shipped model."""
    return load().pair_costs(first, second)
