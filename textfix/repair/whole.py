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
#: The first and the last Han character that counts, what lies between and is none, and the first of those behind it.
FIRST_HAN, LAST_HAN, HEXAGRAMS, COMMON_HAN = np.uint32(0x3400), np.uint32(0x9FFF), (0x4DC0, 0x4DFF), np.uint32(0x4E00)
#: Characters of a line in which what is suspicious still may be for itself: in a shorter one it tells of the whole.
LONG = 64
#: Characters of a text that are looked at first, and their units on average from which it may be garbled throughout:
#: clean documents stay below 8, those of UTF-8 read byte by byte are beyond 28.
GLANCE, SUSPICIOUS = 8, 20
#: Characters of a text that are asked first whether its letters are of one case.
FIRST = 256
Flags = NDArray[np.bool_]
#: Which lines are sure, and what gives their odds.
Weighed = tuple[Flags, Callable[[], NDArray[np.float64]]]


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
    if chain.routes[0].written in OTHER:
        found = weigh_unchecked(codes, new, lines, chain, config.caution + MARGIN)
    else:
        found = weigh_checked(codes, new, lines, chain, config.caution)
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


def weigh_checked(codes: Codes, new: Codes, lines: NDArray[np.int64], chain: Chain, need: float) -> Weighed | None:
    """Which LINES of NEW, which was UTF-8 and is what CODES say along CHAIN, are sure by NEED, and the odds of each."""
    if len(chain.routes) == 1 and chain.routes[0].read in SINGLE:
        worth = per_line(worths(chain).take(new, mode="clip"), lines, np.float32)
        if worth.min() >= need + chain.prior:  # of most texts each line is sure by far
            return has_different_han(new, lines), lambda: odds_of(column_after(chain), new, lines, new, lines, chain)
        odds = odds_of(column_after(chain), new, lines, new, lines, chain)
    else:
        borders = edges(codes)
        if len(borders) != len(lines):
            return None
        odds = odds_of(column_of(chain.name), codes, borders, new, lines, chain)
    sure: Flags = odds >= need
    if sure.any():
        sure &= has_different_han(new, lines)
    return sure, lambda: odds


def odds_of(
    column: NDArray[np.integer],
    codes: Codes,
    borders: NDArray[np.int64],
    new: Codes,
    lines: NDArray[np.int64],
    chain: Chain,
) -> NDArray[np.float64]:
    """The odds of each of LINES of NEW: what COLUMN says of the same of CODES, or their own against meaningless bytes."""
    said = per_line(column.take(codes, mode="clip"), borders, np.int32) / suspicion.UNIT
    chance = per_line(chances(chain.routes[0].written).take(new, mode="clip"), lines, np.float64)
    odds: NDArray[np.float64] = np.minimum(said, chance + STRANGE) - chain.prior
    return odds


def weigh_unchecked(codes: Codes, new: Codes, lines: NDArray[np.int64], chain: Chain, need: float) -> Weighed | None:
    """The same for what was written in one of OTHER, against the other readings of its bytes."""
    borders = edges(codes)
    if len(borders) != len(lines):
        return None
    written = chain.routes[0].written
    said = per_line(column_of(chain.name).take(codes, mode="clip"), borders, np.int32) / suspicion.UNIT
    chance = per_line(chances(written).take(new, mode="clip"), lines, np.float64)
    odds = np.minimum(said, chance + STRANGE) - chain.prior
    if not (odds >= 0).any():
        return None
    one_case, doubt = doubts(codes, borders, chain)
    thin = (odds >= 0) & (odds < need) | one_case
    by_pairs(chance, new, lines, thin, written)
    odds = np.minimum(said, chance + STRANGE) - chain.prior - doubt
    sure = (odds >= need) & has_different_han(new, lines)
    sure &= ~one_case | (chance >= (NULL[written] - WELL) * per_line(new >= 0x80, lines, np.int64))
    for other in rival_readings(codes, chain) if sure.any() else ():
        sure &= is_likelier(chance, other, thin, written)
    return sure, lambda: odds


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


def any_left(text: str, taken: Flags) -> bool:
    """Whether any line of TEXT that is not TAKEN has more than ASCII."""
    return any(not line.isascii() for line, yes in zip(text.split("\n"), taken.tolist(), strict=True) if not yes)


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


def likeliest(said: NDArray[np.int32]) -> Iterator[int]:
    """The columns of which most is SAID, TRIED of them; the first is nearly always enough."""
    first = int(said.argmax())
    yield first
    yield from np.argsort(-said, kind="stable")[1:TRIED].tolist()


def has_different_han(codes: Codes, borders: NDArray[np.int64]) -> Flags:
    """Which lines have two different Han characters; nearly all that have any have two side by side."""
    han = codes - COMMON_HAN < LAST_HAN - COMMON_HAN + 1  # unsigned numbers wrap
    pairs = codes[1:] != codes[:-1]
    pairs &= han[1:]
    pairs &= han[:-1]
    if borders[-2] < len(pairs):
        different: Flags = np.logical_or.reduceat(pairs, borders[:-1])
        if different.all():
            return different
    # Those whose first in the order of code points is not their last.
    lines = len(borders) - 1 - int(borders[-2] == borders[-1])
    # What is not Han is no candidate for the lowest above FIRST_HAN, nor below LAST_HAN.
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
def column_after(chain: Chain) -> NDArray[np.int32]:
    """The same by the characters that UTF-8 was written with, for a CHAIN of one route by a reader of one byte a character;
    what is beyond the BMP has the last place, and says what one of the commonest says.
    """
    route = chain.routes[0]
    has = single(route.read)
    said = np.zeros(256, np.int32)
    places = np.flatnonzero(has < UNREAD)
    said[has[places]] = column_of(chain.name).take(places, mode="clip")
    packed, length = encodings.load(route.written).table
    codes = np.arange(suspicion.SIZE)
    codes[-1] = ord("😀")
    found = np.zeros(len(codes), np.int32)
    for place in range(4):
        found += np.where(length[codes] > place, said[packed[codes] >> (8 * place) & 0xFF], 0)
    return found


@cache
def worths(chain: Chain) -> NDArray[np.float32]:
    """By code point, what counts at least for a line of CHAIN that has it, in nats: the lesser of what it says of the text
    as it stands and against meaningless bytes.
    """
    chance = chances(chain.routes[0].written)[: suspicion.SIZE]
    worth: NDArray[np.float32] = np.minimum(chance, column_after(chain).astype(np.float32) / np.float32(suspicion.UNIT))
    worth[-1] = chances(chain.routes[0].written).min()
    return worth


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
    found: NDArray[np.float64] = np.add.reduceat(values, borders[:lines], dtype=kind)
    return found if lines == len(borders) - 1 else np.append(found, found.dtype.type(0))
