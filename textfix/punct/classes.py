"""What a character is to punctuation: Han, full-width mark, word, mark that may change; as tests and as a look-up table."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

HAN, WIDE, MARK, WORD, SPACE, EDGE, ALWAYS, PAIRED = 1, 2, 4, 8, 16, 32, 64, 128

#: Letters of Chinese text: ideographs, 々〇, bopomofo. (Kana and hangul belong to other languages' punctuation.)
HAN_RANGES = [
    (0x3005, 0x3007), (0x3105, 0x312F), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
]  # fmt: skip
WIDE_RANGES = [(0x3001, 0x3004), (0x3008, 0x3030), (0xFE10, 0xFE4F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6)]
WORD_RANGES = [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x370, 0x52F)]
MARKS = ",;:!?.\"'()<>-。"
HALVES = "。、“”‘’「」『』《》〈〉【】〔〕…—"

HAN_CLASS = "".join(f"{chr(a)}-{chr(b)}" for a, b in HAN_RANGES)
HAN_CHAR = re.compile(f"[{HAN_CLASS}]")
OTHER_LANGUAGE = re.compile("[\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3]")


def is_han(char: str) -> bool:
    return bool(char) and HAN_CHAR.match(char) is not None


def is_wide(char: str) -> bool:
    """A full-width mark, which belongs to Chinese text whatever stands beside it.

    「」『』 are no such evidence, as “”‘’ are none: what holds in one style must hold in the other.
    """
    return (
        "\u3001" <= char <= "\u3030" and char not in "\u3005\u3006\u3007\u300c\u300d\u300e\u300f"
    ) or "\uff01" <= char <= "\uff60"


def is_word(char: str) -> bool:
    """A letter or digit of a script that Chinese text sets apart by spaces: Latin, Greek, Cyrillic."""
    if char.isascii():
        return char.isalnum()
    return "\u00c0" <= char <= "\u052f" and char.isalpha()


@cache
def classes(style: str | None) -> NDArray[np.uint8]:
    """For each code point its class bits, under STYLE."""
    table = np.zeros(0x110000, dtype=np.uint8)
    for bit, ranges in ((HAN, HAN_RANGES), (WIDE, WIDE_RANGES), (WORD, WORD_RANGES)):
        for first, last in ranges:
            table[first : last + 1] |= bit
    for char in " \t\u3000\xa0":
        table[ord(char)] |= SPACE
    for char in "\n\r":
        table[ord(char)] |= EDGE
    for char in MARKS if style in ("full", "corner") else "":
        table[ord(char)] |= MARK
    always = {"full": "「」『』•‧・･∙⋅", "corner": "“”‘’", "half": HALVES}.get(style or "", "")
    for char in always:
        table[ord(char)] |= ALWAYS
    if style in ("full", "corner"):
        for char in "…—":
            table[ord(char)] |= PAIRED
    if style == "half":
        table[0xFF01:0xFF5F] |= ALWAYS
    table.flags.writeable = False
    return table
