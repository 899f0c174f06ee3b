"""Signs: the characters without which a pass has nothing to do. All passes' signs are looked for in one look-up."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.uint8]

#: Code points below this have a place of their own; the others share the last, which stands for U+10000 and beyond.
SIZE = 0x10000
BEYOND = SIZE - 1
#: A bit for each sign, in a byte: a table of 64 KB stays in the processor's cache.
BITS = 8

_signs: list[Sign] = []


class Sign:
    """A set of characters, given as a string, or by a function that makes a table by code point (SIZE truths)."""

    def __init__(self, which: str | Callable[[], NDArray[np.bool_]]) -> None:
        if len(_signs) == BITS:
            raise ValueError(f"there are {BITS} bits for signs, and all are taken")
        self._which = which
        self.bit = 1 << len(_signs)
        _signs.append(self)

    @cached_property
    def table(self) -> NDArray[np.bool_]:
        """By code point, whether it is in the set."""
        if not isinstance(self._which, str):
            return self._which()
        found = np.zeros(SIZE, np.bool_)
        found[[min(ord(char), BEYOND) for char in self._which]] = True
        return found


def flags(codes: NDArray[np.uint32]) -> Flags:
    """The bits of all signs for each of CODES."""
    return table(len(_signs)).take(codes, mode="clip")


@cache
def table(number: int) -> Flags:
    """By code point, the bits of the first NUMBER signs."""
    found = np.zeros(SIZE, np.uint8)
    for sign in _signs[:number]:
        found[sign.table] |= sign.bit
    return found


@cache
def pattern(bits: int) -> re.Pattern[str]:
    """Finds a character that is a sign among BITS: for one short text this is quicker than arrays."""
    wanted = table(len(_signs)) & bits != 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted[:BEYOND], [False]]).astype(np.int8)))
    ranges = [f"\\u{low:04x}-\\u{high - 1:04x}" for low, high in edges.reshape(-1, 2).tolist()]
    if wanted[BEYOND]:
        ranges.append("\U00010000-\U0010ffff")
    return re.compile(f"[{''.join(ranges)}]" if ranges else r"(?!)")
