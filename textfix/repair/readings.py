"""Readings: what suspicious text says if it was misread along a chain of routes, atom by atom.

An atom is the shortest stretch whose borders are borders of characters both in the text as it stands and in the
reading; atoms can be taken or left one by one, so a span of them may be repaired and its neighbours left alone.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import CASED, FOREIGN, HOLE, LOST, SINGLE, WIDE, Decoded, Encoded
from textfix.repair import cases, holes, lossy, shown, suspicion
from textfix.repair.holes import Marked
from textfix.routes import Chain

#: What a character of meaningless bytes costs when they happen to decode: an even choice among what the encoding has.
#: UTF-8 checks itself: three random bytes form a character once in 80 times, which is worth 4.4 nats more.
NULL = {"utf-8": 13.9, "gb18030": 9.5, "big5": 9.5, "utf-16-le": 11.1, "utf-16-be": 11.1}
#: Odds against text of a kind that the model does not know (−ln of its share), where the reading is the judge alone.
STRANGE = 8.0
#: A reading has this many different Han characters, or it is not ours to judge.
LEAST_HAN = 2
#: What a capital costs beyond its small letter, of which the model has read few; and half-width katakana beyond the full
#: one, which hardly any text of today is in.
CAPITAL, HALF_WIDTH = 1.0, 2.0
#: ﾞ, behind which stands ﾟ.
VOICED = 0xFF9E
#: What a change between hangul and Han or kana costs.
SWITCH = 4.0
#: Alphabets: scripts whose words stand apart. A line in one of them is not misread word by word.
ALPHABETS = [
    (0x00A0, 0x024F), (0x0370, 0x03FF), (0x0400, 0x052F), (0x0590, 0x05FF), (0x0600, 0x06FF), (0x0E00, 0x0E7F),
    (0x1E00, 0x1EFF), (0x3040, 0x30FF), (0xAC00, 0xD7A3), (0xFF61, 0xFF9F),
]  # fmt: skip
#: Alphabets of which the model has read enough to know what is a word of them and what is not.
KNOWN = [
    (0x0020, 0x02AF), (0x0370, 0x052F), (0x0600, 0x06FF), (0x0E00, 0x0E7F), (0x1E00, 0x1EFF), (0x2010, 0x2122),
    (0x2200, 0x23FF), (0x3000, 0x312F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF00, 0xFF9F),
]  # fmt: skip
#: The private-use characters of Japanese Windows.
GAIJI = (0xE000, 0xE757)
#: The first bytes of 一 (4E00), 最 (6700) and the full-width space (3000), which are N, g and 0 where bytes were swapped.
ROUND = np.array([0x4E, 0x67, 0x30], np.uint32)
HAN = -2
#: What draws a tree of files: ├ └ ─.
BRANCH, LAST_BRANCH, LINE, SPACE = 0x251C, 0x2514, 0x2500, 0x20
#: What a character that the route cannot have produced costs: no span goes over it.
BARRIER = 1e6


@dataclass(frozen=True, slots=True)
class Reading:
    """TEXT read again: atom k is `text[a[k]:a[k+1]]` as it stands and `marked.codes[b[k]:b[k+1]]` in the reading.

    `gain[k]` is how much likelier the reading makes it, in nats (−BARRIER where it cannot be); `cost[k]` what the
    reading's characters cost; `same[k]` whether the atom stays as it is, `stale[k]` whether it repeats the one before;
    `marks[i]` whether character i of TEXT is a full-width mark.
    """

    chain: Chain
    marked: Marked
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    gain: NDArray[np.float64]
    cost: NDArray[np.float64]
    same: NDArray[np.bool_]
    stale: NDArray[np.bool_]
    marks: NDArray[np.bool_]


def common(left: NDArray[np.int64], right: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the values stand, in LEFT and in RIGHT, that both (sorted) have.

    RIGHT may have a value twice (a Big5 pair that reads as a letter and its accent): the last one counts.
    """
    at = np.searchsorted(right, left, side="right") - 1
    both = np.flatnonzero((at >= 0) & (right[at] == left))
    return both, at[both]


@cache
def plainer() -> Codes:
    """The code point that the model knows better in the place of each: small letters for capitals, full-width katakana."""
    table = np.arange(0x10000, dtype=np.uint32)
    for code in range(0x600):
        small = chr(code).lower()
        table[code] = ord(small) if len(small) == 1 else code
    for code in range(0xFF66, 0xFF9E):
        table[code] = ord(unicodedata.normalize("NFKC", chr(code)))
    return table


@cache
def voiced() -> Codes:
    """For half-width katakana from FF66 on, with ﾞ (first row) or ﾟ behind it: the letter that both are, else 0."""
    table = np.zeros((2, VOICED - 0xFF66), np.uint32)
    for row, mark in enumerate("\uff9e\uff9f"):
        for place in range(table.shape[1]):
            both = unicodedata.normalize("NFKC", chr(0xFF66 + place) + mark)
            table[row, place] = ord(both) if len(both) == 1 else 0
    return table


