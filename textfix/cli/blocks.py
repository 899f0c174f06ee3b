"""Bytes in blocks of whole lines, of bounded size, so that a file of any length can be worked on.

In every encoding that has ASCII in its place a byte below 30 is a character by itself, so bytes are cut behind a line
end wherever they are. The others (UTF-16, and those that shift) are decoded piece by piece, and the text is cut.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from textfix.records import Detection

#: Bytes of a block: the library needs some 20 MB for it, and is as fast as on longer ones (1.7 million characters a
#: second; a tenth of the size costs a third of the speed).
BLOCK = 1 << 19
#: Bytes up to which a block that may not be cut elsewhere (a row with line ends in it) may grow.
MOST = 1 << 25
#: Encodings in which a line end is more than one byte, or what a byte means depends on those before it.
SHIFTING = ("utf-16", "utf-32", "iso2022", "iso-2022", "hz", "utf-7", "utf_16", "utf_32", "utf_7")
#: The longest character, in bytes, whose halves must not be parted.
CHARACTER = 8

#: Bytes that may lie inside a character.
UNSAFE = bytes(range(0x30, 0x100))


def is_shifting(encoding: str) -> bool:
    """Whether bytes in ENCODING cannot be cut behind a line end."""
    return codecs.lookup(encoding).name.startswith(SHIFTING)


def cut(stream: BinaryIO, detection: Detection, quoted: bool = False, whole: bool = False) -> Iterator[bytes | str]:
    """The blocks of STREAM: bytes, or, in an encoding that shifts, text.

    QUOTED means that a line end between an odd and an even quotation mark ends no row; WHOLE that there is one block.
    """
    encoding = detection.encoding or "ascii"
    if is_shifting(encoding):
        yield from _cut_text(stream, encoding, whole)
    else:
        yield from _cut_bytes(stream, encoding, quoted, whole)


def _cut_bytes(stream: BinaryIO, encoding: str, quoted: bool, whole: bool) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(BLOCK):
        rest = rest + chunk if rest else chunk
        if whole or len(rest) < BLOCK:
            continue
        end = rest.rfind(b"\n") + 1
        if quoted and len(rest) < MOST and not (end := _close(rest, end)):
            continue
        end = end or _cut_line(rest, encoding)
        yield rest[:end]
        rest = rest[end:]
    if rest:
        yield rest


def _close(data: bytes, end: int) -> int:
    """The last line end of DATA, up to END, that has an even number of quotation marks before it; 0 if there is none."""
    odd = data.count(b'"', 0, end) % 2
    while end and odd:
        before = data.rfind(b"\n", 0, end - 1) + 1
        odd ^= data.count(b'"', before, end) % 2
        end = before
    return end


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


def _cut_text(stream: BinaryIO, encoding: str, whole: bool) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    rest = ""
    while chunk := stream.read(BLOCK):
        rest += decoder.decode(chunk)
        if whole:
            continue
        end = rest.rfind("\n") + 1 or (len(rest) if len(rest) >= BLOCK else 0)
        if end:
            yield rest[:end]
            rest = rest[end:]
    rest += decoder.decode(b"", True)
    if rest:
        yield rest
