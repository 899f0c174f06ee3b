"""Lines that were misread from end to end as one: read again at once, without a search for spans.

Most garbled texts are garbled throughout, and along one chain of routes. Where the bytes of a line are all there, form
characters throughout, and these are likely enough, then weighing spans and chains would find nothing else. UTF-8
checks itself; GB18030 and Big5 do not, so a line of them must be likelier by a MARGIN, and likelier than in the other.
Lines for which that is not so, or whose evidence is thin, are left to the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, routes
from textfix.batch import Codes, to_codes
from textfix.config import Config
from textfix.encodings import DOUBLE, SINGLE, UNREAD, single
from textfix.records import Edit
from textfix.repair import cases, holes, suspicion
from textfix.repair.readings import NULL, STRANGE, is_han
from textfix.repair.rivals import OTHER, by_routes, cased_alike, first_alike, rival_readings
from textfix.repair.suspicion import Window
from textfix.routes import Chain

NEWLINE, SPACE, HOLE = 0x0A, 0x20, "\ufffd"
#: Suspicious places from which a text is read as a whole, if they are one in SPARSE of its characters or more.
LEAST_ROWS, SPARSE = 4, 8
#: Suspicious places of a text, as a share of its characters beyond ASCII, from which it is looked at as a whole; and
#: its characters that are asked which chain it was, and the chains that are tried.
DENSE, SAMPLE, TRIED = 0.5, 96, 3
#: Nats beyond `caution` for a line that was not UTF-8, and those by which it must be likelier than any other reading.
MARGIN = 6.0
#: What a character of good text costs at most, on average: a line whose letters are of one case must be such.
WELL = 5.5
#: Characters for each broken one in a text that may be read line by line: text of another language has one in three.
BROKEN = 8
#: The first and the last Han character that counts, and what lies between and is none.
FIRST_HAN, LAST_HAN, HEXAGRAMS = np.uint32(0x3400), np.uint32(0x9FFF), (0x4DC0, 0x4DFF)
#: Characters of a line in which what is suspicious still may be for itself: in a shorter one it tells of the whole.
LONG = 64
#: Characters of a text that are asked first whether its letters are of one case.
FIRST = 256
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Whole:
    """A text read again along `chain`: its lines start at `old` and `new` before and after. `taken` says which lines are
    sure, by which `odds`; `left` whether any other has more than ASCII. `windows` are the places in `after` that are
    suspicious still, in lines that are taken; `settled` says that another look at `after` finds nothing.
    """

    before: str
    after: str
    chain: Chain
    old: NDArray[np.int64]
    new: NDArray[np.int64]
    taken: Flags
    odds: NDArray[np.float64]
    left: bool
    windows: list[Window] = field(default_factory=list)
    settled: bool = False

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
            chain = first_alike(self.chain, to_codes(before))
            odds = float(self.odds[k]) + self.chain.prior - chain.prior
            yield Edit(first, last, self.before[first:last], after[start : len(after) - end], chain.name, odds)

    def mask(self, codes: Codes) -> None:
        """Blank in CODES, those of the text, the lines that were taken."""
        inside = np.repeat(self.taken, np.diff(self.old))
        inside &= codes != NEWLINE
        codes[inside] = SPACE

    def without(self, windows: list[Window]) -> Whole | None:
        """The same without the lines that WINDOWS of `after` lie in, or None if no other is taken."""
        taken = self.taken.copy()
        taken[np.searchsorted(self.new, [window.start for window in windows], side="right") - 1] = False
        left = any_left(self.before, self.old, taken)
        return replace(self, taken=taken, left=left, windows=[], settled=False) if taken.any() else None

    def is_sound(self, window: Window, codes: Codes) -> bool:
        """Whether WINDOW of `after`, whose CODES these are, lies in a long line that is good text on the whole."""
        line = int(np.searchsorted(self.new, window.start, side="right")) - 1
        codes = codes[self.new[line] : self.new[line + 1]]
        return len(codes) >= LONG and float(model.costs(codes).mean()) <= suspicion.USUAL


@cache
def chains() -> tuple[NDArray[np.int64], list[Chain]]:
    """The columns of the table of suspicions that are for chains that a text may be read along as a whole, and these
    chains: those whose text was UTF-8, and those that read every byte as a character."""
    by_name = {chain.name: chain for chain in routes.table()}
    columns, found = [], []
    for column, name in enumerate(suspicion.table().names):
        if (chain := by_name.get(name)) is None or chain.routes[-1].read in encodings.CASED:
            continue
        single = len(chain.routes) == 1 and chain.routes[0].read in SINGLE and chain.routes[0].written in OTHER
        if single or chain.routes[0].written == "utf-8":
            columns.append(column)
            found.append(chain)
    return np.array(columns), found


def may_be_whole(rows: NDArray[np.int64], sizes: NDArray[np.int64]) -> Flags:
    """Whether texts of so many characters that have so many suspicious places are worth a look as a whole."""
    worth: Flags = (rows >= LEAST_ROWS) & (rows * SPARSE >= sizes)
    return worth


def read(text: str, codes: Codes, dense: int, config: Config) -> Whole | None:
    """TEXT (its CODES, DENSE of which are suspicious places) read again, or None if nothing in it is clear."""
    amount = np.count_nonzero(codes >= 0x80)
    if not amount or dense < DENSE * amount:
        return None
    table = suspicion.table()
    columns, candidates = chains()
    some = codes[:: len(codes) // (2 * SAMPLE) + 1] if amount * 4 > len(codes) else codes
    some = some[some >= 0x80]
    some = some[:: len(some) // SAMPLE + 1]
    said = table.likelihood.take(some, axis=0, mode="clip").sum(axis=0, dtype=np.int32)[columns]
    least = config.caution * suspicion.UNIT / 2 * len(some) / amount  # of the sample: half of what the text must have
    tried = set()
    for column in np.argsort(-said, kind="stable")[:TRIED].tolist():
        chain = candidates[column]
        reader = chain.routes[-1].read
        if said[column] < least or len(chain.routes) > config.max_layers:
            continue
        if "??" in text and reader in holes.LOSING:  # lost bytes, perhaps: that is for the search
            continue
        if is_doubtful(codes, chain):
            return None
        if len(chain.routes) == 1 and reader in SINGLE:
            if reader not in tried and (found := read_bytes(text, codes, chain, config)) is not None:
                return found
            tried.add(reader)
        elif (after := undo(codes, chain)) is not None:
            return weigh(text, codes, after, chain, config)
    return None


def is_doubtful(codes: Codes, chain: Chain) -> bool:
    """Whether the letters of CODES are of one case, so that they may have been put into it after CHAIN."""
    return bool(cases.doubt(codes[:FIRST], chain)) and bool(cases.doubt(codes, chain))


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


def read_bytes(text: str, codes: Codes, chain: Chain, config: Config) -> Whole | None:
    """TEXT read along CHAIN, one route by a reader of one byte a character, line by line: other lines may be broken."""
    route = chain.routes[0]
    units = single(route.read).take(codes, mode="clip")
    if int(units.max()) >= UNREAD:
        borders = edges(codes)
        foreign = np.logical_or.reduceat(np.append(units >= UNREAD, False), borders[:-1])
        if foreign.all():
            return None
        blank = np.repeat(foreign, np.diff(borders)) & (codes != NEWLINE)
        units[blank] = SPACE
        codes = np.where(blank, np.uint32(SPACE), codes)
    data = units.astype(np.uint8).tobytes()
    for written in (route.written, *OTHER.get(route.written, ())):
        candidate = by_routes().get((written, route.read))
        if candidate is None or (after := decode(data, written)) is None:
            continue
        if (found := weigh(text, codes, after, candidate, config)) is not None:
            return found
    return None


def decode(data: bytes, encoding: str) -> str | None:
    """DATA as text, HOLE where a line of it is broken; None if no line is whole, or too much is broken."""
    codec = DOUBLE[encoding][0] if encoding in DOUBLE else encoding
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        if b"\n" not in data:
            return None
    text = data.decode(codec, "replace")
    return text if text.count(HOLE) * BROKEN <= len(text) else None


def weigh(text: str, codes: Codes, after: str, chain: Chain, config: Config) -> Whole | None:
    """The reading AFTER of TEXT, whose CODES are those of its lines that may be read so, for each line that is sure."""
    new = to_codes(after)
    borders, new_borders = edges(codes), edges(new)
    if len(borders) != len(new_borders):
        return None
    written = chain.routes[0].written
    said = per_line(column_of(chain.name).take(codes, mode="clip"), borders, np.int32) / suspicion.UNIT
    chance = per_line(chances(written).take(new, mode="clip"), new_borders, np.float64)
    odds = np.minimum(said, chance + STRANGE) - chain.prior
    need = config.caution
    if not (odds >= 0).any():
        return None
    if written in OTHER:
        need += MARGIN
        one_case, doubt = doubts(codes, borders, chain)
        thin = (odds >= 0) & (odds < need) | one_case
        by_pairs(chance, new, new_borders, thin, written)
        odds = np.minimum(said, chance + STRANGE) - chain.prior - doubt
    sure = (odds >= need) & has_different_han(new, new_borders)
    if HOLE in after:
        sure &= ~np.logical_or.reduceat(np.append(new == ord(HOLE), False), new_borders[:-1])
    if written in OTHER:
        sure &= ~one_case | (chance >= (NULL[written] - WELL) * per_line(new >= 0x80, new_borders, np.int64))
        for other in rival_readings(codes, chain) if sure.any() else ():
            sure &= is_likelier(chance, other, thin, written)
    if not sure.any():
        return None
    rows = suspicion.find_rows(new)
    windows = suspicion.find_windows(new, rows)
    if not sure.all():
        windows = [window for window in windows if sure[np.searchsorted(new_borders, window.start, side="right") - 1]]
    left = any_left(text, borders, sure)
    again = left or bool(windows) or bool(may_be_whole(np.array(len(rows)), np.array(len(new))))
    return Whole(text, after, chain, borders, new_borders, sure, odds, left, windows, not again)


def by_pairs(chance: NDArray[np.float64], codes: Codes, borders: NDArray[np.int64], which: Flags, written: str) -> None:
    """Put into CHANCE what those lines of CODES that are WHICH say pair by pair, which is more than one by one."""
    if not which.any():
        return
    sizes = np.diff(borders)
    some = codes[np.repeat(which, sizes)]
    gain = np.float32(NULL[written]) - model.costs(some)
    gain[some < 0x80] = 0.0
    own = np.concatenate([[0], np.cumsum(sizes[which])])
    chance[which] = per_line(gain, own, np.float64)


def any_left(text: str, borders: NDArray[np.int64], taken: Flags) -> bool:
    """Whether any line of TEXT that is not TAKEN has more than ASCII."""
    return any(not text[borders[k] : borders[k + 1]].isascii() for k in np.flatnonzero(~taken).tolist())


def is_likelier(chance: NDArray[np.float64], other: str, thin: Flags, written: str) -> Flags:
    """Which lines, CHANCE nats from meaningless bytes in WRITTEN, are likelier by MARGIN than OTHER; the THIN ones were
    weighed by pairs.
    """
    codes = to_codes(other)
    borders = edges(codes)
    if len(borders) != len(chance) + 1:
        return np.zeros(len(chance), np.bool_)
    rival = per_line(chances(written).take(codes, mode="clip"), borders, np.float64)
    by_pairs(rival, codes, borders, thin, written)
    likelier: Flags = chance >= rival + MARGIN
    return likelier


def doubts(codes: Codes, borders: NDArray[np.int64], chain: Chain) -> tuple[Flags, NDArray[np.float64]]:
    """Which lines may have been put into capitals, small letters or title case after CHAIN, and the nats that are against
    their having come out of it as they are (see `cases`).
    """
    nats = np.zeros(len(borders) - 1)
    some = [table for other in (chain, *cased_alike(chain, codes)) if len(table := cases.letters(other))]
    if not some:
        return nats > 0, nats
    small, capital, within = cases.letters_of(codes)
    mixed = per_line(np.where(within, capital, small), borders, np.int64)
    small_ones, capitals = per_line(small, borders, np.int64), per_line(capital, borders, np.int64)
    one_case: Flags = (mixed == 0) | (small_ones == 0) | (capitals == 0)
    for table in some:
        kind = table.take(codes, mode="clip")
        small_ones, capitals = per_line(kind < 0, borders, np.int64), per_line(kind > 0, borders, np.int64)
        few = np.where(small_ones > cases.FEW, small_ones, np.maximum(capitals - cases.FEW, 0))
        here = np.minimum(small_ones, capitals) == 0
        np.maximum(nats, np.where(here, cases.ONE_CASE * few, 0.0), out=nats)
        one_case |= here
    return one_case, nats


def has_different_han(codes: Codes, borders: NDArray[np.int64]) -> Flags:
    """Which lines have two different Han characters: those whose first in the order of code points is not their last."""
    lines = len(borders) - 1 - int(borders[-2] == borders[-1])
    # Unsigned numbers wrap: what is not Han is no candidate for the lowest above FIRST_HAN, nor below LAST_HAN.
    first = np.minimum.reduceat(codes - FIRST_HAN, borders[:lines]) + FIRST_HAN
    last = LAST_HAN - np.minimum.reduceat(LAST_HAN - codes, borders[:lines])
    different = np.zeros(len(borders) - 1, np.bool_)
    different[:lines] = (first < last) & (first >= FIRST_HAN) & (last <= LAST_HAN)
    among = [(end >= HEXAGRAMS[0]) & (end <= HEXAGRAMS[1]) for end in (first, last)]
    for line in np.flatnonzero(different[:lines] & (among[0] | among[1])).tolist():
        some = codes[borders[line] : borders[line + 1]]  # ䷀ to ䷿ lie among Han and are none
        different[line] = len(np.unique(some[is_han(some)])) > 1
    return different


@cache
def column_of(name: str) -> NDArray[np.int8]:
    """The column of the table of suspicions for the chain called NAME, where ASCII says nothing."""
    said = suspicion.table().likelihood[:, suspicion.table().names.index(name)].copy()
    said[:0x80] = 0
    return said


@cache
def chances(written: str) -> NDArray[np.float32]:
    """By code point, by how much likelier it is than meaningless bytes in WRITTEN; ASCII says nothing."""
    said = np.float32(NULL[written]) - model.plain_costs(np.arange(model.TOP + 1, dtype=np.uint32))
    said[:0x80] = 0.0
    return said


def edges(codes: Codes) -> NDArray[np.int64]:
    """Where the lines of CODES start, each with its newline, and the end."""
    breaks = (codes == NEWLINE).nonzero()[0]
    found = np.empty(len(breaks) + 2, np.int64)
    found[0], found[-1] = 0, len(codes)
    np.add(breaks, 1, out=found[1:-1])
    return found


def per_line(values: NDArray[np.generic], borders: NDArray[np.int64], kind: type[np.generic]) -> NDArray[np.float64]:
    """What VALUES add up to in each line, counted as KIND; the last may be empty."""
    lines = len(borders) - 1 - int(borders[-2] == borders[-1])
    total = np.zeros(len(borders) - 1)
    if lines:
        total[:lines] = np.add.reduceat(values, borders[:lines], dtype=kind)
    return total