def standing_costs(codes: Codes) -> NDArray[np.float64]:
    """What CODES cost as they stand: a word in capitals no more than the same word in small letters, and CAPITAL each;
    half-width katakana likewise; hangul beside Han or kana more than the model, which has read little of both together,
    would say.
    """
    costs: NDArray[np.float64] = model.costs(codes).astype(np.float64)
    costs[codes == HOLE] = 0.0
    plain = plainer().take(codes, mode="clip")
    changed = (plain != codes) & (codes < len(plainer()))
    if changed.any():
        plain[~changed] = codes[~changed]
        more = np.where(codes >= 0xFF66, HALF_WIDTH, CAPITAL) * changed
        marks = voice(codes, plain)
        kept = ~marks
        more[kept] += model.costs(plain[kept])
        np.minimum(costs, more, out=costs)
    hangul = (codes >= 0xAC00) & (codes <= 0xD7A3)
    if hangul.any():
        han = (codes >= 0x3041) & (codes <= 0x9FFF)
        costs[1:] += SWITCH * (hangul[1:] & han[:-1] | hangul[:-1] & han[1:])
    return costs


def voice(codes: Codes, plain: Codes) -> NDArray[np.bool_]:
    """Which of CODES are marks that make the half-width katakana before them another letter, which is put into PLAIN."""
    marks: NDArray[np.bool_] = (codes == VOICED) | (codes == VOICED + 1)
    at = np.flatnonzero(marks[1:] & (codes[:-1] >= 0xFF66) & (codes[:-1] < VOICED))
    whole = voiced()[codes[at + 1] - VOICED, codes[at] - 0xFF66]
    at = at[whole > 0]
    plain[at] = whole[whole > 0]
    marks[:] = False
    marks[at + 1] = True
    return marks


def swap(encoded: Encoded) -> Decoded:
    """ENCODED, two bytes a character in one order, as text of the other order; ASCII stays what it is, but for letters
    amid the others that may be 一, 最 or a full-width space.
    """
    data = np.frombuffer(encoded.data, np.uint8).astype(np.uint32)
    size = np.diff(encoded.starts)
    starts = np.concatenate([encoded.starts[:-1], encoded.starts[:-1][size == 4] + 2])
    starts.sort()
    ends = np.append(starts[1:], encoded.starts[-1])
    double = ends - starts == 2
    codes = data[starts]
    codes[double] |= data[starts[double] + 1] << np.uint32(8)
    amid = np.ones(len(codes), np.bool_)
    amid[1:] &= double[:-1]
    amid[:-1] &= double[1:]
    codes[amid & ~double & np.isin(codes, ROUND)] <<= np.uint32(8)
    lost = double & (codes == (LOST << 8 | LOST))
    codes[lost | (codes >> 11 == 0xD8 >> 3)] = HOLE
    return Decoded(codes, np.append(starts, encoded.starts[-1]))


