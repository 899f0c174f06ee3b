"""The character tables of script conversion, as look-up tables over code points."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import tables

Codes = NDArray[np.uint32]

NEWLINE = 0x0A

#: Code points from here up (past the last Han plane) share the last entry of a table: none of them is converted.
TOP = 0x32400


def lut(mapping: Mapping[int, int]) -> Codes:
    """Each code point and what MAPPING makes of it; `take(codes, mode="clip")` looks up."""
    table = np.arange(TOP + 1, dtype=np.uint32)
    table[np.fromiter(mapping.keys(), np.int64, len(mapping))] = np.fromiter(mapping.values(), np.uint32, len(mapping))
    return table


def pairs(name: str) -> dict[int, int]:
    """The table NAME of script.npz as a dictionary of code points."""
    return dict(tables.arrays("script.npz")[name].tolist())


def is_han(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES are Han characters, 〇 with them."""
    found: NDArray[np.bool_] = (codes >= 0x3400) & (codes < 0xA000)
    found |= (codes >= 0x20000) & (codes < TOP)
    found |= codes == 0x3007
    return found


def marked(chars: str) -> NDArray[np.bool_]:
    """Which code points are among CHARS."""
    found = np.zeros(TOP + 1, dtype=bool)
    found[[ord(c) for c in chars]] = True
    return found


def is_selector(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES are variation selectors: they ask for a certain shape of the character before them."""
    found: NDArray[np.bool_] = (codes - np.uint32(0xFE00) < 16) | (codes - np.uint32(0xE0100) < 240)
    return found


@cache
def folding() -> Codes:
    """What the context model sees of each code point: the simplified form of Han, one sign for digits, one for
    letters, one for the rest; a newline and the sign that ends a phrase stay what they are.
    """
    table = lut(pairs("fold"))
    every = np.arange(TOP + 1, dtype=np.uint32)
    table[~is_han(every)] = 0x20
    table[0x41:0x250] = 0x61
    table[0x30:0x3A] = 0x30
    table[0xFF10:0xFF1A] = 0x30
    table[0x3040:0x3100] = 0x3042
    table[[0x0A, 0x1F]] = [0x0A, 0x1F]
    table.flags.writeable = False
    return table


@cache
def text_pairs(name: str) -> dict[str, str]:
    """The dictionary of words NAME of script.npz."""
    lines = tables.arrays("script.npz")[name].tobytes().decode("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def shape_pairs() -> dict[int, int]:
    """Each further shape of a character and its canonical one."""
    listed = tables.toml("script.toml")["shapes"]["tw"]
    return {ord(other): ord(group[0]) for group in listed for other in group[1:]}


def among(values: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of VALUES are in KNOWN, which is sorted and not empty."""
    found: NDArray[np.bool_] = known.take(np.searchsorted(known, values), mode="clip") == values
    return found
