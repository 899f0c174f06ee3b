"""Lines that were misread from end to end as one: read again at once, without a search for spans.

Most garbled texts are garbled throughout, and along one chain of routes. If the text was UTF-8, which checks itself,
its bytes are all there, and what they say is unsuspicious, then weighing spans and chains would find nothing else.
Lines for which that is not so, or whose evidence is thin, are left to the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, routes
from textfix.batch import Codes, to_codes
from textfix.config import Config
from textfix.records import Edit
from textfix.repair import cases, holes, suspicion
from textfix.repair.readings import NULL, STRANGE, is_han
from textfix.routes import Chain

NEWLINE = 0x0A
#: Suspicious places of a text, as a share of its characters beyond ASCII, from which it is looked at as a whole; and
#: its characters that are asked which chain it was, and the chains that are tried.
DENSE, SAMPLE, TRIED = 0.5, 96, 3
#: What a character of meaningless bytes costs in UTF-8.
CHANCE = NULL["utf-8"]


@dataclass(frozen=True, slots=True)
class Whole:
    """A text read again along `chain`: its lines start at `old` and `new` before and after. `taken` says which lines are
    sure, by which `odds`; `left` whether any other has more than ASCII.
    """

    before: str
    after: str
    chain: Chain
    old: NDArray[np.int64]
    new: NDArray[np.int64]
    taken: NDArray[np.bool_]
    odds: NDArray[np.float64]
    left: bool

    def edits(self) -> Iterator[Edit]:
        """One edit for each line that was taken."""
        old, new = self.old.tolist(), self.new.tolist()
        for k in np.flatnonzero(self.taken).tolist():
            before, after = self.before[old[k] : old[k + 1]], self.after[new[k] : new[k + 1]]
            start = next(i for i, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
            end = 0
            while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
                end += 1
            first, last = old[k] + start, old[k] + len(before) - end
            new_part = after[start : len(after) - end]
            yield Edit(first, last, self.before[first:last], new_part, self.chain.name, float(self.odds[k]))

    def mask(self, codes: Codes) -> None:
        """Blank in CODES, those of the text, the lines that were taken."""
        inside = np.repeat(self.taken, np.diff(self.old))
        inside &= codes != NEWLINE
        codes[inside] = 0x20


@cache
def chains() -> tuple[tuple[int, ...], dict[str, Chain]]:
    """The columns of the table of suspicions that are for chains whose text was UTF-8, and the chains by name."""
    by_name = {chain.name: chain for chain in routes.table()}
    names = suspicion.table().names
    wanted = [
        k
        for k, name in enumerate(names)
        if name in by_name
        and by_name[name].routes[0].written == "utf-8"
        and by_name[name].routes[-1].read not in encodings.CASED
    ]
    return tuple(wanted), by_name


def read(text: str, codes: Codes, dense: int, config: Config) -> Whole | None:
    """TEXT (its CODES, DENSE of which are suspicious places) read again, or None if nothing in it is clear."""
    beyond = codes[codes >= 0x80]
    if dense < DENSE * len(beyond):
        return None
    table = suspicion.table()
    columns, by_name = chains()
    said = table.likelihood.take(beyond[:: len(beyond) // SAMPLE + 1], axis=0, mode="clip").sum(axis=0, dtype=np.int64)
    best = sorted(columns, key=lambda column: -said[column])[:TRIED]
    for column in best:
        chain = by_name[table.names[column]]
        if "??" in text and chain.routes[-1].read in holes.LOSING:  # lost bytes, perhaps: that is for the search
            continue
        if cases.doubt(codes, chain):
            continue
        if said[column] > 0 and len(chain.routes) <= config.max_layers and (data := undo(codes, chain)) is not None:
            return weigh(text, codes, data, chain, column, config)
    return None


def undo(codes: Codes, chain: Chain) -> str | None:
    """What CODES say along CHAIN if every byte is known and valid."""
    text = None
    for route in reversed(chain.routes):
        data = encodings.load(route.read).encode_all(codes if text is None else to_codes(text))
        if data is None:
            return None
        try:
            text = data.decode(route.written)
        except UnicodeDecodeError:
            return None
    return text


def weigh(text: str, codes: Codes, after: str, chain: Chain, column: int, config: Config) -> Whole | None:
    """The reading AFTER of TEXT, for each line of it that is sure."""
    new = to_codes(after)
    old_edges, new_edges = edges(codes), edges(new)
    if len(old_edges) != len(new_edges):
        return None
    said = per_line(column_of(column).take(codes, mode="clip"), old_edges) / suspicion.UNIT
    cost = model.plain_costs(new)
    cost[new < 0x80] = CHANCE
    odds = np.minimum(said, per_line(CHANCE - cost, new_edges) + STRANGE) - chain.prior
    sure = (odds >= config.caution) & has_different_han(new, new_edges)
    for window in suspicion.find_windows(new):  # what is suspicious still is for the search
        sure[np.searchsorted(new_edges, window.start, side="right") - 1] = False
    if not sure.any():
        return None
    left = bool(((codes >= 0x80) & ~np.repeat(sure, np.diff(old_edges))).any())
    return Whole(text, after, chain, old_edges, new_edges, sure, odds, left)


def has_different_han(codes: Codes, borders: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which lines have two different Han characters: those whose first in the order of code points is not their last."""
    codes = np.append(codes, np.uint32(NEWLINE))  # the last line may be empty
    han = is_han(codes)
    lowest = np.minimum.reduceat(np.where(han, codes, np.uint32(0xFFFFFFFF)), borders[:-1])
    highest = np.maximum.reduceat(np.where(han, codes, np.uint32(0)), borders[:-1])
    different: NDArray[np.bool_] = lowest < highest
    return different


@cache
def column_of(column: int) -> NDArray[np.int8]:
    """One column of the table of suspicions, where ASCII says nothing."""
    said = suspicion.table().likelihood[:, column].copy()
    said[:0x80] = 0
    return said


def edges(codes: Codes) -> NDArray[np.int64]:
    """Where the lines of CODES start, each with its newline, and the end."""
    return np.concatenate([[0], np.flatnonzero(codes == NEWLINE) + 1, [len(codes)]])


def per_line(values: NDArray[np.generic], borders: NDArray[np.int64]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    found: NDArray[np.float64] = total[borders[1:]] - total[borders[:-1]]
    return found
