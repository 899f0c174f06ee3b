"""Many texts at once: the lines that may have to change, and those of them in which every mark is certain, as arrays.

What `gate` and `plain` say of a line is said here of a whole batch: a table gives each character its kind, and only the
characters that are marks are looked at. A line that has anything but the simplest is left to `plain` and the rules. The
ways must agree, which tests/test_punct.py compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, auto
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Batch, Codes
from textfix.punct.classes import HAN_CLASS, HAN_RANGES, WIDE_RANGES, joined
from textfix.punct.gate import ALWAYS, TITLE
from textfix.punct.plain import BEHIND_WIDE, BODY, INERT, OPENING_WIDE, SWAP
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
def kinds() -> Kinds:
    """The kind of each code point."""
    table = np.full(0x110000, Kind.STRANGE, dtype=np.uint8)
    for kind, chars in MEMBERS.items():
        at = 0
        while at < len(chars):
            last = at + 2 if chars[at + 1 : at + 2] == "-" and at + 2 < len(chars) else at
            table[ord(chars[at]) : ord(chars[last]) + 1] = kind
            at = last + 1
    table.flags.writeable = False
    return table


def some(*members: Kind) -> Flags:
    """A table that says of each kind whether it is one of MEMBERS."""
    table = np.zeros(len(Kind), dtype=np.bool_)
    table[list(members)] = True
    return table


K = Kind
QUOTES = (K.CURLY_IN, K.CURLY_OUT, K.SINGLE_IN, K.SINGLE_OUT, K.CORNER_IN, K.CORNER_OUT, K.INNER_IN, K.INNER_OUT)
CORNERS = QUOTES[4:]
IS_HAN = some(K.HAN, K.NUMERAL)
BEFORE_POINT = some(K.HAN, K.NUMERAL, K.BEHIND)
CHINESE = some(K.HAN, K.NUMERAL, K.FACE, K.BEHIND, K.OPENING, K.WIDE_WORD, K.WIDE, *CORNERS)
EDGE = some(K.BREAK, K.RETURN)
CLOSED = CHINESE | EDGE | some(
    K.CURLY_OUT, K.SINGLE_OUT, K.PERCENT, K.LOW_LINE, K.CLOSES, K.SQUARE_OUT, K.BOTH, K.ROUND_OUT
)  # fmt: skip
OPENED = CHINESE | EDGE | some(K.CURLY_IN, K.SINGLE_IN, K.SQUARE_IN, K.BOTH, K.ROUND_IN)
EMPTY = some(K.SPACE, K.INDENT, K.GAP)
NEAR = some(K.COMMA, K.CRY, K.SEMICOLON, K.COLON, K.STOP, K.STRAIGHT, K.ROUND_IN, K.ROUND_OUT, K.LESS)
PARTS = some(K.COMMA, K.SEMICOLON, K.COLON)
LETTERS, DIGITS, ALNUM = some(K.LETTER), some(K.DIGIT), some(K.LETTER, K.DIGIT)
LONG = some(K.ELLIPSIS, K.RULE)
WRONG = {"full": some(K.DOT, *CORNERS), "corner": some(*QUOTES[:4])}
#: What an opening mark and its like are, where one right inside the other is wrong in a style.
TWICE = {"full": (K.CURLY_IN, K.SINGLE_IN), "corner": (K.CORNER_IN, K.INNER_IN)}
#: What may follow a point that is converted.
AFTER_POINT = some(
    K.HAN, K.NUMERAL, K.BEHIND, K.OPENING, K.BREAK, K.CURLY_IN, K.CURLY_OUT, *CORNERS
)  # fmt: skip
AFTER_STOP = some(K.BREAK, K.CURLY_IN, K.CURLY_OUT, *CORNERS)
NO_ELLIPSIS = ~some(K.ELLIPSIS, K.STOP)
NO_RULE = ~some(K.RULE, K.DASH, K.CLOSES)
#: What begins a line that is no code and no English.
BEGINS = some(K.DIGIT, K.HAN, K.NUMERAL, K.BEHIND, K.OPENING, K.WIDE_WORD, *QUOTES)
BEFORE_RULE = ~some(K.HAN, K.NUMERAL, K.FACE, K.DASH, K.RULE, K.BREAK)
BEFORE_NUMBER = some(K.HAN, K.NUMERAL, K.BEHIND, K.SPACE)
SIMPLE = some(K.COMMA, K.CRY, K.COLON, K.SEMICOLON)
FACES = some(K.FACE, K.SIGN)
MAYBE_FACE = some(K.FACE, K.SIGN, K.SEMICOLON)
TEXT = some(K.HAN, K.NUMERAL, K.FACE, K.DIGIT, K.LETTER, K.SPACE)
HAN_OR_SPACE = some(K.HAN, K.NUMERAL, K.FACE, K.SPACE)
AFTER_SQUARE = some(K.HAN, K.NUMERAL, K.FACE, K.SPACE, K.INDENT, K.BREAK)
OUTER_IN, OUTER_OUT = some(K.CURLY_IN, K.CORNER_IN), some(K.CURLY_OUT, K.CORNER_OUT)
INNER_IN, INNER_OUT = some(K.SINGLE_IN, K.INNER_IN), some(K.SINGLE_OUT, K.INNER_OUT)
PAUSES = np.array([ord(char) for char in "、。，；：）"])
#: Stands for a code point that goes.
GONE = 0xFFFFFFFF
ROUND = ord("（"), ord("）")
BRACKETED = re.compile(
    f"(?:(?<=[{HAN_CLASS}])|(?<=[{HAN_CLASS}] )|(?<=[{HAN_CLASS}]  ))\\((?! )"
    f"(?:(?=[^{HAN_CLASS}()\n]*[{HAN_CLASS}])[{BODY}]*(?<! )\\)|(?<! \\()[A-Za-z0-9][A-Za-z0-9 ]*(?<! )\\)"
    f"|[A-Za-z][A-Za-z0-9 ]+(?<! )\\)(?= {{0,2}}[{HAN_CLASS}]|$|[，。、：；][{HAN_CLASS}]))",
    re.MULTILINE,
)
WIDE_BRACKET = re.compile("[（）益]")
SPACES = re.compile(" {1,2}(?=[^ \n])")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: the code points with the certain lines done, the places changed, those gone, the other lines."""

    codes: Codes
    changed: NDArray[np.intp]
    gone: list[int]
    lines: list[tuple[int, int]]


