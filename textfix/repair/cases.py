"""Garbled text that was put into capitals or small letters: `öðîä` was `ÖÐÎÄ`, which is 中文.

A letter may then have been one of two bytes. Of all characters that they can be, those are taken that the model finds
likeliest one after the other; where another is nearly as likely, it counts as lost.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import FOREIGN, HOLE, LOST, Encoded
from textfix.repair.holes import Marked
from textfix.routes import Chain

NEWLINE = 0x0A
#: Nats for a byte that is no part of a character.
STRAY = 14.0
#: How much better than any other a character must be, in nats: 20 to 1.
SURE = 3.0
#: What having the choice takes from the evidence of each character, in nats: the best of up to four.
CHOICE = 1.4

#: Nats for each letter in a text whose letters are all of one case; how many of them may be by chance.
ONE_CASE, FEW = 0.69, 4

#: One way to read some bytes: where it starts, its bytes, its code point.
Step = tuple[int, bytes, int]
#: Characters of a stretch that are read at most: each costs 6 KB and 0.15 ms while it is weighed, and titles, tags and
#: file names, which are what programs put in one case, are short.
LONGEST = 20_000


@cache
def spelled(written: str) -> dict[bytes, int]:
    """The characters of two and three bytes in WRITTEN, by their bytes."""
    packed, length = encodings.load(written).table
    codes = np.flatnonzero((length == 2) | (length == 3))
    codes = codes[(codes >= 0xA0) & (codes < 0x10000)]
    return {
        int(packed[code]).to_bytes(int(length[code]), "big"): code
        for code in codes.tolist()
        if not 0xE000 <= code < 0xF900
    }


def choose(encoded: Encoded, codes: Codes, written: str, reader: str) -> tuple[Encoded, NDArray[np.bool_]]:
    """ENCODED with those bytes for the letters among CODES that read best in WRITTEN, and which of them are not sure."""
    ways = encodings.cases(reader)
    options = [ways.get(code, (data,)) for code, data in zip(codes.tolist(), encoded.data, strict=True)]
    sizes = (3, 2) if written == "utf-8" else (2,)
    known = spelled(written)
    steps: list[list[Step]] = [[] for _ in range(len(options) + 1)]  # by where they end
    for at, (own, byte) in enumerate(zip(options, encoded.data, strict=True)):
        steps[at + 1].append((at, bytes([byte]), byte if byte < 0x80 else HOLE))
        if max(own) < 0x80:
            continue
        for size in sizes:
            if at + size <= len(options):
                for spelling in spellings(options[at : at + size]):
                    if (code := known.get(spelling)) is not None:
                        steps[at + size].append((at, spelling, code))
    data = bytearray(encoded.data)
    unsure = np.zeros(len(data), np.bool_)
    for start, spelling, sure in best(steps):
        data[start : start + len(spelling)] = spelling
        unsure[start : start + len(spelling)] = not sure
    return Encoded(bytes(data), encoded.starts, encoded.known), unsure


def forget(marked: Marked, unsure: NDArray[np.bool_]) -> Marked:
    """MARKED with holes for the characters of which a byte is UNSURE."""
    lost = np.add.reduceat(unsure, marked.starts[:-1], dtype=np.int64) > 0
    codes = marked.codes.copy()
    codes[lost] = HOLE
    data = np.frombuffer(marked.data, np.uint8).copy()
    data[unsure] = LOST
    return replace(marked, codes=codes, data=data.tobytes())


@cache
def letters(chain: Chain) -> NDArray[np.int8]:
    """By code point: −1 for the small letters and 1 for the capitals that may be either to the reader of CHAIN's last
    route, 0 for all else. Empty for a reader without a CASED one.
    """
    route = chain.routes[-1]
    if f"{route.read}|cased" not in encodings.CASED:
        return np.zeros(0, np.int8)
    ways = encodings.cases(f"{route.read}|cased")
    found = np.zeros(0x600, np.int8)
    for code, places in ways.items():
        # The first byte of Chinese in UTF-8 is always a small letter.
        if (
            len(places) > 1
            and (route.written != "utf-8" or all(place < 0xC0 for place in places))
            and places[0] >= 0x80
        ):
            found[code] = 1 if chr(code).isupper() else -1
    return found


@cache
def kinds() -> NDArray[np.int8]:
    """By code point: −1 for small letters, 1 for capitals, 2 for letters that have no other case, 0 for all else."""
    found = np.zeros(0x600, np.int8)
    for code in range(0x600):
        char = chr(code)
        folded = len(char.upper()) == 1 and char.upper() != char.lower()  # ß, ª and º stay what they are
        found[code] = (1 if char == char.upper() else -1) if folded else 2 * (char.islower() or char.isupper())
    return found


def may_be_read(codes: Codes) -> bool:
    """Whether CODES are worth reading so: not too many, and of one case."""
    return len(codes) <= LONGEST and of_one_case(codes)


def letters_of(codes: Codes) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of CODES are small letters beyond ASCII, which capitals, and which stand behind a letter."""
    kind = kinds().take(codes, mode="clip")
    within = np.zeros(len(codes), np.bool_)
    within[1:] = kind[:-1] != 0
    beyond = codes >= 0x80
    return (kind == -1) & beyond, (kind == 1) & beyond, within


