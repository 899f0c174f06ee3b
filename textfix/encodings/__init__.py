"""What we can read and write: charmaps that turn code points into bytes and back, with offsets and holes."""

from textfix.encodings.charmap import (
    CASED,
    DOUBLE,
    FALLBACK,
    FOREIGN,
    HOLE,
    LOST,
    SINGLE,
    UNREAD,
    WIDE,
    Charmap,
    Decoded,
    Encoded,
    cases,
    load,
    single,
)

__all__ = [
    "CASED",
    "DOUBLE",
    "FALLBACK",
    "FOREIGN",
    "HOLE",
    "LOST",
    "SINGLE",
    "UNREAD",
    "WIDE",
    "Charmap",
    "Decoded",
    "Encoded",
    "cases",
    "load",
    "single",
]
