"""Marks that name an encoding by themselves: byte-order marks, and the escapes of the seven-bit encodings."""

from __future__ import annotations

import re
from collections.abc import Collection

from textfix.decode.profile import Encoding, profile

#: The longest first: the mark of UTF-32 begins with that of UTF-16.
_BOMS = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

_BOM_STARTS = tuple(mark for mark, _ in _BOMS)

#: Controls that no text has; it has tab, line ends, form feed, the end-of-file of DOS, escape.
_CONTROLS = bytes([*range(0x09), 0x0B, *range(0x0E, 0x1A), *range(0x1C, 0x20), 0x7F])
_UTF7 = re.compile(rb"\+[A-Za-z0-9+/]{2,}")
#: Chinese by ISO 2022: its designations are in no codec of Python's, and in nobody else's text.
_ISO2022_CN = re.compile(rb"\x1b\$(\)[AEG]|\*H|\+[IJKLM])")
_EUC_TW = re.compile(rb"(?:[\x00-\x7f]+|[\xa1-\xfe]{2}|\x8e[\xa1-\xb0][\xa1-\xfe]{2})*")


_HIGH = re.compile(rb"[\x80-\xff]")


def find_high(data: bytes) -> int:
    """Where the first byte above 7F is in DATA, −1 if there is none."""
    found = _HIGH.search(data)
    return found.start() if found else -1


def find_bom(data: bytes, size: int | None = None) -> str | None:
    """The codec whose byte-order mark DATA begins with, and which takes it off; SIZE is that of the whole.

    >>> find_bom("中文".encode("utf-8-sig"))
    'utf-8-sig'
    """
    if not data.startswith(_BOM_STARTS):
        return None
    for mark, codec in _BOMS:
        if data.startswith(mark):
            if codec == "utf-32" and (len(data) if size is None else size) % 4:
                continue
            return codec
    return None


def has_controls(data: bytes) -> bool:
    """Whether DATA has bytes below 20 that no text has."""
    return count_controls(data) > 0


def count_controls(data: bytes) -> int:
    return len(data) - len(data.translate(None, _CONTROLS))


def find_iso2022_cn(data: bytes) -> str | None:
    """The codec of Chinese by ISO 2022 that DATA has the designations of.

    >>> find_iso2022_cn(b"\\x1b$)A\\x0eVPND\\x0f")
    'iso-2022-cn'
    """
    if b"\x1b$" not in data:
        return None
    found = set(_ISO2022_CN.findall(data))
    if not found:
        return None
    return "iso-2022-cn" if found <= {b")A", b")G", b"*H"} else "iso-2022-cn-ext"


def is_euc_tw(data: bytes) -> bool:
    """Whether all of DATA has the form of EUC-TW: two bytes from A1 up, or four of which the first is 8E."""
    found = _EUC_TW.match(data)
    return found is not None and len(data) - found.end() < 4 and data[found.end() :].find(b"\n") < 0


def find_escaped(data: bytes, seen: Collection[str] = ()) -> list[Encoding]:
    """The seven-bit encodings whose escapes stand in DATA, less those of the codecs SEEN."""
    found: list[Encoding] = []
    if not any(sign in data for sign in (b"\x1b", b"~{", b"+")):
        return found
    escapes = b"\x1b" in data
    for encoding in profile().escaped:
        if encoding.codec in seen or (not escapes and encoding.marks[0].startswith(b"\x1b")):
            continue
        if encoding.codec == "utf-7":
            if b"+" in data and _UTF7.search(data):
                found.append(encoding)
        elif any(mark in data for mark in encoding.marks):
            found.append(encoding)
    return found


def first_mark(data: bytes, encodings: list[Encoding]) -> int:
    """Where the first escape of ENCODINGS stands in DATA."""
    places = [data.find(mark) for encoding in encodings for mark in encoding.marks if encoding.codec != "utf-7"]
    if any(encoding.codec == "utf-7" for encoding in encodings) and (found := _UTF7.search(data)):
        places.append(found.start())
    return min((place for place in places if place >= 0), default=0)
