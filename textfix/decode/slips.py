"""Readings of GB 18030 in which a byte was lost or came in: from there to the end of the run, halves make new pairs.

Within a run of bytes above 7F there are two ways to pair: from its first byte on, and from its second. One lost byte
changes from one to the other; where that happened is the place at which the left part of the one and the right part
of the other cost least.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes
from textfix.decode.profile import HOLE, profile
from textfix.decode.readings import before, price

#: Nats that a run must gain to count as slipped: less is what chance gives.
WORTH = 6.0
#: Runs that are looked at, the longest first.
RUNS = 64


@cache
def _pairs() -> NDArray[np.uint32]:
    """The character of each two bytes (first << 8 | second) in GB 18030, HOLE where there is none."""
    table = np.full(1 << 16, HOLE, np.uint32)
    for lead in range(0x81, 0xFF):
        trails = list(range(0x80, 0xFF))
        text = b"".join(bytes((lead, trail)) for trail in trails).decode("gb18030", "replace")
        if len(text) == len(trails):
            table[(lead << 8) + np.array(trails)] = [ord(char) for char in text]
    return table


def gain_by_slips(data: bytes) -> float:
    """Nats that the reading of DATA as GB 18030 gains if one byte in a run may be surplus, 0 if no run has slipped."""
    codes = np.frombuffer(data, np.uint8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (codes >= 0x80).astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    longest = np.argsort(starts - ends, kind="stable")[:RUNS]
    total = 0.0
    for start, end in zip(starts[longest].tolist(), ends[longest].tolist(), strict=True):
        if end - start >= 5:
            gain = _gain(codes[start:end].astype(np.uint32))
            total += gain if gain > WORTH else 0.0
    return total


def _gain(run: Codes) -> float:
    char = _pairs()[(run[:-1] << 8) | run[1:]]
    cost = price(before(char, 4), before(char, 2), char).astype(np.float64)
    even, odd = cost[0::2], cost[1::2]
    hole = profile().weights["hole"]
    size = len(odd)
    left = np.concatenate([[0.0], np.cumsum(even)])[: size + 1]
    right = np.concatenate([np.cumsum(odd[::-1])[::-1], [0.0]])
    straight = float(even.sum()) + (hole if len(run) % 2 else 0.0)
    slipped = float((left + right).min()) + hole + (0.0 if len(run) % 2 else hole)
    return straight - slipped
