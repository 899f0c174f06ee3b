"""A longer memory than the model's, for text of which half the bytes are gone: what follows three characters.

Where slips left one byte of a character, a hundred candidates share it, and only the phrase around tells which it was.
A table of triples and fours of characters, loaded when a slip is found and not before, stands behind the model: the
cost of a character is that of the longest phrase known to end in it, or else the model's, and then more where the
phrase that has begun usually goes on in a known way.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import model, tables
from textfix.batch import Codes

#: Characters before one that its cost depends on.
MEMORY = 3
#: Costs are in eighths of a nat.
UNIT = 8
#: Of 64 bits, the table's index are the highest and the mark, which tells an entry from others, the lowest 16: of a
#: hundred candidates that are no phrase, one in two hundred and fifty sets has one that is taken for one.
MARK_BITS = 16
NEWLINE = 0x0A
#: Stands before the beginning of a phrase in the key of what it costs to go on in another way (no character has it).
BEGUN = 0xFFFF


def hashed(columns: list[Codes]) -> NDArray[np.uint64]:
    """64 well-mixed bits for each row of three or four code points of the BMP (splitmix64)."""
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = (mixed << np.uint64(16)) | column.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def slots(mixed: NDArray[np.uint64], bits: int) -> tuple[list[NDArray[np.int64]], NDArray[np.uint16]]:
    """The three places in a table of 2**bits where an entry may stand, and its mark."""
    one = (mixed >> np.uint64(64 - bits)).astype(np.int64)
    mark = (mixed & np.uint64((1 << MARK_BITS) - 1)).astype(np.uint16)
    two = one ^ ((mark.astype(np.int64) + 1) * 0x5BD1E995 & ((1 << bits) - 1))
    return [one, one ^ 1, two], mark


def look_up(mixed: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """The entries under MIXED, 0 where there is none."""
    data = tables.arrays("phrases.npz")
    marks, values = data["marks"], data["costs"]
    places, mark = slots(mixed, len(marks).bit_length() - 1)
    found = np.zeros(len(mixed), np.uint8)
    for place in places:
        np.copyto(found, values[place], where=marks[place] == mark)
    return found


def costs(before: Codes, codes: Codes) -> NDArray[np.float64]:
    """−ln P of each of CODES behind its row of BEFORE (MEMORY characters, the nearest last), in nats."""
    fold = model.load().folded
    one, two, three = (fold(before[:, place]) for place in range(MEMORY))
    last = fold(codes)
    begun = np.full(len(last), BEGUN, np.uint32)
    keys = [hashed([begun, two, three]), hashed([two, three, last])]
    keys += [hashed([begun, one, two, three]), hashed([one, two, three, last])]
    entries = look_up(np.concatenate(keys)).reshape(4, -1)
    found = model.next_costs(two, three, last).astype(np.float64)
    for missing, whole in (entries[:2], entries[2:]):
        found = np.where(whole > 0, whole, found * UNIT + missing) / UNIT
    return found


@cache
def variants() -> NDArray[np.float64]:
    """What it costs that a character stands in this form and not in another that the model folds onto the same (説 for
    說, 于 for 於), by code point of the BMP: in text of either script, in traditional, in simplified."""
    table = tables.arrays("phrases.npz")["variants"] / UNIT
    return np.concatenate([table.min(axis=0)[None], table])


def line_costs(codes: Codes) -> NDArray[np.float64]:
    """−ln P of each character of a line behind those before it."""
    padded = np.concatenate([np.full(MEMORY, NEWLINE, np.uint32), codes])
    return costs(np.lib.stride_tricks.sliding_window_view(padded, MEMORY)[: len(codes)], codes)
