"""Holes: what becomes of characters whose bytes are not all there.

A reading marks every broken sequence. Here it is told how many characters were lost, which neighbours only look whole,
and, when asked to, which characters are likeliest in their place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes
from textfix.encodings import HOLE, Decoded, Encoded

QUESTION = 0x3F


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


def mark(encoded: Encoded, decoded: Decoded, written: str, *, double: bool) -> Marked:
    """The holes of a reading, one for each lost character; DOUBLE tells that the reader took two bytes a character."""
    codes, starts = decoded.codes, decoded.starts
    more = np.zeros(len(codes), np.bool_)
    swallowed = np.zeros(len(codes), np.bool_)
    hole = codes == HOLE
    if not hole.any():
        return Marked(codes, more, swallowed, encoded.data, starts)
    data = np.frombuffer(encoded.data, np.uint8)
    first = data[starts[:-1]]
    if written != "utf-8":  # each is one character already
        return Marked(codes, more, swallowed, encoded.data, starts)
    stray = hole & (first >= 0x80) & (first < 0xC0)
    broken = hole & (first >= 0xC2) & (first < 0xF5)
    codes = codes.copy()
    if double:
        # A tail byte alone means that bytes are missing before it. Where a reader of two-byte characters dropped a
        # pair, the bytes on both sides were joined: 涓[E15F]枃 without its middle reads 世 and a stray 87.
        after_whole = np.flatnonzero(stray[1:] & ~hole[:-1] & (codes[:-1] >= 0x80))
        inner = np.searchsorted(encoded.starts, starts[after_whole] + 1)
        spliced = after_whole[encoded.starts[inner] < starts[after_whole + 1]]
        codes[spliced] = HOLE
        hole = codes == HOLE
        broken[spliced] = True
    # "锛?" was EF BC 9A: a question mark behind a broken sequence stands for the rest of it.
    for _ in range(2):
        question = np.flatnonzero((codes[1:] == QUESTION) & (broken[:-1] | swallowed[:-1])) + 1
        swallowed[question] = True
    codes[swallowed] = HOLE
    hole |= swallowed
    more[1:] = hole[1:] & hole[:-1] & ~broken[1:]
    return Marked(codes, more, swallowed, encoded.data, starts)
