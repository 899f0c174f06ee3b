"""The likeliest text where bytes are lost: only what the reader could have lost, and what the model finds likely around it.

A beam of the likeliest beginnings is kept at each byte. A byte that is not known narrows the next character to those
that share its other bytes; a reader that showed U+FFFD or a question mark there narrows it further, for it shows them
only for bytes that it cannot read: 81, 8D, 8F, 90 and 9D in cp1252.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes
from textfix.encodings import HOLE, LOST
from textfix.repair import halves, phrases

QUESTION, NEWLINE = 0x3F, 0x0A
#: Beginnings kept at each byte, and characters tried for each.
BEAM, TRIED = 32, 160
#: How likely a character must be, given its neighbours, to be put in; a hole stays where none is.
SURE = 0.5
#: Nats: a question mark that stands for a byte, a byte that fits nowhere.
SWALLOWED, STRAY = 1.0, 16.0
#: What may be lost: Han, marks, kana, full-width signs, the commoner signs of two bytes in UTF-8.
MAY_BE_LOST = ((0xB7, 0xB7), (0xD7, 0xD7), (0x2010, 0x2027), (0x3000, 0x30FF), (0x4E00, 0x9FA5), (0xFF01, 0xFF5E))
#: The codecs that may have been each reader's, the narrowest first: what it cannot read is what was lost.
CODECS = {
    "gb18030": ("gbk", "gb18030"), "cp936": ("gbk", "gb18030"), "big5": ("big5", "cp950", "big5hkscs"),
    "utf-8|cp1252": ("cp1252",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """A text, and where in it characters were put in (`filled`)."""

    codes: Codes
    filled: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """Characters that fit some bytes, the likeliest first."""

    codes: Codes
    size: int
    filled: bool
    price: NDArray[np.float64] | float = 0.0


@dataclass(frozen=True, slots=True)
class Node:
    """A beginning: its last character, what that was chosen from if it was, and what stands before."""

    code: int
    choices: Choices | None
    before: Node | None


@cache
def repertoire(written: str) -> tuple[Codes, NDArray[np.uint8], NDArray[np.uint8]]:
    """What may be lost in WRITTEN, the commonest first: code points, their bytes (rows of three), how many each has."""
    codes = np.concatenate([np.arange(low, high + 1) for low, high in MAY_BE_LOST]).astype(np.uint32)
    packed, length = encodings.load(written).table
    codes = codes[(length[codes] > 1) & (length[codes] < 4)]
    codes = codes[np.argsort(model.plain_costs(codes), kind="stable")]
    size = length[codes]
    rows = np.zeros((len(codes), 3), np.uint8)
    for place in range(3):
        has = size > place
        rows[has, place] = packed[codes[has]] >> (8 * (size[has] - 1 - place)).astype(np.uint32) & 0xFF
    return codes, rows, size


def find_codec(reader: str, shown: str) -> str:
    """The narrowest codec of READER that has all of what it has SHOWN."""
    *narrower, widest = CODECS.get(reader, (reader,))
    for codec in narrower:
        with contextlib.suppress(UnicodeError):
            shown.encode(codec)
            return codec
    return widest


@cache
def loses(codec: str) -> NDArray[np.bool_]:
    """Whether CODEC shows the byte of each row as lost when that of each column follows it."""
    table = np.zeros((256, 256), np.bool_)
    for first in range(0x80, 0x100):
        for second in range(0x40, 0x100):
            table[first, second] = bytes((first, second)).decode(codec, "replace")[0] == "\ufffd"
        table[first, :0x40] = table[first, 0x40] if codec in encodings.charmap.SINGLE else True
    return table


#: The cost so far of a beginning, its last three characters, and its last node.
Hypothesis = tuple[float, tuple[int, int, int], Node | None]


def find_script(codes: Codes) -> int:
    """Which script CODES are in, as `phrases.variants` counts: 1 = traditional, 2 = simplified, 0 = cannot be told."""
    _, traditional, simplified = np.bincount(halves.scripts().take(codes, mode="clip"), minlength=3)
    return 1 if traditional > simplified else 2 if simplified > traditional else 0


class Completer:
    """Completes the bytes of texts written in one encoding and read by one codec; SCRIPT is that of what is known (see `find_script`)."""

    def __init__(self, written: str, codec: str, script: int) -> None:
        self.codes, self.rows, self.size = repertoire(written)
        self.price = phrases.variants()[script][self.codes]
        self.sizes = (3, 2) if written == "utf-8" else (2,)
        self.loses = loses(codec)
        self.known: dict[tuple[int, ...], Choices | None] = {}

    def complete(self, data: bytes, before: tuple[int, int, int], after: int) -> Completion:
        """DATA (LOST or `?` where a byte is lost) as text between the characters BEFORE and AFTER."""
        levels: list[list[Hypothesis]] = [[] for _ in range(len(data) + 1)]
        levels[0].append((0.0, before, None))
        for at in range(len(data)):
            level = sorted(levels[at], key=lambda hypothesis: hypothesis[0])[:BEAM]
            if level:
                self.step(data, at, level, levels)
        ends = levels[-1]
        so_far = np.array([end[1] for end in ends], np.uint32)
        total = np.array([end[0] for end in ends]) + phrases.costs(so_far, np.full(len(ends), after, np.uint32))
        node = ends[int(total.argmin())][2]
        nodes: list[Node] = []
        while node is not None:
            nodes.append(node)
            node = node.before
        nodes.reverse()
        text = np.array([node.code for node in nodes], np.uint32)
        around = np.concatenate([before, text, [after, NEWLINE, NEWLINE]]).astype(np.uint32)
        alone = np.ones(len(nodes) + 2)
        for place, node in enumerate(nodes):
            if node.choices is not None:
                alone[place + 1] = self.certainty(around[place : place + 7], node.choices)
        # A character leans on its neighbours: it is no surer than they are on average.
        sure = alone[1:-1] * (alone[:-2] + alone[2:]) / 2
        put_in = [place for place, node in enumerate(nodes) if node.choices is not None]
        text[[place for place in put_in if sure[place] < SURE]] = HOLE
        return Completion(text, tuple(place for place in put_in if sure[place] >= SURE))

    def certainty(self, around: Codes, choices: Choices) -> float:
        """How likely the middle one of seven characters is among its CHOICES, given the others."""
        windows = np.tile(around, (len(choices.codes), 1))
        windows[:, 3] = choices.codes
        cost = np.zeros(len(choices.codes)) + choices.price
        for k in range(4):
            cost += phrases.costs(windows[:, k : k + 3], windows[:, k + 3])
        share = np.exp(cost.min() - cost)
        return float(share[choices.codes == around[3]].sum() / share.sum())

    def step(
        self,
        data: bytes,
        at: int,
        level: list[Hypothesis],
        levels: list[list[Hypothesis]],
    ) -> None:
        """From the beginnings LEVEL that end at AT on by one character of every size."""
        byte = data[at]
        found: list[tuple[Choices, float]] = []
        if byte < 0x80:
            found.append((Choices(np.array([byte], np.uint32), 1, False), 0.0))
        if byte >= 0x80 or byte == QUESTION:
            for size in self.sizes:
                pattern = tuple(data[at : at + size])
                if len(pattern) < size:
                    continue
                choices = self.fitting((*pattern, data[at + size] if at + size < len(data) else 0x0A))
                if choices is not None:
                    found.append((choices, SWALLOWED * pattern.count(QUESTION)))
            found.append((Choices(np.array([HOLE], np.uint32), 1, False), STRAY))
        scores = np.array([hypothesis[0] for hypothesis in level])
        before = np.array([hypothesis[1] for hypothesis in level], np.uint32)
        for choices, price in found:
            many = len(choices.codes)
            cost = phrases.costs(np.repeat(before, many, axis=0), np.tile(choices.codes, len(level)))
            cost = cost.reshape(len(level), many)
            if price == STRAY:
                cost[:] = 0.0
            total = scores[:, None] + cost + choices.price + price
            flat = total.ravel()
            best = np.argpartition(flat, BEAM)[:BEAM] if len(flat) > BEAM else np.arange(len(flat))
            for place in best.tolist():
                row, column = divmod(place, many)
                code = int(choices.codes[column])
                node = Node(code, choices if choices.filled else None, level[row][2])
                levels[at + choices.size].append((float(flat[place]), (*level[row][1][1:], code), node))

    def fitting(self, pattern: tuple[int, ...]) -> Choices | None:
        """The characters whose bytes fit PATTERN, of which the last byte is what follows them."""
        if pattern not in self.known:
            self.known[pattern] = self.fit(pattern)
        return self.known[pattern]

    def fit(self, pattern: tuple[int, ...]) -> Choices | None:
        size = len(pattern) - 1
        fits = self.size == size
        lost = [byte in (LOST, QUESTION) for byte in pattern]
        for place in range(size):
            if not lost[place]:
                fits &= self.rows[:, place] == pattern[place]
            elif place + 1 < size:
                fits &= self.loses[self.rows[:, place], self.rows[:, place + 1]]
            elif not lost[size]:
                fits &= self.loses[self.rows[:, place], pattern[size]]
        codes = self.codes[fits][:TRIED]
        price = self.price[fits][:TRIED] if any(lost[:size]) else 0.0
        return Choices(codes, size, any(lost[:size]), price) if len(codes) else None


@cache
def completer(written: str, codec: str, script: int) -> Completer:
    return Completer(written, codec, script)