class Tokens:
    """The characters of a batch that are looked at: places, kinds, the kinds of their neighbours, their lines."""

    def __init__(self, codes: Codes) -> None:
        size = len(codes)
        padded = np.full(size + 4, Kind.BREAK, dtype=np.uint8)
        kinds().take(codes, out=padded[2 : size + 2], mode="clip")
        self.codes, self.kinds = codes, padded[2:]
        #: The places, the end of the batch among them.
        self.places = np.append((padded[2 : size + 2] >= Kind.CURLY_IN).nonzero()[0], size)
        at = self.places
        self.here, self.left, self.right = padded[2:].take(at), padded[1:].take(at), padded[3:].take(at, mode="clip")
        self.left2, self.right2 = padded.take(at), padded.take(at + 4, mode="clip")
        self.breaks = self.here == Kind.BREAK
        ends = np.cumsum(self.breaks)
        self.rows = ends - self.breaks
        self.ends = at[self.breaks]
        self.starts = np.concatenate([[0], self.ends[:-1] + 1])

    def any(self, flags: Flags) -> Flags:
        """For each line, whether FLAGS holds for a token of it."""
        found = np.zeros(len(self.ends), dtype=np.bool_)
        found[self.rows[flags]] = True
        return found


def hits(tokens: Tokens, style: str, text: str) -> Flags:
    """Which tokens may have to change: what `gate` finds, but for what is rare."""
    here, left, right = tokens.here, tokens.left, tokens.right
    near = (
        CLOSED[left] | OPENED[right] | (CHINESE[tokens.left2] & EMPTY[left]) | (CHINESE[tokens.right2] & EMPTY[right])
    )
    found: Flags = NEAR[here] & near
    found |= PARTS[here] & ((LETTERS[left] & ALNUM[right]) | (DIGITS[left] & LETTERS[right]))
    found |= (here == Kind.DASH) & (right == Kind.DASH)
    found |= LONG[here] & ~LONG[left] & ~LONG[right]
    found |= WRONG[style][here]
    for at in (found & (here == Kind.LESS)).nonzero()[0].tolist():
        found[at] = TITLE.match(text, tokens.places[at]) is not None
    return found


