"""What detection knows of the bytes it judges: samples and counts, of bounded size however long the bytes are.

`Whole` has all the bytes in memory and looks when it is asked; `Run` is given them piece by piece and keeps only what
a judgement needs. Both offer the same facts, so that there is one judge.
"""

from __future__ import annotations

import codecs
import re
from functools import cached_property

import numpy as np

from textfix.decode import marks, readings
from textfix.decode.profile import HOLE, Encoding, profile
from textfix.decode.ranking import count_high
from textfix.decode.sample import SAFE, cut, draw

#: Bytes that every encoding is weighed on, and those that the best of them are weighed on again.
COARSE, FINE = 2048, 1 << 15
#: Bytes at the start on which encodings of two and four bytes a character are weighed.
RAW = 4096
BLOCK = 1 << 20
SPARSE = 32
#: Bytes up to which everything is kept in memory; what is longer is looked at in cells.
LIMIT = 1 << 20
CELL = 1 << 16
#: Windows that a run keeps, at most; when there are more, every other one goes.
WINDOWS = 32
#: Bytes of each window, and those of them that the coarse sample has.
WINDOW, GLIMPSE = 1024, 64
#: Encodings of several bytes whose validity a run keeps count of, and the broken places after which it stops.
FOLLOWED, HOPELESS = 4, 4096
#: Bytes of the cell before that are looked at with each cell, for escapes that lie across.
OVERLAP = 512
#: Bytes kept after the first escape of an encoding.
ESCAPED = 8192

#: Bytes that may lie inside a character.
UNSAFE = bytes(range(SAFE, 256))

#: Colours on a terminal. Bulletin boards put them between the two bytes of a character, which then has two colours.
COLOUR = re.compile(rb"\x1b\[[0-9;]{0,32}m")


def blanch(data: bytes) -> bytes:
    """DATA without the colours of terminals."""
    return COLOUR.sub(b"", data) if b"\x1b" in data else data


class Whole:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self.head = data[:RAW]
        self.data = blanch(data)
        self.ascii = data.isascii()
        #: The bytes as UTF-8, once they are known to be valid.
        self.text: str | None = None

    @cached_property
    def controls(self) -> int:
        """Controls that no text has."""
        return marks.count_controls(self.data)

    @cached_property
    def utf8(self) -> int:
        """Bytes of valid UTF-8 sequences beyond the first of each; 0 if it is not UTF-8 (a cut last character is)."""
        data = self.data
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            if error.end < len(data) or error.reason != "unexpected end of data":
                return 0
            data = data[: error.start]
            text = data.decode()
        self.text = text
        return len(data) - len(text)

    @property
    def sparse(self) -> bool:
        """Whether one byte in SPARSE at most is above 7F: a file in ASCII with odd characters."""
        return count_high(self.data) * SPARSE < len(self.data)

    @cached_property
    def coarse(self) -> bytes:
        return draw(self.data, COARSE) or self.data[:COARSE]

    @cached_property
    def fine(self) -> bytes:
        if len(self.data) <= COARSE:
            return self.coarse
        return draw(self.data, FINE) or self.data[:FINE]

    def count_holes(self, codec: str, least: int) -> int:
        """Places in all of the bytes that cannot be read in CODEC; LEAST are known of."""
        decoder = codecs.getincrementaldecoder(codec)("replace")
        data = self.data
        return sum(decoder.decode(data[at : at + BLOCK]).count("\ufffd") for at in range(0, len(data), BLOCK))

    @cached_property
    def escaped(self) -> list[Encoding]:
        """The seven-bit encodings whose escapes stand in the bytes."""
        return marks.find_escaped(self.data)

    @cached_property
    def iso2022_cn(self) -> str | None:
        """The codec of Chinese by ISO 2022 whose designations stand in the bytes."""
        return marks.find_iso2022_cn(self.data)

    @cached_property
    def around_escapes(self) -> bytes:
        """The bytes from the line of the first escape on, or all if they are few."""
        if self.size <= FINE:
            return self.data
        start = marks.first_mark(self.data, self.escaped)
        line = self.data.rfind(b"\n", max(0, start - RAW), start) + 1
        return self.data[line : line + FINE]


