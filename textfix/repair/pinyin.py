"""Readings of characters: which syllable fits which character."""

from __future__ import annotations

import unicodedata
from functools import cache

from textfix import tables

#: A toned or toneless syllable as filters write it (ɡ, U+0261, stands for g on many pages).
LETTERS = "a-zA-ZɡüÜāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
SYLLABLE = rf"[{LETTERS}]{{1,6}}"
_TONES = {0x0300, 0x0301, 0x0304, 0x030C}


def normal(syllable: str) -> str:
    """SYLLABLE as the table writes it."""
    return unicodedata.normalize("NFC", syllable.strip().lower().replace("ɡ", "g").replace("v", "ü"))


def toneless(syllable: str) -> str:
    """SYLLABLE without its tone mark (ü keeps its dots)."""
    parts = unicodedata.normalize("NFD", syllable)
    return unicodedata.normalize("NFC", "".join(char for char in parts if ord(char) not in _TONES))


@cache
def _by_syllable() -> dict[str, str]:
    toned: dict[str, str] = tables.toml("readings.toml")
    both = dict(toned)
    for syllable, chars in toned.items():
        bare = toneless(syllable)
        if bare != syllable:
            both[bare] = both.get(bare, "") + chars
    return both


def characters(syllable: str) -> str:
    """The characters that may be read as SYLLABLE (toned, or toneless for any tone); "" for what is no syllable."""
    return _by_syllable().get(normal(syllable), "")


def fits(char: str, syllable: str) -> bool:
    """Whether CHAR may be read as SYLLABLE.

    >>> fits("數", "shù"), fits("數", "shu"), fits("數", "liàng")
    (True, True, False)
    """
    return char in characters(syllable)
