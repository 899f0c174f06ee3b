"""Characters that are missing without a trace: a reader shows them as private-use ones, and those were taken out later.

Big5 read as GB 18030 loses every third character so, its comma and full stop among them. Which are missing cannot be told
(the model finds two gaps in three, and as many that are none); that some are is plain from their absence.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE
from textfix.routes import Route

#: The private-use area.
PRIVATE = (0xE000, 0xF8FF)
#: How likely it may be, at most, that a text has none of what is missing by chance.
CHANCE = 0.05


@cache
def share(route: Route) -> float:
    """Which part of Chinese text written along ROUTE its reader shows as private-use characters or cannot show."""
    if route.written not in encodings.DOUBLE or route.read not in encodings.DOUBLE:
        return 0.0
    _, length = encodings.load(route.written).table
    codes = np.flatnonzero(length == 2).astype(np.uint32)
    codes = codes[(codes >= 0x3000) & (codes < 0xE000) | (codes >= 0xFF00)]
    shown = encodings.load(route.read).decode(encodings.load(route.written).encode(codes).data)
    private = (shown.codes >= PRIVATE[0]) & (shown.codes <= PRIVATE[1]) | (shown.codes == HOLE)
    lost = np.zeros(len(codes), np.bool_)
    lost[np.unique(shown.starts[:-1][private] // 2)] = True
    usual = np.exp(-model.plain_costs(codes))
    return float(usual[lost].sum() / usual.sum())


def note(before: Codes, after: Codes, route: Route) -> str:
    """What to say of a repair of BEFORE that gave AFTER, if characters must be missing in it."""
    part = share(route)
    traces = (before >= PRIVATE[0]) & (before <= PRIVATE[1]) | (before == HOLE) | (before == ord("?"))
    written = int(((after >= 0x3000) & (after != HOLE)).sum())
    if traces.any() or (1 - part) ** written > CHANCE:
        return ""
    return f"about {part:.0%} of what was written is missing: {route.read} has no characters for it"
