"""Code pages that Python has no codec for: EUC-TW, Big5 with ETEN's additions, Big5-UAO, and the sets of ISO-2022-CN.

A page is a table of codes and characters and a pattern that cuts bytes into codes. Blocks without a broken place are
read and written as arrays, others by the pattern and dict look-ups, so that Python code runs once for each block and
each broken place.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix import tables

#: Bytes (or characters) that are read (or written) in one go, and those from which on arrays are faster than dicts.
BLOCK, MANY = 1 << 15, 1 << 8
#: Those that are read after an error handler jumped: few, for handlers that jump at each error cost linear time, too.
FEW = 1 << 5

#: The reasons that errors give; the words are those of Python's own codecs.
ILLEGAL, CUT = "illegal multibyte sequence", "incomplete multibyte sequence"

#: No character of ours is at or above this code point.
TOP = 0x30000
#: The first of four bytes in EUC-TW.
QUAD = 0x8E


@dataclass(frozen=True)
class Table:
    """Bytes as numbers, their code points, and whether these are written so: three arrays of the same length."""

    keys: NDArray[np.int64]
    codes: NDArray[np.int64]
    written: NDArray[np.bool_]

    def pick(self, chosen: NDArray[np.bool_]) -> Table:
        return Table(self.keys[chosen], self.codes[chosen], self.written[chosen])


def read_table(name: str) -> Table:
    """The table NAME of encodings.npz."""
    arrays = tables.arrays("encodings.npz")
    keys = np.cumsum(arrays[f"{name}_codes"], dtype=np.int64)
    codes = np.cumsum(arrays[f"{name}_chars"], dtype=np.int64)
    return Table(keys, codes, ~np.isin(keys, arrays[f"{name}_read"]))


def _spell(key: int) -> bytes:
    """The bytes that are KEY as a number."""
    return key.to_bytes(1 if key < 0x100 else 2 if key < 0x10000 else 4, "big")


def _squeeze(keys: NDArray[Any]) -> NDArray[Any]:
    """The last three bytes of KEYS, A1 to FE each, as numbers below 2 ** 18."""
    return (keys >> 16 & 0xF) << 14 | (keys >> 8 & 0x7F) << 7 | keys & 0x7F


def resume_decoding(name: str, errors: str, data: bytes, start: int, end: int, reason: str) -> tuple[str, int]:
    """What the error handler ERRORS puts for the bytes from START to END, and where it wants to go on."""
    text, resume = codecs.lookup_error(errors)(UnicodeDecodeError(name, data, start, end, reason))
    if not isinstance(text, str):
        raise TypeError(f"the error handler {errors!r} gave no str for bytes")
    return text, _place(resume, len(data))


def resume_encoding(name: str, errors: str, text: str, start: int, end: int) -> tuple[str | bytes, int]:
    """What the error handler ERRORS puts for the characters from START to END, and where it wants to go on."""
    put, resume = codecs.lookup_error(errors)(UnicodeEncodeError(name, text, start, end, ILLEGAL))
    return put, _place(resume, len(text))


def _place(resume: int, size: int) -> int:
    place = resume + size if resume < 0 else resume
    if not 0 <= place <= size:
        raise IndexError(f"position {resume} from error handler out of bounds")
    return place


def _next_hole(found: list[Any], start: int) -> int:
    """Where the next None in FOUND is, from START on; its length if there is none."""
    try:
        return found.index(None, start)
    except ValueError:
        return len(found)


class Page:
    """Characters of one or more bytes, of which none changes how the next is read.

    `keys` are the bytes of the characters as numbers, the first byte highest, and `codes` their code points, both (n,);
    ASCII (without what is not `plain`) is added to them. Those `written` (n,) are chosen where a character has several.
    `token` cuts: every byte is in some token, and what is cut off at the end matches `tail`. A page of bytes from 81 on
    is `high`: a byte that follows an even number of them starts a character, which makes it fit for arrays.
    """

    def __init__(
        self,
        name: str,
        token: bytes,
        tail: bytes,
        table: Table,
        *,
        plain: int = 0x80,
        high: bool = False,
    ) -> None:
        self.name = name
        self.tail = re.compile(tail)
        self.token = re.compile(token + rb"|(?:" + tail + rb")\Z|[\x00-\xff]")
        ascii_ = np.arange(plain)
        self.keys, self.codes = np.concatenate([ascii_, table.keys]), np.concatenate([ascii_, table.codes])
        self.written = np.concatenate([np.ones(plain, bool), table.written])
        self.high = high

    @cached_property
    def chars(self) -> dict[bytes, str]:
        """What each token stands for."""
        return dict(zip(map(_spell, self.keys.tolist()), map(chr, self.codes.tolist()), strict=True))

    @cached_property
    def pairs(self) -> dict[str, bytes]:
        """What each character is written as."""
        keys, codes = self.keys[self.written].tolist(), self.codes[self.written].tolist()
        return dict(zip(map(chr, codes), map(_spell, keys), strict=True))

    @cached_property
    def arrays(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
        """Code points by pairs of bytes (0: none), those by the last three of four bytes, keys by code points (0: none)."""
        two, four, back = np.zeros(1 << 16, np.uint32), np.zeros(1 << 18, np.uint32), np.zeros(TOP + 1, np.uint32)
        short = self.keys < 1 << 16
        two[self.keys[short]] = self.codes[short]
        four[_squeeze(self.keys[~short])] = self.codes[~short]
        back[self.codes[self.written]] = self.keys[self.written]
        return two, four, back

    def _take(self, data: bytes, at: int, end: int) -> tuple[str, int] | None:
        """The text from AT to END, or to a character cut off there, and where it ended; None if a place is broken."""
        block = np.frombuffer(data, np.uint8, end - at, at)
        high = block >= 0x81
        place = np.arange(len(block), dtype=np.int32)
        low = np.maximum.accumulate(np.where(high, np.int32(-1), place))
        begins = np.ones(len(block), bool)
        begins[1:] = (place[:-1] - low[:-1]) & 1 == 0
        starts = np.flatnonzero(begins)
        if starts[-1] == len(block) - 1 and high[-1]:  # the block ends in the middle of a pair
            end = at + int(starts[-1])
            starts = starts[:-1]
        first = block[starts].astype(np.uint32)
        double = high[starts]
        if ((first >= 0x80) & ~double).any():
            return None
        two, four, _ = self.arrays
        codes = first.copy()
        pairs = first[double] << 8 | block[starts[double] + 1]
        codes[double] = two[pairs]
        quads = np.flatnonzero((first == QUAD) & double) if self.name == "euc-tw" else starts[:0]
        if len(quads):
            if quads[-1] + 1 == len(starts):
                end = at + int(starts[-1])
                codes, starts, quads = codes[:-1], starts[:-1], quads[:-1]
            here = starts[quads]
            if not (block[here + 2] >= 0xA1).all() or not (block[here + 3] >= 0xA1).all():
                return None
            plane = block[here + 1].astype(np.uint32)
            if ((plane < 0xA1) | (plane > 0xB0)).any():
                return None
            codes[quads] = four[_squeeze(plane << 16 | block[here + 2].astype(np.uint32) << 8 | block[here + 3])]
            codes = np.delete(codes, quads + 1)
        if len(codes) - np.count_nonzero(codes) != len(first) - np.count_nonzero(first):  # but for NUL itself, a hole
            return None
        return codes.astype("<u4").tobytes().decode("utf-32-le"), end

    def _put(self, piece: str) -> bytes | None:
        """PIECE as bytes; None if a character of it cannot be written."""
        codes = np.frombuffer(piece.encode("utf-32-le", "surrogatepass"), "<u4")
        keys = self.arrays[2][np.minimum(codes, TOP)]
        if np.count_nonzero(keys) < np.count_nonzero(codes):
            return None
        size = np.where(keys < 0x80, 1, np.where(keys < 1 << 16, 2, 4))
        ends = np.cumsum(size)
        data = np.empty(int(ends[-1]), np.uint8)
        for back in range(int(size.max())):
            has = size > back
            data[ends[has] - 1 - back] = keys[has] >> np.uint32(8 * back) & np.uint32(0xFF)
        return data.tobytes()

    def decode(self, data: bytes, errors: str, final: bool = True, state: int = 0) -> tuple[str, int, int]:
        """DATA as text, how many bytes of it were read (all, if FINAL), and the state, which is always 0."""
        if data.isascii():
            return data.decode("ascii"), len(data), 0
        text, at = self.read(data, 0, len(data), errors, final)
        return "".join(text), at, 0

    def read(self, data: bytes, at: int, stop: int, errors: str, final: bool) -> tuple[list[str], int]:
        """The text of DATA from AT to STOP, in parts, and where reading ended.

        That is STOP, or before it if the last character is cut off and more may come (not FINAL), or wherever an error
        handler wants to go on that is not between the two.
        """
        parts: list[str] = []
        size, first = BLOCK, at
        while first <= at < stop:
            end = min(at + size, stop)
            if self.high and end - at > MANY and (taken := self._take(data, at, end)) and taken[1] > at:
                parts.append(taken[0])
                at, size = taken[1], min(2 * size, BLOCK)
                continue
            tokens = self.token.findall(data, at, end)
            found = list(map(self.chars.get, tokens))
            if None not in found:
                parts.append("".join(found))  # type: ignore[arg-type]
                at, size = end, min(2 * size, BLOCK)
                continue
            at, whole = self._mend(data, at, end, tokens, found, parts, errors, end == stop and final)
            if not whole and end == stop and not final:
                break
            size = min(2 * size, BLOCK) if at == end or not whole else FEW
        return parts, at

    def _mend(
        self,
        data: bytes,
        at: int,
        end: int,
        tokens: list[bytes],
        found: list[str | None],
        parts: list[str],
        errors: str,
        final: bool,
    ) -> tuple[int, bool]:
        """Read a block with broken places; where reading ended, and False if that is before a character cut off."""
        start = 0
        while True:
            bad = _next_hole(found, start)
            parts.extend(found[start:bad])  # type: ignore[arg-type]
            at += sum(map(len, tokens[start:bad]))
            if bad == len(found):
                return at, True
            token = tokens[bad]
            cut = at + len(token) == end and self.tail.fullmatch(token) is not None
            if cut and not final:
                return at, False
            # A byte of ASCII is never part of what is broken: it may be the quote that ends an attribute.
            ascii_after = len(token) > 1 and token[-1] < 0x80
            stop = at + len(token) - ascii_after
            text, resume = resume_decoding(self.name, errors, data, at, stop, CUT if cut else ILLEGAL)
            parts.append(text)
            if resume != stop:
                return resume, True
            if ascii_after:
                parts.append(chr(token[-1]))
            at += len(token)
            start = bad + 1

    def encode(self, text: str, errors: str, final: bool = True, state: int = 0) -> tuple[bytes, int]:
        """TEXT as bytes, and the state, which is always 0."""
        if text.isascii():
            return text.encode("ascii"), 0
        get, size = self.pairs.get, BLOCK
        parts: list[bytes] = []
        at = 0
        while at < len(text):
            piece = text[at : at + size]
            size = min(2 * size, BLOCK)
            if self.high and len(piece) > MANY and (put := self._put(piece)) is not None:
                parts.append(put)
                at += len(piece)
                continue
            found = list(map(get, piece))
            start, after = 0, at + len(found)
            while (bad := _next_hole(found, start)) < len(found):
                parts.extend(found[start:bad])  # type: ignore[arg-type]
                other, resume = resume_encoding(self.name, errors, text, at + bad, at + bad + 1)
                parts.append(other if isinstance(other, bytes) else self._write(other, text, at + bad))
                start = bad + 1
                if resume != at + start:
                    start, after, size = len(found), resume, FEW
            parts.extend(found[start:])  # type: ignore[arg-type]
            at = after
        return b"".join(parts), 0

    def _write(self, put: str, text: str, at: int) -> bytes:
        """What an error handler put for a character, which must be written as it is."""
        found = list(map(self.pairs.get, put))
        if None in found:
            raise UnicodeEncodeError(self.name, text, at, at + 1, ILLEGAL)
        return b"".join(found)  # type: ignore[arg-type]


@cache
def load_euc_tw() -> Page:
    """EUC-TW: plane 1 of CNS 11643 in two bytes, any plane in four (8E, A0 + plane, row, cell)."""
    table = read_table("cns")
    cells, planes = table.keys & 0xFFFF | 0x8080, table.keys >> 16
    first = planes == 1
    return Page(
        "euc-tw",
        rb"[\xa1-\xfe]{2}|\x8e[\xa1-\xb0][\xa1-\xfe]{2}",
        rb"[\xa1-\xfe]|\x8e(?:[\xa1-\xb0][\xa1-\xfe]?)?",
        Table(
            np.concatenate([cells[first], QUAD << 24 | 0xA0 + planes << 16 | cells]),
            np.concatenate([table.codes[first], table.codes]),
            np.concatenate([table.written[first], table.written & ~first]),
        ),
        high=True,
    )


@cache
def load_big5(name: str) -> Page:
    """Big5 with the additions called NAME: "eten" or "uao"."""
    token = rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]"
    return Page(f"big5-{name}", token, rb"[\x81-\xfe]", read_table(name), high=True)


@cache
def load_set(name: str) -> Page:
    """One of the sets that ISO-2022-CN switches between, in 7-bit pairs: "gb2312", "ir165", "cns1" to "cns7"."""
    if name == "gb2312":
        cells = [row << 8 | cell for row in range(0x21, 0x78) for cell in range(0x21, 0x7F)]
        chars = [(cell | 0x8080).to_bytes(2, "big").decode("gb2312", "ignore") for cell in cells]
        known = np.array([bool(char) for char in chars])
        codes = np.array([ord(char or "\0") for char in chars], np.int64)
        table = Table(np.array(cells, np.int64), codes, known).pick(known)
    elif name == "ir165":
        table = read_table(name)
    else:
        every = read_table("cns")
        table = every.pick(every.keys >> 16 == int(name[3:]))
        table = Table(table.keys & 0xFFFF, table.codes, table.written)
    return Page("iso-2022-cn", rb"[\x21-\x7e]{2}", rb"[\x21-\x7e]", table, plain=0x21)


@cache
def load_plain() -> Page:
    """ASCII alone."""
    none = np.zeros(0, np.int64)
    return Page("iso-2022-cn", rb"[\x00-\x7f]", rb"(?!)", Table(none, none, none.astype(bool)))
