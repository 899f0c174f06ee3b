"""The names that people give encodings, and the Python codecs that read what they mean."""

from __future__ import annotations

import codecs
from functools import cache

from textfix import tables

#: One label, several codecs: Big5 is written with the characters of Windows or with those of Hong Kong, and what
#: follows the ISO standards by name is mostly the Windows page of the same letters.
FAMILIES = {
    "big5hkscs": ("cp950", "big5hkscs"),
    "utf-8": ("utf-8", "utf-8-sig"),
    "iso2022_jp": ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext"),
}

#: Codecs that Python keeps among the encodings of text, and no file is written in.
NOT_WRITTEN = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape",
                         "raw-unicode-escape", "undefined", "mbcs", "oem", "charmap"})  # fmt: skip


@cache
def _table() -> dict[str, str]:
    return {label: codec for codec, labels in tables.toml("labels.toml").items() for label in labels}


def name_codec(label: str) -> str | None:
    """The Python codec that reads what LABEL means, by the WHATWG's table, then by Python's; None if nobody knows it.

    >>> name_codec("GB2312"), name_codec(" x-sjis "), name_codec("nonsense")
    ('gb18030', 'cp932', None)
    """
    label = label.strip(" \t\r\n\f\"'").lower()
    if not label or len(label) > 64 or not label.isascii() or "\0" in label:
        return None
    if codec := _table().get(label):
        return codec
    try:
        found = codecs.lookup(label)
    except (LookupError, ValueError):
        return None
    if not getattr(found, "_is_text_encoding", True) or found.name in NOT_WRITTEN:
        return None
    return _table().get(found.name, found.name)


def name_family(label: str | None) -> tuple[str, ...]:
    """The codecs that bytes under LABEL may be in, the likeliest first; none if nobody knows it.

    >>> name_family("big5")
    ('cp950', 'big5hkscs')
    """
    codec = name_codec(label) if label else None
    if codec is None:
        return ()
    assert label is not None
    literal: tuple[str, ...] = ()
    try:
        literal = (codecs.lookup(label.strip().lower()).name,)
    except (LookupError, ValueError):
        literal = ()
    family = FAMILIES.get(codec, (codec,))
    return family + tuple(name for name in literal if name not in family and name.startswith("iso8859-"))