def read(codes: Codes, costs: NDArray[np.float64], chain: Chain) -> Reading | None:
    """CODES (costing COSTS as they stand) read along CHAIN; None where there is nothing to take or leave."""
    now: Codes = codes
    unsure = None
    a = b = np.arange(len(codes) + 1)
    for route in reversed(chain.routes):  # what happened last is undone first
        encoded = encodings.load(route.read).encode(now)
        if now is codes:
            # Direction marks and isolates (U+202A to U+202E, U+2060 to U+206F) are what somebody put around a garble:
            # only four bytes of GB18030 could be read as one.
            blocked = ~encoded.known & (codes != HOLE)
            if route.read in SINGLE:
                blocked |= branches(codes)
            if route.read not in WIDE:
                blocked |= ((codes >= 0x202A) & (codes <= 0x202E)) | (codes >> 4 == 0x206)
            if route.read in CASED:
                encoded, unsure = cases.choose(encoded, codes, route.written, route.read)
            else:
                encoded = shown.resolve(encoded, codes, route.read, route.written, layers=len(chain.routes))
        decoded = swap(encoded) if route.written in WIDE else lossy.decode(encoded, route.written)
        marked = holes.mark(encoded, decoded, route.written, route.read)
        here, there = common(encoded.starts, decoded.starts)
        left, right = common(b, here)  # borders of what was undone so far that are borders here too
        a, b, now = a[left], there[right], marked.codes
    if len(a) < 2:
        return None
    reading_costs = model.costs(now).astype(np.float64)
    hole = now == HOLE
    if chain.routes[-1].read in CASED:
        reading_costs[now >= 0x80] += cases.CHOICE
    if hole.any():
        reading_costs[hole] = holes.costs(marked, chain.routes[0].written, layers=len(chain.routes))[hole]
    cost = np.add.reduceat(reading_costs, b[:-1])
    if hole.any():
        lost = np.add.reduceat((codes == HOLE) | (codes == holes.QUESTION), a[:-1], dtype=np.int64) > 0
        lost[1:] |= lost[:-1].copy()
        lost[:-1] |= lost[1:].copy()
        partly = np.add.reduceat(np.where(hole, reading_costs, 0.0), b[:-1])
        whole = holes.UNMARKED * np.add.reduceat(hole & ~marked.more, b[:-1], dtype=np.int64)
        cost += np.where(lost, 0.0, np.maximum(whole - partly, 0.0))
    gain = np.add.reduceat(costs, a[:-1]) - cost
    same = (np.diff(a) == 1) & (np.diff(b) == 1)
    same[same] = codes[a[:-1][same]] == now[b[:-1][same]]
    # A line of ═ is no text, however likely its reading: a character that only repeats the one before says nothing new.
    fresh = np.ones(len(codes), np.int64)
    fresh[1:] = codes[1:] != codes[:-1]
    stale = np.add.reduceat(fresh, a[:-1]) == 0
    gain[stale] = np.minimum(gain[stale], 0.0)
    cost[stale] = 0.0
    gain[same | (np.add.reduceat(marked.swallowed, b[:-1], dtype=np.int64) > 0)] = 0.0
    if len(chain.routes) > 1:  # what an inner reader cannot have given stands as a newline in the reading
        broken = np.add.reduceat(now == FOREIGN, b[:-1], dtype=np.int64) > np.add.reduceat(
            codes == FOREIGN, a[:-1], dtype=np.int64
        )
        gain[broken] = -BARRIER
    if blocked.any():
        gain[np.add.reduceat(blocked, a[:-1], dtype=np.int64) > 0] = -BARRIER
    if unsure is not None and unsure.any():  # a guess is worth what it costs, and is not shown
        marked = cases.forget(marked, unsure)
    return Reading(chain, marked, a, b, gain, cost, same, stale, suspicion.are_marks(codes))


def branches(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES draw the branches of a tree of files, `├── ` or `└── `: bytes of DOS that stand for themselves, for the
    last of them has no second byte behind it.
    """
    drawn = np.zeros(len(codes), np.bool_)
    at = np.flatnonzero((codes[:-3] == BRANCH) | (codes[:-3] == LAST_BRANCH))
    at = at[(codes[at + 1] == LINE) & (codes[at + 2] == LINE) & (codes[at + 3] == SPACE)]
    for step in range(3):
        drawn[at + step] = True
    return drawn


def alphabet(codes: Codes) -> NDArray[np.int8]:
    """For each of CODES its alphabet: 1 and up, 0 = ASCII, HAN, −1 = something else."""
    out = np.full(len(codes), -1, np.int8)
    out[(codes < 0x80) & (codes != 0x0A)] = 0
    out[(codes >= 0x3400) & (codes <= 0x9FFF)] = HAN
    for number, (low, high) in enumerate(ALPHABETS, 1):
        out[(codes >= low) & (codes <= high)] = number
    return out


def is_known(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES belong to alphabets that the model knows."""
    edges = np.array(KNOWN, np.uint32).ravel() + np.tile(np.array([0, 1], np.uint32), len(KNOWN))
    known: NDArray[np.bool_] = np.searchsorted(edges, codes, side="right") % 2 == 1
    private = (codes >= GAIJI[0]) & (codes <= GAIJI[1])
    if private.any():  # no text of any language has them beside half-width katakana
        half = (codes >= 0xFF61) & (codes <= 0xFF9F)
        beside = np.zeros(len(codes), np.bool_)
        beside[1:] |= half[:-1]
        beside[:-1] |= half[1:]
        known |= private & beside
    return known


def is_han(codes: Codes) -> NDArray[np.bool_]:
    return ((codes >= 0x4E00) & (codes <= 0x9FFF)) | ((codes >= 0x3400) & (codes <= 0x4DBF))


def within_alphabet(codes: Codes, a: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which borders A of atoms are no natural ones: the same alphabet on both sides (ASCII in between not counted),
    or Han side by side.
    """
    kinds = alphabet(codes)
    places = np.arange(len(codes))
    # The nearest character that is not ASCII, before each place and from each place on.
    before = np.maximum.accumulate(np.where(kinds != 0, places, -1))
    after = np.minimum.accumulate(np.where(kinds != 0, places, len(codes))[::-1])[::-1]
    left = np.where(a > 0, before[np.maximum(a - 1, 0)], -1)
    right = np.append(after, len(codes))[a]
    inside = (left >= 0) & (right < len(codes))
    one, two = kinds[np.maximum(left, 0)], kinds[np.minimum(right, len(codes) - 1)]
    side_by_side = left + 1 == right
    unnatural: NDArray[np.bool_] = inside & (one == two) & ((one > 0) | ((one == HAN) & side_by_side))
    return unnatural
