"""Mojibake: spans of text that were misread along a known route, found, weighed and read again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix import model, routes
from textfix.batch import Batch, Codes, to_text
from textfix.config import Config
from textfix.encodings import HOLE
from textfix.records import Change, Edit, splice
from textfix.repair import readings, suspicion
from textfix.repair.readings import HOLE_COST, Reading
from textfix.repair.suspicion import Window

#: What a character of meaningless bytes costs when they happen to decode: an even choice among what the encoding has.
#: UTF-8 checks itself: three random bytes form a character once in 80 times, which is worth 4.4 nats more.
NULL = {"utf-8": 13.9, "gb18030": 9.5, "big5": 9.5}
#: Odds against text of a kind that the model does not know (−ln of its share), where the reading is the judge alone.
STRANGE = 8.0
#: A reading has this many Han characters, or it is not ours to judge.
LEAST_HAN = 2


@dataclass(frozen=True, slots=True)
class Repair:
    """A span `start:end` of a window's characters that reads better as `codes`."""

    start: int
    end: int
    codes: Codes
    chain: str
    odds: float


def find(batch: Batch, config: Config) -> dict[int, Change]:
    """One layer of mojibake in each text that has any."""
    if batch.joined.isascii():
        return {}
    found = suspicion.suspects(batch)
    edits: dict[int, list[Edit]] = {}
    if not found.windows:
        return {}
    for window, repairs in zip(found.windows, repair_windows(batch.codes, found, config), strict=True):
        if not repairs:
            continue
        text = int(batch.owners(np.array([window.start]))[0])
        shift = window.start - int(batch.starts[text])
        for repair in repairs:
            start, end = repair.start + shift, repair.end + shift
            before, after = batch.texts[text][start:end], to_text(repair.codes)
            edits.setdefault(text, []).append(Edit(start, end, before, after, repair.chain, repair.odds))
    return {text: splice(batch.texts[text], some) for text, some in edits.items()}


def repair_windows(codes: Codes, found: suspicion.Suspects, config: Config) -> list[list[Repair]]:
    """The repairs of each window, best first by odds, none overlapping another."""
    # All windows are read together, a newline between two, so that each route is undone once for the whole batch.
    parts: list[Codes] = []
    newline = np.array([suspicion.NEWLINE], np.uint32)
    for window in found.windows:
        parts += (codes[window.start : window.end], newline)
    joined = np.concatenate(parts)
    ends = np.cumsum([window.end - window.start + 1 for window in found.windows])
    starts = np.concatenate([[0], ends[:-1]])
    costs = model.costs(joined).astype(np.float64)
    costs[joined == HOLE] = HOLE_COST
    offers: list[list[Repair]] = [[] for _ in found.windows]
    for chain in routes.table():
        reading = readings.read(joined, costs, chain)
        if reading is None:
            continue
        for at, repair in spans(reading, joined, costs, starts, config):
            offers[at].append(repair)
    return [choose(offer) for offer in offers]


def spans(
    reading: Reading, codes: Codes, costs: NDArray[np.float64], starts: NDArray[np.int64], config: Config
) -> list[tuple[int, Repair]]:
    """The spans of a reading that are worth their price, with the window each lies in."""
    gain = reading.gain
    if config.holes == "keep":
        holed = np.add.reduceat((reading.codes == HOLE).astype(np.int64), reading.b[:-1]) > 0
        gain = np.where(holed & ~reading.same, -readings.BARRIER, gain)
    need = config.caution + reading.chain.prior
    # Windows in which no run of atoms can gain enough are passed over (the sum of all that is gained is a bound).
    window = np.searchsorted(starts, reading.a[:-1], side="right") - 1
    hopeful = np.flatnonzero(np.bincount(window, np.maximum(gain, 0), len(starts)) >= need)
    out = []
    for at in hopeful.tolist():
        low, high = np.searchsorted(window, [at, at + 1]).tolist()
        for first, last in best_runs(gain[low:high], need):
            repair = weigh(reading, codes, costs, low + first, low + last, int(starts[at]), config)
            if repair is not None:
                out.append((at, repair))
    return out


def best_runs(gain: NDArray[np.float64], price: float) -> list[tuple[int, int]]:
    """Runs [first, last) of atoms to take, so that the gain less PRICE for each run is the greatest (two-state Viterbi)."""
    out_score, in_score = 0.0, -np.inf
    in_start = 0
    taken: list[tuple[int, int]] = []  # runs on the best way that is out now
    in_taken: list[tuple[int, int]] = []  # runs before the one that is open on the best way that is in now
    for i, value in enumerate(gain.tolist()):
        if out_score - price > in_score:
            in_score, in_start, in_taken = out_score - price, i, taken
        in_score += value
        if in_score > out_score:
            out_score, taken = in_score, [*in_taken, (in_start, i + 1)]
    return taken


def weigh(
    reading: Reading, codes: Codes, costs: NDArray[np.float64], first: int, last: int, origin: int, config: Config
) -> Repair | None:
    """The repair of atoms first:last, trimmed of what stays the same, if it holds against every other explanation."""
    while first < last and reading.same[first]:
        first += 1
    while first < last and reading.same[last - 1]:
        last -= 1
    if first >= last:
        return None
    start, end = int(reading.a[first]), int(reading.a[last])
    new = reading.codes[int(reading.b[first]) : int(reading.b[last])]
    changed = ~reading.same[first:last]
    cost = float(reading.cost[first:last][changed].sum())
    odds = float(reading.gain[first:last].sum())
    # Text of a kind that the model does not know costs much as it stands, and any reading would win against it. So
    # the reading must also hold against bytes that decode by chance.
    beyond = new[new >= 0x80]
    holes = int((beyond == HOLE).sum())
    null = NULL[reading.chain.routes[0].written] * (len(beyond) - holes) + HOLE_COST * holes
    odds = min(odds, null + STRANGE - cost) - reading.chain.prior
    if odds < config.caution or int(is_han(beyond).sum()) < LEAST_HAN:
        return None
    return Repair(start - origin, end - origin, new, reading.chain.name, odds)


def is_han(codes: Codes) -> NDArray[np.bool_]:
    return ((codes >= 0x4E00) & (codes <= 0x9FFF)) | ((codes >= 0x3400) & (codes <= 0x4DBF))


def choose(offers: list[Repair]) -> list[Repair]:
    """The best of overlapping repairs, in the order of the text."""
    taken: list[Repair] = []
    for offer in sorted(offers, key=lambda repair: -repair.odds):
        if all(offer.end <= other.start or offer.start >= other.end for other in taken):
            taken.append(offer)
    return sorted(taken, key=lambda repair: repair.start)
