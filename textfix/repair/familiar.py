"""Familiar pairs: characters side by side that clean text has, known by a few bits each.

Only pairs of which one character at least is likelier in garbled text are kept (see tools/build_suspicion.py): the others
would be asked for nothing.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes

#: Pairs that clean text has are known by four bits of one of 1 << PAIR_BITS entries of 16: some 320,000 pairs, so that
#: one in seven entries is in use, and one pair in a thousand that is not among them finds its bits set. Where it was one
#: in two hundred, one 4-character garble in fifty was taken for clean text for that alone.
PAIR_BITS = 21
#: The four bits, by ten bits of a hash: 1,024 of the 1,820 ways to choose four of 16.
FOURS = [sum(1 << place for place in places) for places in combinations(range(16), 4)]
PAIR_MASKS = np.array([FOURS[i * len(FOURS) >> 10] for i in range(1 << 10)], np.uint16)
MASKS = PAIR_MASKS.tolist()
#: What code points are multiplied with, and what is shifted out, for the place of an entry and for that of its bits.
FACTORS = tuple(map(np.uint32, (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)))
ENTRY, CHOICE = np.uint32(32 - PAIR_BITS), np.uint32(22)


def hashed(first: Codes, second: Codes) -> tuple[Codes, NDArray[np.uint16]]:
    """The entry that knows each pair of code points, and the bits in it."""
    mixed = first * FACTORS[0]
    mixed += second
    mixed *= FACTORS[1]
    entry = mixed >> ENTRY
    mixed *= FACTORS[2]
    mixed >>= CHOICE
    return entry, PAIR_MASKS.take(mixed, mode="clip")


def are_strange(known: NDArray[np.uint16], first: Codes, second: Codes) -> NDArray[np.bool_]:
    """Which pairs of code points are not familiar; KNOWN has the bits of those that are."""
    entry, mask = hashed(first, second)
    found: NDArray[np.bool_] = known.take(entry, mode="clip") & mask != mask
    return found


def is_strange(first: int, second: int, known: memoryview) -> bool:
    """The same for one pair; an item of a memoryview takes half as long as one of an array."""
    mixed = (first * 0x9E3779B1 + second) * 0x85EBCA6B & 0xFFFFFFFF
    mask: int = MASKS[(mixed * 0xC2B2AE35 & 0xFFFFFFFF) >> 22]
    return known[mixed >> (32 - PAIR_BITS)] & mask != mask