def rare(tokens: Tokens, style: str, text: str) -> Flags:
    """Which lines have what is rare: a quotation mark right inside its like, 。。。"""
    found = np.zeros(len(tokens.ends), dtype=np.bool_)
    for opening in TWICE[style]:
        at = ((tokens.here == opening) | (tokens.here == opening + 1) | tokens.breaks).nonzero()[0]
        like = tokens.here[at] == opening
        found[tokens.rows[at[:-1][like[:-1] & like[1:]]]] = True
    place = text.find("。。。")
    while place >= 0:
        row = int(np.searchsorted(tokens.ends, place))
        found[row] = True
        place = text.find("。。。", int(tokens.ends[row]))
    return found


def points(tokens: Tokens) -> tuple[Flags, Flags]:
    """The points that are converted, behind Han or a full-width mark and in front of such; and which drop a space."""
    here, left, right = tokens.here, tokens.left, tokens.right
    before = BEFORE_POINT[left] | ((left == Kind.ROUND_OUT) & IS_HAN[tokens.left2])
    spaced = (right == Kind.SPACE) & (IS_HAN[tokens.right2] | (tokens.right2 == Kind.LETTER))
    drops = ((here == Kind.COMMA) | (here == Kind.CRY)) & before & spaced
    simple = SIMPLE[here] & before & AFTER_POINT[right]
    stop = (here == Kind.STOP) & (left == Kind.HAN) & AFTER_STOP[right]
    return simple | stop | drops, drops


def still(tokens: Tokens) -> Flags:
    """The tokens that certainly stay: 1.5, v1.2, last_id, 12:30, A-4, 1,000, …… and ——."""
    here, left, right = tokens.here, tokens.left, tokens.right
    inside = ALNUM[left] & ALNUM[right]
    before = tokens.codes[tokens.places - 1] if len(tokens.codes) else tokens.places
    letter = (before != ord("x")) & (before != ord("X")) & (before != ord("8"))
    found: Flags = tokens.breaks | (inside & ((here == Kind.STOP) | (here == Kind.LOW_LINE)))
    found |= inside & (here == Kind.COLON) & (left == Kind.DIGIT)
    found |= inside & (here == Kind.DASH) & letter
    for mark, apart in ((Kind.ELLIPSIS, NO_ELLIPSIS), (Kind.RULE, NO_RULE)):
        first = (right == mark) & apart[left] & apart[tokens.right2]
        second = (left == mark) & apart[tokens.left2] & apart[right]
        found |= (here == mark) & (first | second)
    found |= (here == Kind.RULE) & BEFORE_RULE[left] & NO_RULE[right]
    found |= (here == Kind.SLASH) & ((TEXT[left] & HAN_OR_SPACE[right]) | inside)
    found |= (here == Kind.NUMBER) & TEXT[left]
    found |= (here == Kind.AND) & (ALNUM[left] | (left == Kind.SPACE)) & ((right == Kind.DIGIT) | (right == Kind.SPACE))
    found |= (here == Kind.SQUARE_IN) & TEXT[right]
    found |= (here == Kind.SQUARE_OUT) & AFTER_SQUARE[right]
    at = ((here == Kind.SQUARE_OUT) & (right == Kind.BEHIND)).nonzero()[0]
    found[at[np.isin(tokens.codes[tokens.places[at] + 1], PAUSES)]] = True
    at = ((here == Kind.COMMA) & (left == Kind.DIGIT) & (right == Kind.DIGIT)).nonzero()[0]
    for far in (2, 3, 4):  # one to three digits behind Han
        kind = tokens.kinds.take(np.maximum(tokens.places[at] - far, -1))
        found[at[BEFORE_NUMBER[kind]]] = True
        at = at[kind == Kind.DIGIT]
    return found


