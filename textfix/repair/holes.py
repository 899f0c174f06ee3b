"""Holes: what becomes of characters whose bytes are not all there.

A reading marks every broken sequence. Here it is told how many characters were lost, which neighbours only look whole,
and, when asked to, which characters are likeliest in their place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings
from textfix.batch import Codes
from textfix.encodings import HOLE, LOST, Decoded, Encoded

QUESTION = 0x3F
#: Readers that have no character for every third pair of bytes of Chinese in UTF-8.
LOSING = ("big5", "cp950", "cp949")
#: Code points from here up are Chinese, or near it.
HAN = 0x2E80
#: Nats: the first byte of a UTF-8 sequence (for Chinese E3 to E9 and EF, or seldom another), one of its others (64 of
#: them), and any byte above 7F where nothing is known of how they are distributed.
LEAD, SELDOM, TAIL, BYTE = 2.0, 7.0, 4.2, 4.85
#: That a character is lost, and what it costs where the reader left no mark of a loss, or where layers hide it.
LOSS, UNMARKED = 3.0, 12.0


@dataclass(frozen=True, slots=True)
class Marked:
    """A reading with its holes settled: `codes`, which of them only continue the hole before (`more`), which are
    question marks that stand for lost bytes (`swallowed`), and the bytes of each (`data`, `starts`).
    """

    codes: Codes
    more: NDArray[np.bool_]
    swallowed: NDArray[np.bool_]
    data: bytes
    starts: NDArray[np.int64]


def mark(encoded: Encoded, decoded: Decoded, written: str, reader: str) -> Marked:
    """The holes of a reading, one for each lost character; a READER of two bytes a character joins what was apart."""
    codes, starts = decoded.codes, decoded.starts
    more = np.zeros(len(codes), np.bool_)
    swallowed = np.zeros(len(codes), np.bool_)
    hole = codes == HOLE
    losing = written == "utf-8" and reader in LOSING and b"??" in encoded.data
    if not hole.any() and not losing:
        return Marked(codes, more, swallowed, encoded.data, starts)
    data = np.frombuffer(encoded.data, np.uint8)
    first = data[starts[:-1]]
    if written != "utf-8":  # each is one character already
        return Marked(codes, more, swallowed, encoded.data, starts)
    stray = hole & (first >= 0x80) & (first < 0xC0)
    broken = hole & (first >= 0xC2) & (first < 0xF5)
    codes = codes.copy()
    if reader in encodings.DOUBLE:
        # A tail byte alone means that bytes are missing before it. Where a reader of two-byte characters dropped a
        # pair, the bytes on both sides were joined: 涓[E15F]枃 without its middle reads 世 and a stray 87. One that begins
        # a character of the reader's stands behind a whole one, as a clean （ does.
        after_whole = np.flatnonzero(stray[1:] & ~hole[:-1] & (codes[:-1] >= 0x80))
        begin = starts[after_whole + 1]
        spliced = after_whole[encoded.starts[np.searchsorted(encoded.starts, begin)] != begin]
        codes[spliced] = HOLE
        hole = codes == HOLE
        broken[spliced] = True
    # "锛?" was EF BC 9A: a question mark behind a broken sequence stands for the rest of it, one before stray tail bytes
    # for their first; several beside either are all lost, and so are several beside Han where the reader loses much.
    question = codes == QUESTION
    if question.any():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], question.astype(np.int8), [0]])))
        beside = hole | (codes >= HAN) if losing else hole
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            several = end - start > 1
            behind = start > 0 and bool((beside if several else hole)[start - 1])
            ahead = end < len(codes) and bool((beside if several else hole)[end])
            if (behind or ahead) if several else (behind and broken[start - 1]) or (ahead and stray[end]):
                swallowed[start:end] = True
    codes[swallowed] = HOLE
    hole |= swallowed
    more[1:] = hole[1:] & hole[:-1] & ~broken[1:]
    return Marked(codes, more, swallowed, encoded.data, starts)


@cache
def byte_costs(written: str) -> NDArray[np.float64]:
    """What each byte of a character that is not whole costs in WRITTEN: nothing is known of a lost one."""
    costs = np.full(256, BYTE)
    if written == "utf-8":
        costs[:0xC0], costs[0xC0:] = TAIL, SELDOM
        costs[[0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEF]] = LEAD
    costs[[LOST, QUESTION]] = 0.0
    return costs


def costs(marked: Marked, written: str, *, layers: int) -> NDArray[np.float64]:
    """What each character of MARKED costs if it is a hole: its known bytes, and LOSS; under more LAYERS none are known."""
    if layers > 1:
        return np.full(len(marked.codes), UNMARKED)
    known = np.add.reduceat(byte_costs(written)[np.frombuffer(marked.data, np.uint8)], marked.starts[:-1])
    cost: NDArray[np.float64] = known + LOSS * ~marked.more
    return cost


def by_chance(marked: Marked, *, layers: int) -> NDArray[np.float64]:
    """What each character of MARKED costs by chance if it is a hole."""
    if layers > 1:
        return np.full(len(marked.codes), UNMARKED)
    data = np.frombuffer(marked.data, np.uint8)
    known = np.add.reduceat(BYTE * ((data != LOST) & (data != QUESTION)), marked.starts[:-1])
    cost: NDArray[np.float64] = known + LOSS * ~marked.more
    return cost