class Run:
    """Bytes that come in cells of CELL bytes (the last may be shorter), and are not kept.

    BONUS is what is declared, in nats for each codec: it weighs in which encodings are followed.
    """

    def __init__(self, head: bytes, bonus: dict[str, float]) -> None:
        self.size = 0
        self.head = head[:RAW]
        self.ascii = True
        self.controls = 0
        self.escaped: list[Encoding] = []
        self.iso2022_cn: str | None = None
        self._bonus = bonus
        self._strict: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")("strict")
        self._chars = 0
        self._amounts = np.zeros(256, np.int64)
        self._step = 1
        self._windows: list[tuple[int, bytes]] = []
        self._followed: dict[str, tuple[codecs.IncrementalDecoder, int]] = {}
        self._from_escapes: list[bytes] = []
        self._tail = b""
        self._start = b""
        self._stripped = 0

    def feed(self, cell: bytes) -> None:
        """The next cell."""
        number = self.size // CELL
        last = len(cell) < CELL
        self.size += len(cell)
        cell = blanch(cell)
        self._stripped += len(cell)
        self.controls += marks.count_controls(cell)
        if not number:
            self._start = cell[: FINE // 2]
        if cell.isascii():
            if self.ascii:
                self._look_for_escapes(cell)
        else:
            self.ascii = False
            self._keep_window(number, cell if last else cell.rstrip(UNSAFE) or cell)
        self._amounts += np.bincount(np.frombuffer(cell, np.uint8), minlength=256)
        if self._strict is not None:
            pending = self._strict.getstate()[0]
            try:
                self._chars += len(self._strict.decode(cell))
            except UnicodeDecodeError:
                self._strict = None
                self._follow(cell)
                cell = pending + cell
        for codec, (decoder, holes) in self._followed.items():
            if holes < HOPELESS:
                self._followed[codec] = (decoder, holes + decoder.decode(cell).count("\ufffd"))

    def _look_for_escapes(self, cell: bytes) -> None:
        window = self._tail + cell
        self._tail = cell[-OVERLAP:]
        # The extended one has everything that the plain one has.
        self.iso2022_cn = max(self.iso2022_cn or "", marks.find_iso2022_cn(window) or "") or None
        seen = {encoding.codec for encoding in self.escaped}
        for encoding in marks.find_escaped(window, seen):
            place = marks.first_mark(window, [encoding])
            line = window.rfind(b"\n", max(0, place - OVERLAP), place) + 1
            self.escaped.append(encoding)
            self._from_escapes.append(window[line : line + ESCAPED])

    def _keep_window(self, number: int, cell: bytes) -> None:
        place = number // self._step
        if self._windows and self._windows[-1][0] == place:
            return
        # A cell may begin inside a character: any start but 0 is moved to a safe place.
        if piece := cut(cell, min(number, 1), len(cell), WINDOW):
            self._windows.append((place, piece))
        while len(self._windows) > WINDOWS:
            self._step *= 2
            kept: list[tuple[int, bytes]] = []
            for place, piece in self._windows:
                if not kept or kept[-1][0] != place // 2:
                    kept.append((place // 2, piece))
            self._windows = kept

    def _follow(self, cell: bytes) -> None:
        """Choose the encodings whose validity is counted from here on: those in which this cell reads best."""
        found = readings.read_all(draw(cell, COARSE) or cell[:COARSE], self._bonus)
        doubles = [encoding.codec for encoding in profile().doubles]
        near = [one.codec for one in found if one.codec in doubles][: FOLLOWED - 1]
        for codec in dict.fromkeys(["utf-8", *near]):
            self._followed[codec] = (codecs.getincrementaldecoder(codec)("replace"), 0)

    @property
    def utf8(self) -> int:
        if self._strict is None:
            return 0
        return self._stripped - self._chars - len(self._strict.getstate()[0])

    @property
    def sparse(self) -> bool:
        """Whether one byte in SPARSE at most is above 7F."""
        return int(self._amounts[0x80:].sum()) * SPARSE < self._stripped

    @cached_property
    def coarse(self) -> bytes:
        pieces = [cut(self._start, 0, len(self._start), COARSE // 4)]
        pieces += [cut(piece, 0, len(piece), GLIMPSE) for _, piece in self._windows]
        return b"".join(pieces) or self._start[:COARSE]

    @cached_property
    def fine(self) -> bytes:
        pieces = [cut(self._start, 0, len(self._start), FINE // 4), *(piece for _, piece in self._windows)]
        return b"".join(pieces) or self._start

    def count_holes(self, codec: str, least: int) -> int:
        if codec in self._followed:
            return self._followed[codec][1]
        for place, encoding in enumerate(profile().singles):
            if encoding.codec == codec:
                return int(self._amounts[profile().charts[place] == HOLE].sum())
        return max([least, *(holes for _, holes in self._followed.values())])

    @property
    def around_escapes(self) -> bytes:
        return b"\n".join(self._from_escapes)


Material = Whole | Run
