"""Bytes of two-byte encodings of which some are lost, paired as they were written.

A reader that drops a first byte shifts all that follows by half a character, until ASCII or the next loss. Where a loss
stands, the bytes around it are paired anew: of all ways to cut them into characters, some with a byte that is not
known, the one that costs least by the plain frequency of its characters.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE, LOST, Decoded, Encoded

QUESTION = 0x3F
#: Bytes of one run: all from `?` up may be part of a character, or a loss.
RUN = re.compile(rb"[\x3f-\xff]+")
DAMAGE = re.compile(rb"[\x80-\xfe]\?|\?[\x80-\xfe]|\xff")
#: Nats: a character of which one byte is lost, or both; a mark that stands for both; a byte that fits nowhere; a
#: question mark that is one, and one that stands for a byte; a letter of ASCII among Chinese.
HALF, BOTH, WHOLE, STRAY, ASKED, SWALLOWED, LETTER = 8.0, 10.0, 11.0, 14.0, 8.0, 1.0, 7.0
IMPOSSIBLE = 1e3
#: Nats against the second place of a character that a reader has two places for.
SELDOM = 2.0
#: Bytes around a character of two places that tell which it came from.
AROUND = 12


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


def resolve(encoded: Encoded, codes: Codes, reader: str, written: str) -> Encoded:
    """ENCODED with those bytes, where READER has two places for one of CODES, that read better in WRITTEN."""
    twins = encodings.load(reader).twins
    if not twins:
        return encoded
    places = np.flatnonzero(np.isin(codes, np.fromiter(twins, np.uint32, len(twins))))
    if not len(places):
        return encoded
    data = bytearray(encoded.data)
    for place in places.tolist():
        start = int(encoded.starts[place])
        low, high = max(0, start - AROUND), start + 2 + AROUND
        ways = [bytes(data[low:high])]
        for twin in twins[int(codes[place])]:
            ways.append(ways[0][: start - low] + twin.to_bytes(2, "big") + ways[0][start - low + 2 :])
        prices = [price(way, written) + SELDOM * (way is not ways[0]) for way in ways]
        data[low:high] = ways[int(np.argmin(prices))]
    return Encoded(bytes(data), encoded.starts, encoded.known)


def price(part: bytes, written: str) -> float:
    """What the bytes of PART cost in WRITTEN, cut as is best: a character may begin with its first byte or its second."""
    if written == "utf-8":
        return BOTH * part.decode("utf-8", "replace").count("\ufffd")
    codes = [np.array(pair(part[skip:], written)[1], np.uint32) for skip in (0, 1)]
    return min(float(np.where(one == HOLE, BOTH, model.costs(one)).sum()) for one in codes)


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
    for at, byte in enumerate(run):
        so_far = best[at]
        unknown = byte in (LOST, QUESTION)
        if byte == LOST:
            single = WHOLE, HOLE
        elif byte == QUESTION:
            single = ASKED, QUESTION
        else:
            single = (LETTER, byte) if byte < 0x80 else (STRAY, HOLE)
        steps = [(at + 1, *single)]
        if at + 1 < len(run):
            following = run[at + 1]
            vague = following in (LOST, QUESTION)
            asked = SWALLOWED * ((byte == QUESTION) + (following == QUESTION))
            if unknown and vague:
                steps.append((at + 2, BOTH + asked, HOLE))
            elif unknown or (vague and byte >= 0x80):
                steps.append((at + 2, HALF + asked, HOLE))
            elif byte >= 0x80:
                steps.append((at + 2, min(known[at], STRAY), chars[at]))
        for to, price, code in steps:
            if so_far + price < best[to]:
                best[to], back[to] = so_far + price, (at, code)
    return best, back
