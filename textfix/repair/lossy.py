"""Bytes of two-byte encodings of which some are lost, paired as they were written.

A reader that drops a first byte shifts all that follows by half a character, until ASCII or the next loss. Where a loss
stands, the bytes around it are paired anew: of all ways to cut them into characters, some with a byte that is not
known, the one that costs least by the plain frequency of its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.encodings import HOLE, LOST, Decoded, Encoded

QUESTION = 0x3F
#: Bytes that stand for what is not known.
MISSING = (LOST, QUESTION)
#: Bytes of one run: all from `?` up may be part of a character, or a loss.
RUN = re.compile(rb"[\x3f-\xff]+")
DAMAGE = re.compile(rb"[\x80-\xfe]\?|\?[\x80-\xfe]|\xff")
#: Nats: a character of which one byte is lost, or both; a mark that stands for both; a byte that fits nowhere; a
#: question mark that is one, and one that stands for a byte; a letter of ASCII among Chinese.
HALF, BOTH, WHOLE, STRAY, ASKED, SWALLOWED, LETTER = 8.0, 10.0, 11.0, 14.0, 8.0, 1.0, 7.0
IMPOSSIBLE = 1e3
SOFT_HYPHEN, NEWLINE = b"\xad", 0x0A


@cache
def pairs(written: str) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """For each two bytes (first << 8 | second) the character they are in WRITTEN, HOLE if none, and its plain cost."""
    packed, length = encodings.load(written).table
    codes = np.flatnonzero(length == 2)
    char = np.full(1 << 16, HOLE, np.uint32)
    char[packed[codes]] = codes
    cost = model.plain_costs(char)
    cost[char == HOLE] = IMPOSSIBLE
    return char, cost


def decode(encoded: Encoded, written: str) -> Decoded:
    """The bytes of ENCODED as text in WRITTEN: as its charmap reads them, but for runs that have a loss."""
    plain = encodings.load(written).decode(encoded.data)
    if written == "utf-8" or not DAMAGE.search(encoded.data):
        return plain
    codes: list[NDArray[np.uint32]] = []
    starts: list[NDArray[np.int64]] = []
    done = 0
    for run in RUN.finditer(encoded.data):
        if not DAMAGE.search(run[0]):
            continue
        low, high = np.searchsorted(plain.starts, run.span())
        if plain.starts[low] != run.start() or plain.starts[high] != run.end():
            continue  # four bytes of GB18030, two of which are digits
        cut, text = pair(run[0], written)
        codes += (plain.codes[done:low], np.array(text, np.uint32))
        starts += (plain.starts[done:low], np.array(cut, np.int64) + run.start())
        done = int(high)
    codes.append(plain.codes[done:])
    starts.append(plain.starts[done:])
    return Decoded(np.concatenate(codes), np.concatenate(starts))


def pair(run: bytes, written: str) -> tuple[list[int], list[int]]:
    """Where the characters of RUN start, and their code points: HOLE for those of which a byte is not known."""
    _, back = cheapest(run, written)
    cut, text = [], []
    at = len(run)
    while at:
        at, code = back[at]
        cut.append(at)
        text.append(code)
    return cut[::-1], text[::-1]


def prices(parts: list[bytes], written: str) -> list[float]:
    """What the bytes of each of PARTS cost in WRITTEN, cut as is best: a character may begin with its first byte or its
    second, which then leaves half of one before it.
    """
    if written == "utf-8":
        return [BOTH * part.decode("utf-8", "replace").count("\ufffd") for part in parts]
    # All at once, a newline behind each.
    texts = [[*pair(part[skip:], written)[1], NEWLINE] for part in parts for skip in (0, 1)]
    codes = np.array([code for text in texts for code in text], np.uint32)
    costs = np.where(codes == HOLE, BOTH, model.costs(codes))
    costs[np.cumsum([len(text) for text in texts]) - 1] = 0.0
    first = np.cumsum([0, *(len(text) for text in texts[:-1])])
    whole = np.add.reduceat(costs, first).reshape(-1, 2)
    whole[:, 1] += HALF
    found: list[float] = whole.min(axis=1).tolist()
    return found


def cheapest(run: bytes, written: str) -> tuple[list[float], list[tuple[int, int]]]:
    """For each end of a character in RUN the least that everything before costs, and where that character starts and
    its code point.
    """
    char, cost = pairs(written)
    data = np.frombuffer(run, np.uint8).astype(np.int64)
    couples = (data[:-1] << 8) | data[1:]
    known, chars = cost[couples].tolist(), char[couples].tolist()
    best = [0.0] + [IMPOSSIBLE * len(run)] * len(run)
    back: list[tuple[int, int]] = [(0, 0)] * (len(run) + 1)
    size = len(run)
    for at, byte in enumerate(run):
        so_far = best[at]
        after = at + 1
        following = run[after] if after < size else -1
        if byte in MISSING or following in MISSING:
            for width, price, code in damaged(byte, following):
                if so_far + price < best[at + width]:
                    best[at + width], back[at + width] = so_far + price, (at, code)
            continue
        if byte < 0x80:
            if so_far + LETTER < best[after]:
                best[after], back[after] = so_far + LETTER, (at, byte)
            continue
        if so_far + STRAY < best[after]:
            best[after], back[after] = so_far + STRAY, (at, HOLE)
        if following >= 0:
            price = so_far + min(known[at], STRAY)
            if price < best[at + 2]:
                best[at + 2], back[at + 2] = price, (at, chars[at])
    return best, back


def damaged(byte: int, following: int) -> Iterator[tuple[int, float, int]]:
    """How many bytes the character may have that begins with BYTE before the one that is FOLLOWING (-1 for none), where one
    of the two stands for a loss; each with its price and its code point.
    """
    unknown, vague = byte in MISSING, following in MISSING
    if byte == LOST:
        yield 1, WHOLE, HOLE
    elif byte == QUESTION:
        yield 1, ASKED, QUESTION
    else:
        yield 1, *((LETTER, byte) if byte < 0x80 else (STRAY, HOLE))
    if following >= 0:
        asked = SWALLOWED * ((byte == QUESTION) + (following == QUESTION))
        if unknown and vague:
            yield 2, BOTH + asked, HOLE
        elif unknown or byte >= 0x80:
            yield 2, HALF + asked, HOLE
