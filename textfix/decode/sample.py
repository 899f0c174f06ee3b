"""A bounded sample of bytes that says what the whole is written in: the stretches with bytes above 7F.

In every encoding that has ASCII in its place, a byte below 30 is a character by itself (trail bytes begin at 30), so
bytes may be cut there whatever they are.
"""

from __future__ import annotations

import re

import numpy as np

SAFE = 0x30
#: Up to here everything is looked at; beyond, only the stretches around bytes above 7F.
WHOLE = 2048
#: The blocks that a long input is divided into, one window from each.
BLOCKS = 16
CHUNK = 1 << 16

_HIGH = re.compile(rb"[\x80-\xff]")
_SAFE = re.compile(rb"[\x00-\x2f]")


def condense(data: bytes) -> bytes:
    """The stretches of DATA between safe bytes that have a byte above 7F, each with the safe byte before it."""
    codes = np.frombuffer(data, np.uint8)
    stretch = np.cumsum(codes < SAFE)
    high = np.bincount(stretch, codes >= 0x80, int(stretch[-1]) + 1) > 0
    return codes[high[stretch]].tobytes()


def draw(data: bytes, budget: int) -> bytes:
    """About BUDGET bytes of DATA, at most: a quarter from the start, the rest from all over it.

    They are cut where no character is cut, if it can be helped.
    """
    if len(data) <= WHOLE and len(data) <= budget:
        return data
    if len(data) <= budget:
        return condense(data)
    step = -(-len(data) // BLOCKS)
    pieces = []
    for block in range(0, len(data), step):
        # The start is always a safe place; text without safe bytes is judged by it alone.
        size = budget // 4 if block == 0 else budget // 2 // BLOCKS
        pieces.append(cut(data, block, min(block + step, len(data)), size))
    return b"".join(pieces)


def cut(data: bytes, start: int, end: int, size: int) -> bytes:
    """About SIZE bytes of DATA from the first byte above 7F between START and END on, condensed; none if there is none."""
    start = _begin(data, start, end)
    if start < 0:
        return b""
    drawn = condense(data[start : _end(data, start, size)])
    # A piece that ends inside a character must not take the first byte of the next one with it.
    return b"\n" + drawn if drawn and drawn[0] >= SAFE else drawn


def _end(data: bytes, start: int, size: int) -> int:
    """A safe place about SIZE after START: the next one, or the last one before, or just there."""
    if start + size >= len(data):
        return len(data)
    if found := _SAFE.search(data, start + size, start + size + size // 2):
        return found.start()
    piece = data[start : start + size]
    tail = len(piece.rstrip(bytes(range(SAFE, 256))))
    return start + (tail if tail > size // 2 else size)


def _begin(data: bytes, start: int, end: int) -> int:
    """A safe place before the first byte above 7F in the block, or −1."""
    if start:
        found = _SAFE.search(data, start, min(end, start + CHUNK))
        if not found:
            return -1
        start = found.start()
    for chunk in range(start, end, CHUNK):
        piece = data[chunk : min(chunk + CHUNK, end)]
        if not piece.isascii():
            at = _HIGH.search(piece)
            assert at is not None
            place = chunk + at.start()
            back = data[max(start, place - CHUNK) : place]
            tail = len(back.rstrip(bytes(range(SAFE, 256))))
            return place - (len(back) - tail) - (1 if tail else 0)
    return -1
