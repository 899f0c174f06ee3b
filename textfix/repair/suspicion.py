"""Where text is so unlikely that it may have been misread: the gate in front of everything costly.

A stretch is suspicious where the model is surprised, character after character. Clean text surprises it now and
then (names, rare words), garbled text all the time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix import model
from textfix.batch import Batch

#: What a character of good text costs at most, on average: clean Chinese stands at 5.0, a poem at 7.3, garbles at 12 up.
USUAL = 6.5
#: Surprise, in nats beyond the usual, that makes a stretch suspicious. A repair gains more than this or is not made.
ALARM = 9.0
#: Characters around a suspicious stretch that are looked at too: a misread word starts and ends with likely ones.
MARGIN = 8
NEWLINE = 0x0A


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch `start:end` of the batch's code points, within one line; whether it reaches the line's ends."""

    start: int
    end: int
    opens: bool
    closes: bool


def windows(batch: Batch) -> list[Window]:
    """The stretches of the batch that the model finds too unlikely, widened by MARGIN, merged, cut at line ends."""
    codes = batch.codes
    costs: model.Costs = batch.note(model.costs)
    # The largest sum of a run that ends at each place (Kadane): running sum less its lowest value so far. A newline
    # sinks the sum by more than its line can have gathered (a cost is less than 64), so that no run crosses it.
    surprise = costs.astype(np.float64) - USUAL
    breaks = np.flatnonzero(codes == NEWLINE)
    surprise[breaks] = -64.0 * np.diff(breaks, prepend=-1)
    total = np.cumsum(surprise)
    run = total - np.minimum(np.minimum.accumulate(total), 0.0)
    alarmed = run >= ALARM
    if not alarmed.any():
        return []
    # A run is alarmed from the place where it passes ALARM; its start is where it last stood at zero.
    zero = np.maximum.accumulate(np.where(run <= 0, np.arange(len(codes)), -1)) + 1
    ends = np.flatnonzero(alarmed & ~np.append(alarmed[1:], False)) + 1
    starts = zero[ends - 1]
    line = np.searchsorted(breaks, starts)
    low = np.where(line > 0, breaks[np.maximum(line - 1, 0)] + 1, 0) if len(breaks) else np.zeros(len(starts), np.int64)
    high = np.append(breaks, len(codes))[line]
    starts, ends = np.maximum(starts - MARGIN, low), np.minimum(ends + MARGIN, high)
    return merge(starts, ends, starts == low, ends == high)


def merge(
    starts: NDArray[np.integer], ends: NDArray[np.integer], opens: NDArray[np.bool_], closes: NDArray[np.bool_]
) -> list[Window]:
    """Windows from sorted starts and their ends, those that overlap made one."""
    out: list[Window] = []
    for start, end, first, last in zip(starts.tolist(), ends.tolist(), opens.tolist(), closes.tolist(), strict=True):
        if out and start < out[-1].end:
            before = out.pop()
            start, first = before.start, before.opens
            end, last = max((end, last), (before.end, before.closes))
        out.append(Window(start, end, first, last))
    return out