def paired(tokens: Tokens) -> tuple[Flags, Flags, Flags]:
    """Which quotation marks have their partners; which lines have some without; in which lines it has to be weighed.

    What is certain: marks of one set, the inner ones right in the outer ones, and those without a partner not around a pair.
    """
    here, rows = tokens.here, tokens.rows
    quote = here < Kind.BREAK
    mate = np.zeros(len(here), dtype=np.bool_)
    wrong = tokens.any((here == Kind.SINGLE_OUT) & ALNUM[tokens.left])  # an apostrophe
    wrong |= tokens.any(here < Kind.CORNER_IN) & tokens.any(quote & (here >= Kind.CORNER_IN))
    inner = INNER_IN[here] | INNER_OUT[here]
    at = (quote | tokens.breaks).nonzero()[0]
    closed = couples(here[at], INNER_IN)
    mate[at[closed]] = mate[at[closed + 1]] = True
    wrong[rows[inner & ~mate]] = True
    at = ((quote & ~inner) | tokens.breaks).nonzero()[0]
    closed = couples(here[at], OUTER_IN)
    mate[at[closed]] = mate[at[closed + 1]] = True
    at = at[~mate[at]]
    around = (OUTER_IN[here[at[:-1]]] & OUTER_OUT[here[at[1:]]]).nonzero()[0]
    wrong[rows[at[around]]] = True
    loose = tokens.any(quote & ~mate)
    wrong |= loose & tokens.any(here == Kind.SINGLE_OUT)
    return mate, loose, wrong


def couples(here: Kinds, opening: Flags) -> NDArray[np.intp]:
    """Where in the row of marks HERE an opening one stands right before its partner."""
    found: NDArray[np.intp] = (opening[here[:-1]] & (here[1:] == here[:-1] + 1)).nonzero()[0]
    return found


def lonely(tokens: Tokens, style: str, loose: Flags) -> tuple[Flags, Flags]:
    """Which lines have an opening mark that nothing Chinese leads to: in Latin text, and whatever it holds."""
    left = tokens.left
    opening = (OUTER_IN[tokens.here] | INNER_IN[tokens.here]) & (WRONG[style][tokens.here] | loose[tokens.rows])
    led = IS_HAN[left]
    apart = opening & ~led & ~((left == Kind.BEHIND) & IS_HAN[tokens.left2]) & (left != Kind.BREAK)
    hollow = opening & ~led & ~IS_HAN[tokens.right] if style == "corner" else np.zeros_like(opening)
    return tokens.any(apart), tokens.any(hollow)


def brackets(tokens: Tokens, rows: Flags, text: str, codes: Codes) -> Flags:
    """Write the brackets of the lines ROWS into CODES, where those of a line are all certain; which lines are not."""
    bad = np.zeros(len(rows), dtype=np.bool_)
    opening = tokens.here == Kind.ROUND_IN
    at = ((opening | (tokens.here == Kind.ROUND_OUT)) & rows[tokens.rows]).nonzero()[0]
    if not len(at):
        return bad
    order, places, owners, opens = (
        at.tolist(),
        tokens.places[at].tolist(),
        tokens.rows[at].tolist(),
        opening[at].tolist(),
    )
    failed: set[int] = set()
    written: list[tuple[int, int, int]] = []
    i = 0
    while i < len(order):
        row = owners[i]
        if row in failed:
            i += 1
            continue
        found = BRACKETED.match(text, places[i]) if opens[i] else None
        # Nothing that has to be looked at may stand inside.
        if found is None or i + 1 == len(order) or order[i + 1] != order[i] + 1 or places[i + 1] != found.end() - 1:
            failed.add(row)
            i += 1
        else:
            written.append((row, places[i], places[i + 1]))
            i += 2
    for row in {row for row, _, _ in written} - failed:
        if WIDE_BRACKET.search(text, int(tokens.starts[row]), int(tokens.ends[row])):
            failed.add(row)
    for row, start, end in written:
        if row not in failed:
            codes[start], codes[end] = ROUND
            while text[start - 1] == " ":
                start -= 1
                codes[start] = GONE
            after = SPACES.match(text, end + 1)
            if after:
                codes[end + 1 : after.end()] = GONE
    bad[list(failed)] = True
    return bad


