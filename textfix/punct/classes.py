"""What a character is to punctuation: Han, full-width mark, word; as tests and as character classes."""

from __future__ import annotations

import re
from functools import cache

from textfix import tables


def joined(ranges: list[tuple[int, int]]) -> str:
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges)


def without(ranges: list[tuple[int, int]], chars: frozenset[str]) -> list[tuple[int, int]]:
    """RANGES, cut wherever one of CHARS stands."""
    found = []
    codes = sorted(map(ord, chars))
    for first, last in ranges:
        for code in codes:
            if first <= code <= last:
                if first < code:
                    found.append((first, code - 1))
                first = code + 1
        if first <= last:
            found.append((first, last))
    return found


#: Letters of Chinese text: ideographs, 々〇, bopomofo. (Kana and hangul belong to other languages' punctuation.)
HAN_RANGES = [
    (0x3005, 0x3007), (0x3105, 0x312F), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
]  # fmt: skip
WIDE_RANGES = [(0x3001, 0x3004), (0x3008, 0x3030), (0xFE10, 0xFE4F), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6)]
WORD_RANGES = [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x370, 0x52F)]

HAN_CLASS, WIDE_CLASS, WORD_CLASS = joined(HAN_RANGES), joined(WIDE_RANGES), joined(WORD_RANGES)
HAN_CHAR = re.compile(f"[{HAN_CLASS}]")
HAN_RUN = re.compile(f"[{HAN_CLASS}]+")
LETTER = re.compile(f"[{HAN_CLASS}{WORD_CLASS}]")
OTHER_LANGUAGE = re.compile("[\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3]")


def is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff" or (char >= "\u3005" and HAN_CHAR.match(char) is not None)


def is_wide(char: str) -> bool:
    """A full-width mark, which belongs to Chinese text whatever stands beside it.

    「」『』 are no such evidence, as “”‘’ are none: what holds in one style must hold in the other.
    """
    return (
        "\u3001" <= char <= "\u3030" and char not in "\u3005\u3006\u3007\u300c\u300d\u300e\u300f"
    ) or "\uff01" <= char <= "\uff60"


WORD_CHARS = frozenset(
    char for char in map(chr, [*range(0x80), *range(0xC0, 0x530)]) if char.isalpha() or "0" <= char <= "9"
)


def is_word(char: str) -> bool:
    """A letter or digit of a script that Chinese text sets apart by spaces: Latin, Greek, Cyrillic."""
    return char in WORD_CHARS


@cache
def garbled_chars() -> frozenset[str]:
    """Characters that UTF-8 read as GBK is full of, and that Chinese has next to none of."""
    return frozenset(tables.toml("punct.toml")["garbled"]["chars"].replace("\n", ""))


@cache
def garbled() -> re.Pattern[str]:
    """Text that is still garbled: two of these characters, not the same, in five.

    Of 600,000 lines of clean text four have it.
    """
    some = f"[{''.join(sorted(garbled_chars()))}]"
    return re.compile(f"({some})[^\\n，。、；：]{{0,3}}(?!\\1){some}(?:[^\\s]{{0,3}}{some})*")
