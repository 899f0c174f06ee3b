"""What a character is, as a number, for work on whole batches: a table by code point, and sets of kinds as tables."""

from __future__ import annotations

from enum import IntEnum, auto
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.punct.classes import HAN_RANGES, WIDE_RANGES, garbled_chars, joined
from textfix.punct.gate import ALWAYS
from textfix.punct.plain import BEHIND_WIDE, INERT, OPENING_WIDE
from textfix.punct.points import NUMERALS

Flags = NDArray[np.bool_]
Kinds = NDArray[np.uint8]


class Kind(IntEnum):
    """What a character is. From QUOTE_IN on it is looked at; from RETURN on it has to be found certain."""

    DIGIT = 0
    LETTER = auto()
    STILL = auto()
    PERCENT = auto()
    SPACE = auto()
    INDENT = auto()
    HAN = auto()
    NUMERAL = auto()
    BEHIND = auto()
    OPENING = auto()
    WIDE_WORD = auto()
    CURLY_IN = auto()
    CURLY_OUT = auto()
    SINGLE_IN = auto()
    SINGLE_OUT = auto()
    CORNER_IN = auto()
    CORNER_OUT = auto()
    INNER_IN = auto()
    INNER_OUT = auto()
    BREAK = auto()
    RETURN = auto()
    COMMA = auto()
    CRY = auto()
    SEMICOLON = auto()
    COLON = auto()
    STOP = auto()
    STRAIGHT = auto()
    ROUND_IN = auto()
    ROUND_OUT = auto()
    LESS = auto()
    DASH = auto()
    ELLIPSIS = auto()
    RULE = auto()
    DOT = auto()
    LOW_LINE = auto()
    CLOSES = auto()
    SQUARE_IN = auto()
    SQUARE_OUT = auto()
    SLASH = auto()
    NUMBER = auto()
    AND = auto()
    SIGN = auto()
    BOTH = auto()
    GAP = auto()
    FACE = auto()
    GARBLED = auto()
    WIDE = auto()
    STRANGE = auto()


#: The characters of each kind; of two kinds that claim one, the later has it. The rest is STRANGE.
MEMBERS: dict[Kind, str] = {
    Kind.WIDE: joined(WIDE_RANGES), Kind.HAN: joined(HAN_RANGES), Kind.NUMERAL: "".join(sorted(NUMERALS)) + "甲乙丙丁",
    Kind.FACE: "益", Kind.BEHIND: BEHIND_WIDE, Kind.OPENING: OPENING_WIDE, Kind.WIDE_WORD: "０-９Ａ-Ｚａ-ｚ",
    Kind.DIGIT: "0-9", Kind.LETTER: "A-Za-z", Kind.STILL: INERT, Kind.SIGN: "\u2190-\u27bf", Kind.PERCENT: "%", Kind.SPACE: " ",
    Kind.INDENT: "\u3000", Kind.CURLY_IN: "“", Kind.CURLY_OUT: "”", Kind.SINGLE_IN: "‘", Kind.SINGLE_OUT: "’",
    Kind.CORNER_IN: "「", Kind.CORNER_OUT: "」", Kind.INNER_IN: "『", Kind.INNER_OUT: "』", Kind.BREAK: "\n",
    Kind.RETURN: "\r", Kind.COMMA: ",", Kind.CRY: "!?", Kind.SEMICOLON: ";", Kind.COLON: ":", Kind.STOP: ".",
    Kind.STRAIGHT: "\"'", Kind.ROUND_IN: "(", Kind.ROUND_OUT: ")", Kind.LESS: "<", Kind.DASH: "-", Kind.ELLIPSIS: "…",
    Kind.RULE: "—", Kind.DOT: ALWAYS["full"].strip("「」『』"), Kind.LOW_LINE: "_", Kind.CLOSES: "℃°}>", Kind.SQUARE_IN: "[",
    Kind.SQUARE_OUT: "]", Kind.SLASH: "/", Kind.NUMBER: "#", Kind.AND: "&",
    Kind.BOTH: "`*\\$", Kind.GAP: "\t\xa0",
}  # fmt: skip


@cache
def table() -> Kinds:
    """The kind of each code point."""
    found = np.full(0x110000, Kind.STRANGE, dtype=np.uint8)
    for kind, chars in MEMBERS.items():
        at = 0
        while at < len(chars):
            last = at + 2 if chars[at + 1 : at + 2] == "-" and at + 2 < len(chars) else at
            found[ord(chars[at]) : ord(chars[last]) + 1] = kind
            at = last + 1
    found[[ord(char) for char in garbled_chars()]] = Kind.GARBLED
    found.flags.writeable = False
    return found