def sweep(batch: Batch, style: str, shut: list[tuple[int, int]]) -> Swept | None:
    """What STYLE makes of the batch, as far as it is certain; None if no line has to change. SHUT spans are let be."""
    tokens = Tokens(batch.codes)
    text = batch.joined
    odd = rare(tokens, style, text)
    hit = odd | tokens.any(hits(tokens, style, text))
    if shut:
        edges = np.array(shut)
        hit &= np.searchsorted(edges[:, 0], tokens.starts, "right") == np.searchsorted(
            edges[:, 1], tokens.starts, "right"
        )
    rows = hit.nonzero()[0]
    if not len(rows):
        return None
    here = tokens.here
    pointed, dropping = points(tokens)
    mate, loose, wrong = paired(tokens)
    alone, hollow = lonely(tokens, style, loose)
    round_ = (here == Kind.ROUND_IN) | (here == Kind.ROUND_OUT)
    unsure = (here >= Kind.RETURN) & ~FACES[here] & ~pointed & ~round_ & ~still(tokens)
    sure = hit & ~wrong & ~odd & ~hollow & ~tokens.any(unsure)
    sure[rows] &= flowing(tokens, rows, text, alone)
    codes = batch.codes.copy()
    for row in set(tokens.rows[(MAYBE_FACE[here]) & sure[tokens.rows]].tolist()):
        if text.find("（", int(tokens.starts[row]), int(tokens.ends[row])) >= 0:
            sure[row] = False  # a face, perhaps: （;´Д｀）
    sure &= ~brackets(tokens, sure, text, codes)
    moved = sure[tokens.rows] & (pointed | (WRONG[style][here] & mate))
    places = tokens.places[moved]
    codes[places] = swaps(style).take(codes[places], mode="clip")
    codes[tokens.places[dropping & moved] + 1] = GONE
    rest = (hit & ~sure).nonzero()[0]
    changed = (codes != batch.codes).nonzero()[0]
    gone = changed[codes[changed] == GONE].tolist()
    return Swept(codes, changed, gone, list(zip(tokens.starts[rest].tolist(), tokens.ends[rest].tolist(), strict=True)))


def flowing(tokens: Tokens, rows: NDArray[np.intp], text: str, alone: Flags) -> Flags:
    """Which of the lines ROWS are Chinese without doubt: Han beside a mark, Latin for a third at most, no code in front."""
    edges = np.column_stack([tokens.starts[rows], tokens.ends[rows]]).ravel()
    body = tokens.kinds[: len(tokens.codes) + 1]
    latin = np.minimum.reduceat(body, edges)[::2] <= Kind.LETTER
    found: Flags = tokens.any(IS_HAN[tokens.left] | IS_HAN[tokens.right])[rows]
    found &= ~latin | (BEGINS[body[tokens.starts[rows]]] & ~alone[rows])
    for at in (found & latin).nonzero()[0].tolist():
        line = text[tokens.starts[rows[at]] : tokens.ends[rows[at]]]
        found[at] = 3 * len(line.encode("ascii", "ignore")) < len(line)
    return found


@cache
def swaps(style: str) -> Codes:
    """What each mark becomes in STYLE, by code point."""
    table = np.arange(0x3010, dtype=np.uint32)
    for char, other in [*zip(",!?:;.", "，！？：；。", strict=True), *SWAP[style].items()]:
        table[ord(char)] = ord(other)
    table.flags.writeable = False
    return table
