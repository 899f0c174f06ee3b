"""Charmaps: an encoding as a look-up table from code point to bytes, and a decoder that keeps count of places.

The tables are built from Python's codecs when first asked for and then widened where browsers and Windows read more
than Python does: byte 80 of cp936 as €, the holes of the Windows code pages as C1 controls, the private-use
characters of gb18030, Big5 with its extensions. Widening is one-way and harmless: it only makes more misread text
encodable again.
"""

from __future__ import annotations

import codecs
import contextlib
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes, to_codes
from textfix.errors import ChoiceError

#: Stands in the bytes for U+FFFD, a character whose bytes are lost. FF is neither lead nor trail in any of UTF-8,
#: GB18030 and Big5, so it never swallows a neighbour.
LOST = 0xFF
#: Stands in the bytes for a character that the encoding does not have: a newline, which no sequence goes over.
FOREIGN = 0x0A
#: Stands in the text for bytes that cannot be read.
HOLE = 0xFFFD
#: What the error handler leaves in the decoded text for us to find: MARK + n = n bytes that cannot be read, EURO = a
#: single byte 80. Lone surrogates, which no decoder gives.
MARK, EURO = 0xDC00, 0xDC80
#: Stands in `single` for a character that the encoding does not have.
UNREAD = 0x100
#: Code points from here up are looked up in the encoder, not in the table.
TOP = 0x30000

SINGLE = (
    "latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "cp437", "cp850", "cp852", "cp857", "cp866", "cp874", "mac_roman", "koi8-r", "koi8-u", "iso8859-2", "iso8859-5",
    "iso8859-7", "iso8859-9", "iso8859-15",
)  # fmt: skip
#: Each with the codecs that fill what the first leaves open.
DOUBLE = {
    "gb18030": ("gb18030",),
    "cp936": ("gb18030",),
    "gbk": ("gbk",),
    "big5": ("big5hkscs", "cp950", "big5"),
    "cp950": ("cp950",),
    "cp932": ("cp932", "shift_jis_2004"),
    "euc_jp": ("euc_jp", "euc_jis_2004"),
    "cp949": ("cp949",),
}
#: Two bytes a character. As a reader's they leave ASCII, newlines above all, what it is: bytes that were read in twos
#: hardly ever give any.
WIDE = ("utf-16-le", "utf-16-be")
#: A reader that takes what is valid UTF-8 as UTF-8 and every other byte as cp1252.
FALLBACK = "utf-8|cp1252"
#: Readers whose text was then put into capitals or small letters, so that a letter may have been one of two bytes.
CASED = ("latin-1|cased", "cp1252|cased", "cp1251|cased")
NAMES = ("utf-8", *DOUBLE, *WIDE, *SINGLE, *CASED, FALLBACK)


@dataclass(frozen=True)
class Encoded:
    """Text as bytes: `data`, where each character starts in it (`starts`, one more for the end), which are `known`."""

    data: bytes
    starts: NDArray[np.int64]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Decoded:
    """Bytes as text: `codes` (HOLE where unreadable), and where each starts in the bytes (one more for the end)."""

    codes: Codes
    starts: NDArray[np.int64]


