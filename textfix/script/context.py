"""Which of several characters is meant: a log-linear model over the neighbours of a place.

Text is first *folded*: every character becomes its simplified form, digits become one sign, Latin letters another,
and all else that is not Han a third. The features of a place are the folded characters up to three to its left and
three to its right, alone and in groups. Because script is folded away, a text and its conversion have the same
features, so converting twice decides nothing anew.

A weight belongs to a feature and a candidate; its key is a 32-bit hash. `tools/train_script.py` learns the weights
with the functions of this module.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]

#: How far a place looks to either side.
REACH = 3
NEWLINE = 0x0A
#: Table entries are tenths of a nat, kept in eight bits around a middle of 128.
UNIT = 10
MIDDLE = 128

#: The features: offsets of the folded characters that make them up. The first, empty, is the candidate's bias.
FEATURES: tuple[tuple[int, ...], ...] = (
    (),
    (-1,),
    (1,),
    (-2, -1),
    (-1, 1),
    (1, 2),
    (-3, -2, -1),
    (-2, -1, 1),
    (-1, 1, 2),
    (1, 2, 3),
    (-2,),
    (2,),
)
#: Besides, how a region writes by itself: one key for each.
REGIONS = {"tw": np.array([0xA54FF53A], np.uint32), "hk": np.array([0x510E527F], np.uint32)}

OFFSETS = tuple(offset for offset in range(-REACH, REACH + 1) if offset)
_SPREAD = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35)
_SEEDS = np.array([((feature + 1) * 0x27D4EB2F) & 0xFFFFFFFF for feature in range(len(FEATURES))], dtype=np.uint32)
#: The row of `OFFSETS`, counted from 1, of each character of each feature; 0 where it has fewer than three.
_ROWS = np.array([[OFFSETS.index(o) + 1 for o in f] + [0] * (3 - len(f)) for f in FEATURES])


def neighbours(codes: Codes, places: NDArray[np.int64], fold: Codes) -> dict[int, Codes]:
    """The folded characters around each of PLACES, by offset; nothing is seen beyond the line.

    FOLD maps code points; those beyond its end share its last entry.
    """
    found: dict[int, Codes] = {}
    for side in (-1, 1):
        outside = np.zeros(len(places), dtype=bool)
        for step in range(1, REACH + 1):
            at = places + side * step
            outside |= (at < 0) | (at >= len(codes))
            char = fold.take(codes.take(at, mode="clip"), mode="clip")
            char[outside] = NEWLINE
            outside |= char == NEWLINE
            found[side * step] = char
    return found


def keys(around: dict[int, Codes]) -> Codes:
    """The hash of every feature (rows) at each place (columns), before a candidate is mixed in."""
    size = len(around[1])
    seen = np.stack([np.zeros(size, np.uint32), *(around[offset] for offset in OFFSETS)])
    mixed = np.repeat(_SEEDS[:, None], size, axis=1)
    for column, spread in enumerate(_SPREAD):
        mixed += seen[_ROWS[:, column]] * np.uint32(spread)
        mixed ^= mixed >> np.uint32(15)
    return mixed


def with_candidate(key: Codes, candidate: Codes) -> Codes:
    """The hash of a feature and a candidate: 32 well-mixed bits."""
    mixed = (key ^ (candidate * np.uint32(0x165667B1))) * np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def look_up(table: NDArray[np.uint16], mixed: Codes) -> NDArray[np.int16]:
    """The weight of each hash in TABLE (fingerprint << 8 | weight + MIDDLE; 0 = none), in units of 1/UNIT nat."""
    bits = len(table).bit_length() - 1
    entry = table.take(mixed >> np.uint32(32 - bits))
    weight = (entry & np.uint16(0xFF)).astype(np.int16) - np.int16(MIDDLE)
    weight[(entry >> np.uint16(8)) != (mixed & np.uint32(0xFF))] = 0
    return weight