def of_one_case(codes: Codes) -> bool:
    """Whether the letters among CODES beyond ASCII are all small, all capitals, or capitals at the beginnings of words."""
    small, capital, within = letters_of(codes)
    if not small.any() or not capital.any():
        return True
    return not (capital & within).any() and not (small & ~within).any()


def doubt(codes: Codes, chain: Chain) -> float:
    """Nats against CODES having come out of CHAIN as they are: letters of one case only, half of them by chance.

    First bytes of GBK and Big5 are mostly capitals anyway; in UTF-8 only letters count that stand for other bytes.
    """
    table = letters(chain)
    if not len(table):
        return 0.0
    found = table.take(codes, mode="clip")  # the last place says nothing
    small, capital = int(np.count_nonzero(found < 0)), int(np.count_nonzero(found > 0))
    if small and capital:
        return 0.0
    if chain.routes[-1].written == "utf-8":
        return ONE_CASE * max(small, capital) if small + capital > 1 else 0.0
    return ONE_CASE * (small if small > FEW else max(capital - FEW, 0))


def spellings(options: list[tuple[int, ...]]) -> list[bytes]:
    found = [b""]
    for some in options:
        found = [one + bytes([byte]) for one in found for byte in some]
    return found


def best(steps: list[list[Step]]) -> list[tuple[int, bytes, bool]]:
    """The cheapest way through STEPS: where each character starts, its bytes, and whether none is nearly as cheap."""
    # Every pair of neighbours is priced at once: rows of (end of the first, first, second).
    first, second, pairs = [], [], []
    by_start: list[list[tuple[int, int]]] = [[] for _ in steps]
    for end, some in enumerate(steps):
        for number, step in enumerate(some):
            by_start[step[0]].append((end, number))
    for middle in range(len(steps)):
        before = steps[middle] if middle else [(0, b"", NEWLINE)]
        for number, step in enumerate(before):
            for end, other in by_start[middle]:
                pairs.append((middle, number, end, other))
                first.append(step[2])
                second.append(steps[end][other][2])
    left, right = np.array(first, np.uint32), np.array(second, np.uint32)
    costs: NDArray[np.float64] = model.pair_costs(left, right).astype(np.float64)
    costs[right == HOLE] = STRAY
    costs[(right == FOREIGN)] = 0.0
    priced = costs.tolist()
    ahead = [[np.inf] * len(some) for some in steps]
    behind = [[np.inf] * len(some) for some in steps]
    ahead[0], behind[-1] = [0.0], [0.0] * len(steps[-1])
    for (middle, number, end, other), price in zip(pairs, priced, strict=True):
        ahead[end][other] = min(ahead[end][other], ahead[middle][number] + price)
    for (middle, number, end, other), price in zip(reversed(pairs), reversed(priced), strict=True):
        if middle:
            behind[middle][number] = min(behind[middle][number], price + behind[end][other])
    total = [[a + b for a, b in zip(one, two, strict=False)] for one, two in zip(ahead, behind, strict=True)]
    found = []
    at = len(steps) - 1
    while at > 0:
        number = int(np.argmin(total[at]))
        start, spelling, _ = steps[at][number]
        rivals = [total[at][other] for other in range(len(steps[at])) if other != number]
        found.append((start, spelling, min(rivals, default=np.inf) - total[at][number] >= SURE))
        at = start
    return found[::-1]