class Charmap:
    """One encoding, for arrays of code points.

    `packed[c]` holds the bytes of code point c, the first in the highest used place; `length[c]` how many (0 = none).
    """

    def __init__(self, name: str) -> None:
        if name not in NAMES:
            raise ChoiceError("encoding", name, NAMES)
        self.name = name

    @cached_property
    def table(self) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
        """`packed` and `length`, for code points below TOP."""
        packed, length = np.zeros(TOP + 1, np.uint32), np.zeros(TOP + 1, np.uint8)
        packed[:128] = np.arange(128)
        length[:128] = 1
        if self.name == "utf-8":
            _fill_utf8(packed, length)
        elif self.name == FALLBACK:
            _fill_fallback(packed, length)
        elif self.name in WIDE:
            _fill_wide(packed, length, self.name)
        elif self.name in SINGLE:
            _fill_single(packed, length, self.name)
        elif self.name in CASED:
            for code, places in cases(self.name).items():
                packed[code], length[code] = places[0], 1
        else:
            for codec in reversed(DOUBLE[self.name]):
                _fill_double(packed, length, codec)
            if self.name in ("gb18030", "cp936"):
                _fill_four(packed, length)
            if self.name == "cp936":
                packed[0x20AC], length[0x20AC] = 0x80, 1
        return packed, length

    def encode(self, codes: Codes) -> Encoded:
        """CODES as bytes; U+FFFD becomes LOST, another character that the encoding does not have FOREIGN."""
        packed, length = self.table
        at = np.minimum(codes, TOP)
        value, size = packed[at], length[at]
        known = (size > 0) & (codes != HOLE)  # gb18030 could write U+FFFD, but what stands there was lost
        value = np.where(known, value, np.where(codes == HOLE, np.uint32(LOST << 8 | LOST), np.uint32(FOREIGN)))
        lost = 2 if self.name in WIDE else 1  # half of a surrogate pair is two bytes
        size = np.where(known, size, np.where(codes == HOLE, lost, 1)).astype(np.int64)
        starts = np.zeros(len(codes) + 1, np.int64)
        np.cumsum(size, out=starts[1:])
        data = np.empty(int(starts[-1]), np.uint8)
        for place in range(int(size.max(initial=1))):
            has = size > place
            data[starts[:-1][has] + place] = value[has] >> (8 * (size[has] - 1 - place)).astype(np.uint32) & 0xFF
        return Encoded(data.tobytes(), starts, known)

    def encode_all(self, codes: Codes) -> bytes | None:
        """CODES as bytes if the encoding has all of them, else None."""
        if self.name in SINGLE or self.name in CASED or self.name == FALLBACK:
            data = single(self.name).take(codes, mode="clip")
            return None if data.max(initial=0) >= UNREAD else data.astype(np.uint8).tobytes()
        encoded = self.encode(codes)
        return encoded.data if encoded.known.all() else None

    @cached_property
    def twins(self) -> dict[int, tuple[int, ...]]:
        """Other pairs of bytes that the reader, or a reader of its family, gives the same character for.

        cp932 has 396 characters at two places; Python's big5 has kana where ETEN has signs.
        """
        if self.name not in DOUBLE:
            return {}
        packed, _ = self.table
        found: dict[int, tuple[int, ...]] = {}
        for codec in DOUBLE[self.name]:
            for lead in range(0x81, 0xFF):
                for trail in range(0x40, 0xFF):
                    with contextlib.suppress(UnicodeDecodeError):
                        text = bytes((lead, trail)).decode(codec)
                        if len(text) == 1 and int(packed[ord(text)]) != lead << 8 | trail:
                            found[ord(text)] = (*found.get(ord(text), ()), lead << 8 | trail)
        return found

    @cached_property
    def pairs(self) -> dict[bytes, str]:
        """What the widened table reads and the codec does not (double-byte encodings only)."""
        if self.name not in DOUBLE:
            return {}
        packed, length = self.table
        first = DOUBLE[self.name][0]
        found = {}
        for code in np.flatnonzero(length == 2).tolist():
            pair = int(packed[code]).to_bytes(2, "big")
            try:
                pair.decode(first)
            except UnicodeDecodeError:
                found[pair] = chr(code)
        return found

    @cached_property
    def _handler(self) -> str:
        """The name under which this charmap's error handler is known to the codecs."""
        pairs = self.pairs
        utf8 = self.name == "utf-8"

        def read_on(error: UnicodeError) -> tuple[str, int]:
            assert isinstance(error, UnicodeDecodeError)
            at = error.start
            if utf8:
                return chr(MARK + error.end - at), error.end
            if char := pairs.get(error.object[at : at + 2]):
                return char, at + 2
            if error.object[at] == 0x80 and self.name in ("gb18030", "cp936"):
                return chr(EURO), at + 1
            return chr(MARK + 1), at + 1

        name = f"textfix.{self.name}"
        codecs.register_error(name, read_on)
        return name

    @cached_property
    def fallback_handler(self) -> str:
        """The error handler of a reader that takes what is not UTF-8 byte by byte as cp1252."""
        back = [bytes([byte]).decode("latin-1") for byte in range(256)]
        for byte in range(0x80, 0xA0):
            with contextlib.suppress(UnicodeDecodeError):
                back[byte] = bytes([byte]).decode("cp1252")

        def read_on(error: UnicodeError) -> tuple[str, int]:
            assert isinstance(error, UnicodeDecodeError)
            return back[error.object[error.start]], error.start + 1

        codecs.register_error("textfix.fallback", read_on)
        return "textfix.fallback"

    def decode(self, data: bytes) -> Decoded:
        """DATA as text. What cannot be read becomes HOLE, byte by byte (for UTF-8, by the broken sequence)."""
        if self.name != "utf-8" and self.name not in DOUBLE:
            raise ChoiceError("written encoding", self.name, ["utf-8", *DOUBLE])
        codec = DOUBLE[self.name][0] if self.name in DOUBLE else "utf-8"
        codes = to_codes(data.decode(codec, self._handler))
        length = self.table[1][np.minimum(codes, TOP)].astype(np.int64)
        length[codes >= TOP] = 4
        marks = np.flatnonzero((codes >= MARK) & (codes <= EURO))
        if len(marks):
            codes = codes.copy()
            width = codes[marks] - MARK
            euro = width == EURO - MARK
            length[marks] = np.where(euro, 1, width)
            codes[marks] = np.where(euro, 0x20AC, HOLE)
        starts = np.zeros(len(codes) + 1, np.int64)
        np.cumsum(length, out=starts[1:])
        return Decoded(codes, starts)


