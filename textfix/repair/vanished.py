"""Pairs of bytes that formed no character and vanished: which characters they belonged to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.repair.context import Context, Costs
from textfix.repair.halves import common, ending, gapless, guessable, pairs, usual
from textfix.repair.ways import Tries, lowest

#: First characters around a pair that vanished that are tried, all ways taken together, and pairs of characters around
#: it that are priced by the phrase; and first characters where two pairs vanished in a row.
TRIES, PRICED, RUN_TRIES = 64, 48, 8


def cut(tries: Tries, context: Context) -> Tries:
    """TRIES, each with one more character that is not rare: it begins with what is pending and ends in any byte, which
    is `pending` then."""
    rows, trails = np.nonzero(guessable()[tries.pending][:, 0x80:])
    codes = pairs()[tries.pending[rows], trails + 0x80]
    return tries.extend(rows, codes, trails + 0x80, context)


def around(
    one: Tries, cost: Costs, codes: NDArray[np.uint32], pending: NDArray[np.int64], lead: int, following: int
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """A pair that forms no character was dropped: the second byte of ONE and the first of another, which ends in LEAD;
    and FOLLOWING comes next. Rows of ONE, which cost COST with their CODES and wait with PENDING."""
    ends, leads = ending(lead)
    here, there = np.nonzero(pairs()[pending][:, leads] == 0)
    first, second = codes[here, -1], ends[there]
    if following:
        first, second = np.append(first, ends), np.append(second, np.full(len(ends), following, np.uint32))
    price = model.pair_costs(first, second)
    rough = cost[here] + price[: len(here)]
    if following:
        rough += price[len(here) :][there]
    kept = lowest(rough, PRICED)
    return here[kept], ends[there[kept]][:, None]


def around_two(one: Tries, lead: int, following: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Two pairs in a row were dropped: between the characters that were cut stood one that is lost whole."""
    codes, leads, trails = common()
    here, middle = np.nonzero((pairs()[one.pending[:RUN_TRIES]][:, leads] == 0) & ~gapless()[trails])
    rough = one.cost[here] + model.pair_costs(one.codes[here, -1], codes[middle])
    kept = lowest(rough, PRICED)
    here, middle, rough = here[kept], middle[kept], rough[kept]
    rows, last = around(one, rough, codes[middle][:, None], trails[middle], lead, following)
    return here[rows], np.concatenate([codes[middle[rows]][:, None], last], axis=1)


def behind_all(one: Tries) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """A pair was dropped behind which nothing is left: the second byte of ONE and the first of a usual character."""
    last, leads = usual()
    here, there = np.nonzero(pairs()[one.pending[:RUN_TRIES]][:, leads] == 0)
    kept = lowest(one.cost[here] + model.pair_costs(one.codes[here, -1], last[there]), PRICED)
    return here[kept], last[there[kept]][:, None]
