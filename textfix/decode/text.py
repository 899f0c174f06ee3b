"""Bytes to text, once their encoding is named."""

from __future__ import annotations

import codecs
import re

from textfix import encodings
from textfix.batch import to_text
from textfix.decode.mixed import Part, parts
from textfix.encodings.gb18030 import renew
from textfix.records import Detection

#: Charmaps that read what browsers and Windows read beyond Python's codec of that name.
WIDENED = {"gb18030": "gb18030", "cp950": "big5", "cp932": "cp932", "euc_jp": "euc_jp", "cp949": "cp949"}
BOM = "\ufeff"
#: Encodings of bulletin boards: a character there may have two colours, one for each byte.
COLOURED = frozenset({"gb18030", "cp950", "big5hkscs"})

_COLOURED_LEAD = re.compile(rb"[\x81-\xfe]\x1b\[")
_COLOURED = re.compile(
    rb"([\x81-\xfe])((?:\x1b\[[0-9;]{0,32}m)+)([\x40-\x7e\x80-\xfe])|[\x81-\xfe][\x40-\x7e\x80-\xfe]"
)


def decode(data: bytes, detection: Detection) -> str:
    """The text of DATA in the encoding that DETECTION names; a byte-order mark is taken off, content never raises.

    Lines and cells that are clearly in another encoding are read in theirs (`mixed.parts` says which are). What
    cannot be read becomes U+FFFD, and is first tried as what browsers and Windows read there (byte 80 is the
    euro sign in GBK). Without an encoding (None) the ASCII in it is kept and every other byte is a hole: that is all
    that is known.

    >>> from textfix.decode import detect
    >>> data = "数据处理".encode("gb18030")
    >>> decode(data, detect(data))
    '数据处理'
    """
    return decode_parts(data, detection)[0]


def decode_parts(data: bytes, detection: Detection) -> tuple[str, list[Part]]:
    """The text of DATA as `decode` gives it, and which bytes of it were read in which encoding.

    >>> from textfix.decode import detect
    >>> data = "数据处理".encode("gb18030")
    >>> decode_parts(data, detect(data))
    ('数据处理', [(0, 8, 'gb18030')])
    """
    if detection.encoding is None:
        return data.decode("ascii", "replace"), [(0, len(data), "ascii")]
    codec = codecs.lookup(detection.encoding).name
    if codec in COLOURED:
        data = unite(data)
    stretches = parts(data, detection)
    text = "".join(_read(data[start:end], name) for start, end, name in stretches)
    return (text[1:] if text.startswith(BOM) else text), stretches


def unite(data: bytes) -> bytes:
    """DATA with the two bytes of a character next to each other where a terminal's colours stand between them.

    The colours come after the character; nothing is lost, the length stays.

    >>> unite(b"\\xa4\\x1b[31m\\xa4")
    b'\\xa4\\xa4\\x1b[31m'
    """
    if b"\x1b" not in data or not _COLOURED_LEAD.search(data):
        return data
    return _COLOURED.sub(lambda found: found[1] + found[3] + found[2] if found[1] else found[0], data)


def _read(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeError:
        text = _read_on(data, codec)
    # Python's codec is the edition of 2000: where it has private-use characters, real ones are meant.
    return renew(text) if codec == "gb18030" else text


def _read_on(data: bytes, codec: str) -> str:
    if codec in WIDENED:
        return to_text(encodings.load(WIDENED[codec]).decode(data).codes)
    try:
        return data.decode(codec, "replace")
    except UnicodeError:  # UTF-7 and the like raise on some input whatever they are told
        return data.decode("ascii", "replace")
