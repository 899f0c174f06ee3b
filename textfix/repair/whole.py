"""Lines that were misread from end to end as one: read again at once, without a search for spans.

Most garbled texts are garbled throughout, and along one chain of routes. Where the bytes of a line are all there, form
characters throughout, and these are likely enough, then weighing spans and chains would find nothing else. UTF-8
checks itself; GB18030 and Big5 do not, so a line of them must be likelier by a MARGIN, and likelier than in the other.
Lines for which that is not so, or whose evidence is thin, are left to the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model, routes
from textfix.batch import Batch, Codes, to_codes
from textfix.config import Config
from textfix.encodings import DOUBLE, SINGLE, UNREAD, single
from textfix.records import Edit
from textfix.repair import cases, holes, suspicion
from textfix.repair.lines import Flags, edges
from textfix.repair.lines import weigh as weigh_lines
from textfix.repair.rivals import OTHER, by_routes, first_alike
from textfix.repair.suspicion import Window
from textfix.routes import Chain

NEWLINE, SPACE, HOLE = 0x0A, 0x20, "\ufffd"
#: Suspicious places from which a text is read as a whole, if they are one in SPARSE of its characters or more.
LEAST_ROWS, SPARSE = 4, 8
#: Suspicious places of a text, as a share of its characters beyond ASCII, from which it is looked at as a whole; and
#: its characters that are asked which chain it was, and the chains that are tried.
DENSE, SAMPLE, TRIED = 0.5, 96, 3
#: Characters for each broken one in a text that may be read line by line: text of another language has one in three.
BROKEN = 8
#: Characters of a line in which what is suspicious still may be for itself: in a shorter one it tells of the whole.
LONG = 64
#: Characters of a text that are looked at first, and their units on average from which it may be garbled throughout:
#: clean documents stay below 8, those of UTF-8 read byte by byte are beyond 28.
GLANCE, SUSPICIOUS = 8, 20
#: Characters of a text that are asked first whether its letters are of one case.
FIRST = 256


@dataclass(frozen=True, slots=True)
class Whole:
    """A text read again along `chain` as `after`, a batch of one, whose lines start at `new`. `taken` says which lines are
    sure, by which `odds` (worked out when somebody asks); `left` whether any other has more than ASCII. `windows` are the
    places in `after` that are suspicious still, in lines that are taken; `settled` says that another look at `after`
    finds nothing.
    """

    before: str
    after: Batch
    chain: Chain
    new: NDArray[np.int64]
    taken: Flags
    odds: Callable[[], NDArray[np.float64]]
    left: bool
    windows: list[Window] = field(default_factory=list)
    settled: bool = False

    def edits(self) -> Iterator[Edit]:
        """One edit for each line that was taken."""
        old, new, weighed = edges(to_codes(self.before)).tolist(), self.new.tolist(), self.odds().tolist()
        for k in np.flatnonzero(self.taken).tolist():
            before, after = self.before[old[k] : old[k + 1]], self.after.joined[new[k] : new[k + 1]]
            start = next(i for i, (one, other) in enumerate(zip(before, after, strict=False)) if one != other)
            end = 0
            while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
                end += 1
            first, last = old[k] + start, old[k] + len(before) - end
            chain = first_alike(self.chain, to_codes(before))
            odds = weighed[k] + self.chain.prior - chain.prior
            yield Edit(first, last, self.before[first:last], after[start : len(after) - end], chain.name, odds)

    def mask(self, codes: Codes) -> None:
        """Blank in CODES, those of the text, the lines that were taken."""
        inside = np.repeat(self.taken, np.diff(edges(codes)))
        inside &= codes != NEWLINE
        codes[inside] = SPACE

    def without(self, windows: list[Window]) -> Whole | None:
        """The same without the lines that WINDOWS of `after` lie in, or None if no other is taken."""
        taken = self.taken.copy()
        taken[np.searchsorted(self.new, [window.start for window in windows], side="right") - 1] = False
        left = any_left(self.before, taken)
        return replace(self, taken=taken, left=left, windows=[], settled=False) if taken.any() else None

    def is_sound(self, window: Window) -> bool:
        """Whether WINDOW of `after` lies in a long line that is good text on the whole."""
        line = int(np.searchsorted(self.new, window.start, side="right")) - 1
        codes = self.after.codes[self.new[line] : self.new[line + 1]]
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


def may_be_whole(rows: int, size: int) -> bool:
    """Whether a text of SIZE characters that has so many suspicious places (ROWS) is worth a look as a whole."""
    return rows >= LEAST_ROWS and rows * SPARSE >= size


def is_dense(batch: Batch) -> bool:
    """Whether the one text of BATCH is worth such a look."""
    return may_be_whole(len(batch.note(suspicion.rows_of)), len(batch.codes))


def read_at_once(text: str, config: Config) -> Whole | None:
    """TEXT, not a short one, read again if it is UTF-8 that was read byte by byte throughout: what `read` gives after one
    look at some of its characters. None if that is not so, or in doubt.
    """
    some = text[:: len(text) // GLANCE + 1]
    if some.isascii() or "\u3000" <= max(some) < "\uf000":  # no reader of single bytes gives Han
        return None
    units = suspicion.table().units.data
    glance = [units[min(ord(char), suspicion.SIZE - 1)] for char in some]
    if sum(glance) < SUSPICIOUS * len(glance) or not config.max_layers:
        return None
    _, said = ask(to_codes(text[:: len(text) // (2 * SAMPLE) + 1]))
    chain = chains()[1][next(likeliest(said))]
    route = chain.routes[0]
    if len(chain.routes) > 1 or route.written in OTHER or route.read not in SINGLE:
        return None
    codes = to_codes(text[:FIRST])
    if cases.doubt(codes, chain):
        return None
    if route.read != "latin-1" or (data := as_latin(text)) is None:
        data = encodings.load(route.read).encode_all(to_codes(text))
    if data is None:
        return None
    try:
        return weigh(text, codes, data.decode(route.written), chain, config)
    except UnicodeDecodeError:
        return None


def ask(codes: Codes) -> tuple[int, NDArray[np.int32]]:
    """How many of CODES are asked which chain it was, SAMPLE at most, and what they say for each of `chains`, in units."""
    columns, _ = chains()
    some = codes[codes >= 0x80]
    some = some[:: len(some) // SAMPLE + 1]
    likelihood = suspicion.table().likelihood.take(some, axis=0, mode="clip")
    return len(some), np.add.reduce(likelihood, axis=0, dtype=np.int32).take(columns)


def read(text: str, codes: Codes, dense: int, config: Config) -> Whole | None:
    """TEXT (its CODES, DENSE of which are suspicious places) read again, or None if nothing in it is clear."""
    amount = int(np.count_nonzero(codes >= 0x80))
    if not amount or dense < DENSE * amount:
        return None
    some = codes[:: len(codes) // (2 * SAMPLE) + 1] if amount * 4 > len(codes) else codes
    asked, said = ask(some)
    least = config.caution * suspicion.UNIT / 2 * asked / amount  # of the sample: half of what the text must have
    tried = set()
    for column in likeliest(said):
        chain = chains()[1][column]
        reader = chain.routes[-1].read
        if said[column] < least or len(chain.routes) > config.max_layers:
            continue
        if reader in holes.LOSING and "??" in text:  # lost bytes, perhaps: that is for the search
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
    if route.read != "latin-1" or (data := as_latin(text)) is None:
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


def as_latin(text: str) -> bytes | None:
    """The bytes of TEXT, each character one of them; None if some are none. No table is as quick."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
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
    batch = Batch([after])
    new = batch.codes
    lines = edges(new)
    found = weigh_lines(codes, new, lines, chain, config.caution)
    if found is None:
        return None
    sure, odds = found
    if HOLE in after:
        sure &= ~np.logical_or.reduceat(np.append(new == ord(HOLE), False), lines[:-1])
    if not sure.any():
        return None
    windows = suspicion.find_windows(new, batch.note(suspicion.rows_of))
    left = False
    if not sure.all():
        windows = [window for window in windows if sure[np.searchsorted(lines, window.start, side="right") - 1]]
        left = any_left(text, sure)
    return Whole(text, batch, chain, lines, sure, odds, left, windows, not (left or windows or is_dense(batch)))


def any_left(text: str, taken: Flags) -> bool:
    """Whether any line of TEXT that is not TAKEN has more than ASCII."""
    return any(not line.isascii() for line, yes in zip(text.split("\n"), taken.tolist(), strict=True) if not yes)


def likeliest(said: NDArray[np.int32]) -> Iterator[int]:
    """The columns of which most is SAID, TRIED of them; the first is nearly always enough."""
    first = int(said.argmax())
    yield first
    yield from np.argsort(-said, kind="stable")[1:TRIED].tolist()
