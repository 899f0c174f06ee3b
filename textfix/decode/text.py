"""Bytes to text, once their encoding is named."""

from __future__ import annotations

import codecs

from textfix import encodings
from textfix.batch import to_text
from textfix.records import Detection

#: Charmaps that read what browsers and Windows read beyond Python's codec of that name.
WIDENED = {"gb18030": "gb18030", "cp950": "big5", "cp932": "cp932", "euc_jp": "euc_jp", "cp949": "cp949"}
BOM = "\ufeff"


def decode(data: bytes, detection: Detection) -> str:
    """The text of DATA in the encoding that DETECTION names; a byte-order mark is taken off, content never raises.

    What cannot be read becomes U+FFFD, and is first tried as what browsers and Windows read there (byte 80 is the
    euro sign in GBK). Without an encoding (None) the ASCII in it is kept and every other byte is a hole: that is all
    that is known.

    >>> from textfix.decode import detect
    >>> data = "数据处理".encode("gb18030")
    >>> decode(data, detect(data))
    '数据处理'
    """
    if detection.encoding is None:
        return data.decode("ascii", "replace")
    codec = codecs.lookup(detection.encoding).name
    try:
        text = data.decode(codec)
    except UnicodeError:
        text = _read_on(data, codec)
    return text[1:] if text.startswith(BOM) else text


def _read_on(data: bytes, codec: str) -> str:
    if codec in WIDENED:
        return to_text(encodings.load(WIDENED[codec]).decode(data).codes)
    try:
        return data.decode(codec, "replace")
    except UnicodeError:  # UTF-7 and the like raise on some input whatever they are told
        return data.decode("ascii", "replace")
