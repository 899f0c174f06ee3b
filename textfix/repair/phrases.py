"""A longer memory than the model's, for text of which half the bytes are gone: what follows one, two or three characters.

Where slips left one byte of a character, a hundred candidates share it, and only the phrase around tells which it was.
A tree of the runs of two to four characters that say more than shorter ones do, loaded when a slip or a hole is found
and not before: the cost of a character is that of the longest known run that ends in it, and what it costs to leave each
longer run that has begun and goes on otherwise. `tools/train_phrases.py` makes the tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix import model, tables
from textfix.batch import Codes

#: Characters before one that its cost depends on.
MEMORY = 3
#: Costs of runs are in steps of this many nats: finer ones take more space and tell no more (a choice among a hundred
#: candidates is as sure with an eighth of a nat).
STEP = 0.4
#: Costs of forms are in eighths of a nat.
UNIT = 8
#: A number of eight bits that says that its value is among those which are wider.
WIDE = 0xFF
NEWLINE = 0x0A
#: Code points from here up are all one to the tree, and begin nothing.
BMP = 0x10000

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Level:
    """The runs of one length, in the order of what they begin with, which is a run one shorter, their parent.

    `keys`: parent * width + place of the last character among all that may follow where the first is left out, so that
    a run is found from its parent and from itself without its first character. `costs` of the last character, in
    steps. `first` and `leave`, for each parent: its first run, and what it costs, in steps, to go on in no known way.
    """

    keys: Numbers
    width: int
    costs: NDArray[np.uint8]
    first: NDArray[np.int32]
    leave: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Tree:
    """All runs: for each code point its number (0 = none) and plain cost, and a level for each length from two up."""

    numbers: NDArray[np.uint16]
    plain: NDArray[np.float32]
    levels: tuple[Level, ...]


def widen(small: NDArray[np.uint8], wide: Numbers) -> NDArray[np.int64]:
    """Numbers of which those of more than eight bits are kept apart."""
    whole = small.astype(np.int64)
    whole[small == WIDE] = wide
    return whole


@cache
def load() -> Tree:
    """The tree that the package ships, unpacked."""
    data = tables.arrays("phrases.npz")
    codes = data["characters"]
    numbers = np.zeros(model.TOP + 1, np.uint16)
    numbers[codes] = np.arange(1, len(codes) + 1)
    every = np.arange(model.TOP + 1, dtype=np.uint32)
    plain = model.plain_costs(every).astype(np.float32)
    plain[codes] = data["plain"] * np.float32(STEP)
    fold = model.load().folded(every)
    parents, levels = len(codes) + 1, []
    for size in range(2, MEMORY + 2):
        children = widen(data[f"children{size}"], data[f"children{size}_wide"])
        gaps = widen(data[f"gaps{size}"], data[f"gaps{size}_wide"])
        first = np.concatenate([[0], np.cumsum(children)])
        sums = np.concatenate([[0], np.cumsum(gaps)])
        parent = np.repeat(np.arange(parents), children)
        place = sums[1:] - sums[first[parent]]
        width = int(place.max()) + 1
        keys = parent * width + place
        # A key that is none of the others ends them, so that a search never runs over.
        keys = np.append(keys, parents * width).astype(np.min_scalar_type(parents * width))
        leave = np.zeros(parents, np.uint8)
        leave[children > 0] = data[f"leave{size}"]
        levels.append(Level(keys, width, data[f"costs{size}"], first[:-1].astype(np.int32), leave))
        parents = len(place)
    return Tree(numbers[fold], plain[fold], tuple(levels))


def find(level: Level, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each of KEYS stands in LEVEL, and whether it does."""
    wanted = keys.astype(level.keys.dtype)
    at = level.keys.searchsorted(wanted)
    return at, level.keys[at] == wanted


def contexts(tree: Tree, ids: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The runs that end each row of IDS, of one, two … MEMORY characters; −1 where there is none."""
    ends = [ids[:, place] for place in range(MEMORY)]
    found = [ends[-1]]
    inner: list[NDArray[np.int64]] = [np.zeros(len(ids), np.int64)] * MEMORY  # where the suffixes' places count from
    for level in tree.levels[: MEMORY - 1]:
        longer, starts = [], []
        for before, after, start in zip(ends, ends[1:], inner[1:], strict=False):
            whole = (before >= 0) & (after >= 0)
            at, hit = find(level, np.where(whole, before * level.width + after - start, 0))
            longer.append(np.where(whole & hit, at, -1))
            starts.append(level.first[before].astype(np.int64))
        ends, inner = longer, starts
        found.append(ends[-1])
    return found


def costs(before: Codes, codes: Codes) -> NDArray[np.float64]:
    """−ln P of each of CODES behind its row of BEFORE (MEMORY characters, the nearest last), in nats."""
    tree = load()
    if not len(codes):
        return np.zeros(0)
    known = np.minimum(codes, model.TOP)
    # A beam prices many characters behind each of its beginnings: what belongs to these is found once.
    packed = np.zeros(len(codes), np.uint64)
    for place in range(MEMORY):
        packed = (packed << np.uint64(20)) | before[:, place]
    new = np.flatnonzero(packed[1:] != packed[:-1]) + 1
    new = np.concatenate([[0], new])
    run = np.repeat(np.arange(len(new)), np.diff(np.append(new, len(codes))))
    ids = tree.numbers[np.minimum(before[new], model.TOP)].astype(np.int64)
    total = tree.plain[known]
    node, rows = tree.numbers[known].astype(np.int64), np.arange(len(codes))
    start, leave = np.zeros(len(new), np.int64), np.zeros(len(new), np.float32)
    spent: NDArray[np.float32] = np.zeros(len(codes), np.float32)
    behind = contexts(tree, ids)
    for level, context in zip(tree.levels, behind, strict=True):
        # What is not known here is left by way of this context and of all longer ones.
        there = context >= 0
        leave = np.where(there, level.leave[context], 0).astype(np.float32)
        spent += leave[run]
        if not len(rows):
            continue
        where = run[rows]
        kept = there[where]
        rows, node, where = rows[kept], node[kept], where[kept]
        at, hit = find(level, (context * level.width - start)[where] + node)
        rows, node = rows[hit], at[hit]
        total[rows] = level.costs[node] * np.float32(STEP)
        spent[rows] = 0.0
        start = level.first[context].astype(np.int64)
    cost: NDArray[np.float64] = (total + spent * np.float32(STEP)).astype(np.float64)
    return cost


@cache
def variants() -> NDArray[np.float64]:
    """What it costs that a character stands in this form and not in another that the model folds onto the same (説 for
    說, 于 for 於), by code point of the BMP: in text of either script, in traditional, in simplified."""
    table = tables.arrays("phrases.npz")["variants"] / UNIT
    return np.concatenate([table.min(axis=0)[None], table])


def line_costs(codes: Codes) -> NDArray[np.float64]:
    """−ln P of each character of a line behind those before it."""
    padded = np.concatenate([np.full(MEMORY, NEWLINE, np.uint32), codes])
    return costs(np.lib.stride_tricks.sliding_window_view(padded, MEMORY)[: len(codes)], codes)
