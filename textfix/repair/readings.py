"""Readings: what suspicious text says if it was misread along a chain of routes, atom by atom.

An atom is the shortest stretch whose borders are borders of characters both in the text as it stands and in the
reading; atoms can be taken or left one by one, so a span of them may be repaired and its neighbours left alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE
from textfix.routes import Chain, Route

#: What a hole costs, in the text and in the reading alike: a lost character is no evidence either way.
HOLE_COST = 10.0
#: What a character that the route cannot have produced costs: no span goes over it.
BARRIER = 1e6


@dataclass(frozen=True, slots=True)
class Reading:
    """TEXT read again: atom k is `text[a[k]:a[k+1]]` as it stands and `codes[b[k]:b[k+1]]` in the reading.

    `gain[k]` is how much likelier the reading makes it, in nats (−BARRIER where it cannot be); `cost[k]` what the
    reading's characters cost; `same[k]` whether the atom stays as it is.
    """

    chain: Chain
    codes: Codes
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    same: NDArray[np.bool_]


def borders(codes: Codes, route: Route) -> tuple[Codes, NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]] | None:
    """CODES undone along one route: the reading, the common borders in both, and which of CODES could not be undone."""
    encoded = encodings.load(route.read).encode(codes)
    if not (encoded.known & (codes >= 0x80)).any():
        return None
    decoded = encodings.load(route.written).decode(encoded.data)
    _, a, b = np.intersect1d(encoded.starts, decoded.starts, assume_unique=True, return_indices=True)
    return decoded.codes, a, b, ~encoded.known


def read(codes: Codes, costs: NDArray[np.float64], chain: Chain) -> Reading | None:
    """CODES (costing COSTS as they stand) read along CHAIN; None where nothing of it can come from there."""
    now: Codes = codes
    a: NDArray[np.int64] | None = None
    blocked = np.zeros(len(codes), np.bool_)
    for route in reversed(chain.routes):  # what happened last is undone first
        undone = borders(now, route)
        if undone is None:
            return None
        then, here, there, unknown = undone
        if a is None:
            a, b, blocked = here, there, unknown
        else:
            # Borders of the first undoing that are borders of the second one too.
            _, left, right = np.intersect1d(b, here, assume_unique=True, return_indices=True)
            a, b = a[left], there[right]
        now = then
    assert a is not None
    if len(a) < 2:
        return None
    blocked &= codes != HOLE
    reading_costs = model.costs(now).astype(np.float64)
    reading_costs[now == HOLE] = HOLE_COST
    cost = np.add.reduceat(reading_costs, b[:-1])
    gain = np.add.reduceat(costs, a[:-1]) - cost
    width = np.diff(a)
    same = (width == 1) & (np.diff(b) == 1)
    same[same] = codes[a[:-1][same]] == now[b[:-1][same]]
    gain[same] = 0.0
    if blocked.any():
        gain[np.add.reduceat(blocked.astype(np.int64), a[:-1]) > 0] = -BARRIER
    return Reading(chain, now, a, b, gain, cost, same)
