"""Bytes in blocks of whole lines, of bounded size, so that a file of any length can be worked on.

In every encoding that has ASCII in its place a byte below 30 is a character by itself, so bytes are cut behind a line
end wherever they are. The others (UTF-16, and those that shift) are decoded piece by piece, and the text is cut.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, TypeVar

from textfix.cli.job import RefusedError
from textfix.records import Detection

T = TypeVar("T", bytes, str)

#: Bytes of a block: the library needs some 20 MB for it, and is as fast as on longer ones (1.7 million characters a
#: second; a tenth of the size costs a third of the speed).
BLOCK = 1 << 19
#: Bytes up to which a block that may not be cut anywhere (a row with line ends in it) may grow.
MOST = 1 << 25
#: Encodings in which a line end is more than one byte, or what a byte means depends on those before it.
SHIFTING = ("utf-16", "utf-32", "iso2022", "iso-2022", "hz", "utf-7", "utf_16", "utf_32", "utf_7")
#: The longest character, in bytes, whose halves must not be parted.
CHARACTER = 8
#: Bytes that may lie inside a character.
UNSAFE = bytes(range(0x30, 0x100))

#: Where a file may be cut: behind any line, behind a row (line ends in quotation marks do not count), between the strings
#: of JSON, behind a line and nowhere else, or not at all.
TEXT, ROWS, STRINGS, LINES, WHOLE = "text", "rows", "strings", "lines", "whole"

_STRING_BYTES = re.compile(rb'"(?:[^"\\]|\\.)*"')
#: The same where the second byte of a character may be a backslash.
_STRING_PAIRS = re.compile(rb'"(?:[^"\\\x81-\xfe]|[\x81-\xfe].|\\.)*"', re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def is_shifting(encoding: str) -> bool:
    """Whether bytes in ENCODING cannot be cut behind a line end."""
    return codecs.lookup(encoding).name.startswith(SHIFTING)


def cut(stream: BinaryIO, detection: Detection, where: str = TEXT) -> Iterator[bytes | str]:
    """The blocks of STREAM: bytes, or, in an encoding that shifts, text. WHERE it may be cut is one of the five above.

    A block that may not be cut grows up to MOST; rows are then cut behind a line, and with STRINGS and LINES, where that
    would tear a document apart, RefusedError is raised.
    """
    encoding = detection.encoding or "ascii"
    if is_shifting(encoding):
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        pieces = (decoder.decode(chunk, not chunk) for chunk in _chunks(stream))
        yield from _cut(pieces, where, "", "\n", '"', _STRING, len)
    else:
        strings = _STRING_BYTES if encoding.startswith("utf-8") else _STRING_PAIRS
        yield from _cut(_chunks(stream), where, b"", b"\n", b'"', strings, partial(_cut_line, encoding=encoding))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of STREAM, an empty piece at its end."""
    while chunk := stream.read(BLOCK):
        yield chunk
    yield b""


def _cut(
    pieces: Iterator[T], where: str, nothing: T, feed: T, quote: T, strings: re.Pattern[T], anywhere: Callable[[T], int]
) -> Iterator[T]:
    rest = nothing
    for piece in pieces:
        rest = rest + piece if rest else piece
        if where == WHOLE or len(rest) < BLOCK:
            continue
        end = rest.rfind(feed) + 1
        full = len(rest) >= MOST
        if where == ROWS and not full and not (end := _close(rest, end, feed, quote)):
            continue
        if not end and where == STRINGS:
            end = _between(rest, strings)
        if not end and where in (STRINGS, LINES):
            if full:
                raise RefusedError(f"has a line of more than {MOST >> 20} MB in which there is no place to cut it")
            continue
        end = end or anywhere(rest)
        yield rest[:end]
        rest = rest[end:]
    if rest:
        yield rest


def _close(data: T, end: int, feed: T, quote: T) -> int:
    """The last line end of DATA, up to END, that has an even number of quotation marks before it; 0 if there is none."""
    odd = data.count(quote, 0, end) % 2
    while end and odd:
        before = data.rfind(feed, 0, end - 1) + 1
        odd ^= data.count(quote, before, end) % 2
        end = before
    return end


def _between(data: T, strings: re.Pattern[T]) -> int:
    """The place behind the last comma of DATA, a piece of JSON, that is in no string; 0 if there is none."""
    comma: T = b"," if isinstance(data, bytes) else ","
    best = at = 0
    for string in strings.finditer(data):
        best = data.rfind(comma, at, string.start()) + 1 or best
        at = string.end()
    return best


def _cut_line(data: bytes, encoding: str) -> int:
    """Where DATA, which has no line end, may be cut: behind a sign, or at least between two characters."""
    end = data.rfind(b"\r", 0, len(data) - 1) + 1  # the last byte may be half of \\r\\n
    if end:
        return end
    tail = len(data.rstrip(UNSAFE))
    if tail > len(data) // 2:
        return tail
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    decoder.decode(data)
    pending = len(decoder.getstate()[0])
    return len(data) - min(pending, CHARACTER)
