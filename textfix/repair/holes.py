"""Holes: what becomes of characters whose bytes are not all there.

A reading marks every broken sequence. Here it is told how many characters were lost, which neighbours only look whole,
and, when asked to, which characters are likeliest in their place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE, LOST, Decoded, Encoded

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
    if written != "utf-8":  # a first byte and the mark of what was lost behind it are one character
        more[1:] = hole[1:] & hole[:-1] & (first[1:] == LOST) & (first[:-1] != LOST)
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


def fill(new: Codes, heads: list[bytes], written: str, before: int, after: int) -> tuple[Codes, list[str]]:
    """NEW with its holes filled by the likeliest characters that begin with the bytes known of each, and their names.

    HEADS are the bytes of each of NEW; BEFORE and AFTER the characters around.
    """
    out = new.copy()
    names = []
    whole = np.concatenate([[0x0A, before], new, [after]]).astype(np.uint32)
    for place in np.flatnonzero(new == HOLE).tolist():
        options = candidates(heads[place], written)
        if not len(options):
            continue
        left, near, right = (np.full(len(options), whole[place + k], np.uint32) for k in (0, 1, 3))
        cost = model.next_costs(left, near, options)
        if whole[place + 3] != HOLE:
            cost = cost + model.next_costs(near, options, right)
        code = int(options[int(np.argmin(cost))])
        out[place] = whole[place + 2] = code
        names.append(chr(code))
    return out, names


def candidates(head: bytes, written: str) -> Codes:
    """The Han characters and marks whose bytes in WRITTEN begin with HEAD, of which the last byte or more is lost."""
    packed, length = encodings.load(written).table
    common = np.concatenate([np.arange(0x3000, 0x3020), np.arange(0x4E00, 0xA000), np.arange(0xFF01, 0xFF20)])
    size = length[common].astype(np.int64)
    if not head or head[0] < 0x80 or len(head) >= 3:
        return np.zeros(0, np.uint32)
    fits = (size > len(head)) & (packed[common] >> (8 * (size - len(head))) == int.from_bytes(head, "big"))
    options: Codes = common[fits].astype(np.uint32)
    return options
