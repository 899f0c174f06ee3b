"""Signs: the characters without which a pass has nothing to do. All passes' signs are looked for in one look-up.

A byte for each character says whether it is a sign of anything, and its weight for the gate of mojibake. Which signs it
is, and whether what stands beside it lets it count, is asked of the few characters that are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.uint8]
Places = NDArray[np.int64]
Table = NDArray[np.bool_]

#: Code points below this have a place of their own; the others share the last, which stands for U+10000 and beyond.
SIZE = 0x10000
BEYOND = SIZE - 1
#: A bit for each sign, in a byte: a table of 64 KB stays in the processor's cache.
BITS = 8
#: In what `look` gives, the bit of a sign, and the bits of a weight.
SOME, WEIGHT = 0x80, 0x7F
#: Han beyond the BMP: they share the last place with others, and are no sign. Cantonese has one (𠺢, 𡃉) every 500 characters.
HAN = range(0x20000, 0x2F800)
NEWLINE = 0x0A
#: Up to so many places are looked at one by one.
FEW = 32

_signs: list[Sign] = []
_weights: list[Callable[[], Flags]] = []


class Sign:
    """A set of characters, and what must stand before and behind one for it to count; a text begins and ends like a line.

    A set is given as a string, or by a function that makes a table by code point (SIZE truths); None is any character.
    """

    def __init__(
        self,
        which: str | Callable[[], Table],
        before: str | Callable[[], Table] | None = None,
        after: str | Callable[[], Table] | None = None,
    ) -> None:
        if len(_signs) == BITS:
            raise ValueError(f"there are {BITS} bits for signs, and all are taken")
        self.sets = which, before, after
        self.bit = 1 << len(_signs)
        _signs.append(self)


def weigh(weights: Callable[[], Flags]) -> None:
    """Let `look` tell, beside the signs, the WEIGHTS of characters (by code point, WEIGHT at most)."""
    _weights[:] = [weights]


@dataclass(frozen=True, slots=True)
class Tables:
    """By code point: `seen` is what `look` gives; `which`, `before` and `after` are the bits of signs that a character
    is, may stand before, and may follow."""

    seen: Flags
    which: Flags
    before: Flags
    after: Flags
    allowed: bytes  # `before` again: an item of an array takes twice as long


def tables() -> Tables:
    return _tables(len(_signs))


@cache
def _tables(number: int) -> Tables:
    """The tables of the first NUMBER signs."""
    which, before, after = (np.zeros(SIZE, np.uint8) for _ in range(3))
    for sign in _signs[:number]:
        for found, given in zip((which, before, after), sign.sets, strict=True):
            found[truths(given)] |= sign.bit
    seen = np.where(which != 0, SOME, 0).astype(np.uint8)
    for weights in _weights:
        seen |= weights()
    return Tables(seen, which, before, after, before.tobytes())


def truths(given: str | Callable[[], Table] | None) -> Table:
    """The table of a set of characters as it is GIVEN to a sign."""
    if callable(given):
        return given()
    found = np.full(SIZE, given is None)
    found[[min(ord(char), BEYOND) for char in given or ""]] = True
    return found


def matched(by: re.Pattern[str], beyond: bool) -> Table:
    """The table of the characters that the pattern BY matches one by one; BEYOND says whether it has any beyond the BMP."""
    found = np.zeros(SIZE, np.bool_)
    for match in re.finditer(f"(?:{by.pattern})+", "".join(map(chr, range(BEYOND)))):
        found[match.start() : match.end()] = True
    found[BEYOND] = beyond
    return found


def look(codes: NDArray[np.uint32]) -> Flags:
    """For each of CODES whether it is a sign of anything (SOME), and its weight."""
    return tables().seen.take(codes, mode="clip")


def find(codes: NDArray[np.uint32], places: Places) -> tuple[Places, Flags]:
    """At which of PLACES a sign is in CODES, and the bits of those that are there."""
    if not len(places):
        return places, np.zeros(0, np.uint8)
    known = tables()
    before, after = codes.take(places - 1, mode="clip"), codes.take(places + 1, mode="clip")
    if places[0] == 0:
        before[0] = NEWLINE
    if places[-1] == len(codes) - 1:
        after[-1] = NEWLINE
    here = codes.take(places)
    flags = known.which.take(here, mode="clip")
    far = here >= HAN.start
    if np.count_nonzero(far):
        flags[far & (here < HAN.stop)] = 0
    flags &= known.before.take(before, mode="clip")
    flags &= known.after.take(after, mode="clip")
    left = (flags != 0).nonzero()[0]
    return places.take(left), flags.take(left)


def search(text: str) -> list[int]:
    """Where TEXT may have a sign of anything: what `look` tells, without arrays, and quicker if the text is short."""
    return [match.start() for match in pattern(len(_signs)).finditer(text)]


def find_few(text: str, places: list[int]) -> list[tuple[int, int]]:
    """At which of PLACES a sign is in TEXT, each with its bits: the same as `find`, without arrays."""
    if not places:
        return []
    found = []
    allowed = tables().allowed
    for place in places:
        flags = _bits_before(text[place : place + 2], len(_signs))
        if flags:  # of most characters what stands behind them says that they are no sign
            flags &= allowed[min(ord(text[place - 1]), BEYOND)] if place else allowed[NEWLINE]
            if flags:
                found.append((place, flags))
    return found


@lru_cache(maxsize=1 << 12)
def _bits_before(pair: str, number: int) -> int:
    """Which of the first NUMBER signs the first character of PAIR is, as far as the second lets it count; kept, for few
    pairs make most of them, and a look into arrays takes five times as long.
    """
    if ord(pair[0]) in HAN:
        return 0
    known = _tables(number)
    after = min(ord(pair[1:] or "\n"), BEYOND)
    return int(known.which[min(ord(pair[0]), BEYOND)] & known.after[after])


@cache
def pattern(number: int) -> re.Pattern[str]:
    """Finds a character that may be one of the first NUMBER signs."""
    wanted = _tables(number).which != 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted[:BEYOND], [False]]).astype(np.int8)))
    ranges = [f"\\u{low:04x}-\\u{high - 1:04x}" for low, high in edges.reshape(-1, 2).tolist()]
    if wanted[BEYOND]:
        ranges.append(f"\U00010000-{chr(HAN.start - 1)}{chr(HAN.stop)}-\U0010ffff")
    return re.compile(f"[{''.join(ranges)}]" if ranges else r"(?!)")