def _fill_utf8(packed: NDArray[np.uint32], length: NDArray[np.uint8]) -> None:
    code = np.arange(128, TOP, dtype=np.uint32)
    tail = 0x80 | (code & 0x3F)
    middle = (0x80 | (code >> 6 & 0x3F)) << 8
    two = (0xC0 | code >> 6) << 8 | tail
    three = (0xE0 | code >> 12) << 16 | middle | tail
    four = (0xF0 | code >> 18) << 24 | (0x80 | (code >> 12 & 0x3F)) << 16 | middle | tail
    packed[128:TOP] = np.select([code < 0x800, code < 0x10000], [two, three], four)
    length[128:TOP] = np.select([code < 0x800, code < 0x10000], [2, 3], 4)
    length[0xD800:0xE000] = 0


def _fill_wide(packed: NDArray[np.uint32], length: NDArray[np.uint8], name: str) -> None:
    unit = np.arange(0x80, 0x10000, dtype=np.uint32)
    above = np.arange(0x10000, TOP, dtype=np.uint32) - 0x10000
    halves = [unit, 0xD800 | above >> 10, 0xDC00 | above & 0x3FF]
    if name == "utf-16-le":
        halves = [(half >> 8) | (half & 0xFF) << 8 for half in halves]
    packed[0x80:0x10000], length[0x80:0x10000] = halves[0], 2
    packed[0x10000:TOP], length[0x10000:TOP] = halves[1] << 16 | halves[2], 4


def _fill_single(packed: NDArray[np.uint32], length: NDArray[np.uint8], name: str) -> None:
    for byte in range(255, 127, -1):
        try:
            code = ord(bytes([byte]).decode(name))
        except UnicodeDecodeError:
            code = byte if byte < 0xA0 else -1  # browsers read the holes of the Windows code pages as C1 controls
        if code >= 0:
            packed[code], length[code] = byte, 1


def _fill_fallback(packed: NDArray[np.uint32], length: NDArray[np.uint8]) -> None:
    _fill_utf8(packed, length)
    # Sequences of three bytes that GB text happens to form give symbols, Han and hangul (E2 A3 AC: ⣬, EB A3 BA: 룺).
    # U+0080 to U+00FF may be one byte or two: one stands here, recut.py weighs both.
    length[0x10000:] = 0
    _fill_single(packed, length, "latin-1")
    _fill_single(packed, length, "cp1252")


def _fill_double(packed: NDArray[np.uint32], length: NDArray[np.uint8], codec: str) -> None:
    seen: set[str] = set()
    for lead in range(0x80, 0xFF):
        pairs = [bytes([lead]), *(bytes([lead, trail]) for trail in range(0x30, 0xFF))]
        if codec.startswith("euc_j") and lead == 0x8F:  # behind 8F stand the two bytes of the second plane
            pairs += [bytes([lead, row, cell]) for row in range(0xA1, 0xFF) for cell in range(0xA1, 0xFF)]
        for pair in pairs:
            try:
                text = pair.decode(codec)
            except UnicodeDecodeError:
                continue
            if len(text) == 1 and ord(text) >= 0x80:
                if text in seen:  # read from two places (cp932 has 396 such characters): written to one
                    pair = text.encode(codec)
                seen.add(text)
                packed[ord(text)], length[ord(text)] = int.from_bytes(pair, "big"), len(pair)


def _fill_four(packed: NDArray[np.uint32], length: NDArray[np.uint8]) -> None:
    """The four-byte forms of gb18030, for all code points that have no shorter one."""
    rest = [code for code in np.flatnonzero(length == 0).tolist() if code < TOP and not 0xD800 <= code < 0xE000]
    data = np.frombuffer("".join(map(chr, rest)).encode("gb18030"), dtype=">u4")
    packed[rest] = data.astype(np.uint32)
    length[rest] = 4


@cache
def cases(name: str) -> dict[int, tuple[int, ...]]:
    """The bytes that each code point may have been to a reader of CASED, its own first."""
    packed, length = load(name.partition("|")[0]).table
    found: dict[int, tuple[int, ...]] = {}
    codes = np.flatnonzero(length == 1).tolist()
    for code in codes:
        found[code] = (int(packed[code]),)
    for code in codes:
        for other in {chr(code).lower(), chr(code).upper()} - {chr(code)}:
            if len(other) == 1:
                found[ord(other)] = (*found.get(ord(other), ()), int(packed[code]))
    return found


@cache
def load(name: str) -> Charmap:
    """The charmap called NAME; ChoiceError lists those there are."""
    return Charmap(name)


@cache
def single(name: str) -> NDArray[np.uint16]:
    """The byte of each code point below TOP to a reader of one byte a character; UNREAD for what it has not."""
    packed, length = load(name).table
    return np.where(length == 1, packed, UNREAD).astype(np.uint16)