def some(*members: Kind) -> Flags:
    """A table that says of each kind whether it is one of MEMBERS."""
    flags = np.zeros(len(Kind), dtype=np.bool_)
    flags[list(members)] = True
    return flags


K = Kind
QUOTES = (K.CURLY_IN, K.CURLY_OUT, K.SINGLE_IN, K.SINGLE_OUT, K.CORNER_IN, K.CORNER_OUT, K.INNER_IN, K.INNER_OUT)
CORNERS = QUOTES[4:]
IS_HAN = some(K.HAN, K.NUMERAL)
BEFORE_POINT = some(K.HAN, K.NUMERAL, K.BEHIND)
CHINESE = some(K.HAN, K.NUMERAL, K.FACE, K.GARBLED, K.BEHIND, K.OPENING, K.WIDE_WORD, K.WIDE, *CORNERS)
EDGE = some(K.BREAK, K.RETURN)
CLOSED = CHINESE | EDGE | some(
    K.CURLY_OUT, K.SINGLE_OUT, K.PERCENT, K.LOW_LINE, K.CLOSES, K.SQUARE_OUT, K.BOTH, K.ROUND_OUT
)  # fmt: skip
OPENED = CHINESE | EDGE | some(K.CURLY_IN, K.SINGLE_IN, K.SQUARE_IN, K.BOTH, K.ROUND_IN)
EMPTY = some(K.SPACE, K.INDENT, K.GAP)
NEAR = some(K.COMMA, K.CRY, K.SEMICOLON, K.COLON, K.STOP, K.STRAIGHT, K.ROUND_IN, K.ROUND_OUT, K.LESS)
PARTS = some(K.COMMA, K.SEMICOLON, K.COLON)
LETTERS, DIGITS, ALNUM = some(K.LETTER), some(K.DIGIT), some(K.LETTER, K.DIGIT)
BEFORE_PART = some(K.LETTER, K.DIGIT, K.PERCENT)
BEFORE_DASH = some(K.HAN, K.NUMERAL, K.FACE, K.SPACE)
LONG = some(K.ELLIPSIS, K.RULE)
WRONG = {"full": some(K.DOT, *CORNERS), "corner": some(*QUOTES[:4])}
#: What may follow a point that is converted.
AFTER_POINT = some(
    K.HAN, K.NUMERAL, K.BEHIND, K.OPENING, K.BREAK, K.CURLY_IN, K.CURLY_OUT, *CORNERS
)  # fmt: skip
AFTER_STOP = some(K.BREAK, K.CURLY_IN, K.CURLY_OUT, *CORNERS)
NO_ELLIPSIS = ~some(K.ELLIPSIS, K.STOP)
NO_RULE = ~some(K.RULE, K.DASH, K.CLOSES)
#: What begins a line that is no code and no English.
BEGINS = some(K.HAN, K.NUMERAL, K.BEHIND, K.OPENING, K.WIDE_WORD, *QUOTES)
BEFORE_RULE = ~some(K.HAN, K.NUMERAL, K.FACE, K.DASH, K.RULE, K.BREAK)
BEFORE_NUMBER = some(K.HAN, K.NUMERAL, K.BEHIND, K.SPACE)
AFTER_NUMBER = some(K.HAN, K.NUMERAL, K.LETTER, K.SPACE)
SIMPLE = some(K.COMMA, K.CRY, K.COLON, K.SEMICOLON)
FACES = some(K.FACE, K.SIGN)
MAYBE_FACE = some(K.FACE, K.SIGN, K.SEMICOLON)
TEXT = some(K.HAN, K.NUMERAL, K.FACE, K.DIGIT, K.LETTER, K.SPACE)
HAN_OR_SPACE = some(K.HAN, K.NUMERAL, K.FACE, K.SPACE)
AFTER_SQUARE = some(K.HAN, K.NUMERAL, K.FACE, K.SPACE, K.INDENT, K.BREAK)
OUTER_IN, OUTER_OUT = some(K.CURLY_IN, K.CORNER_IN), some(K.CURLY_OUT, K.CORNER_OUT)
INNER_IN, INNER_OUT = some(K.SINGLE_IN, K.INNER_IN), some(K.SINGLE_OUT, K.INNER_OUT)
