"""Many texts at once: the lines that may have to change, and those of them in which every mark is certain, as arrays.

What `gate` and `plain` say of a line is said here of a whole batch: a table gives each character its kind, and only the
characters that are marks are looked at. A line that has anything but the simplest is left to `plain` and the rules. The
ways must agree, which tests/test_punct.py compares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Batch, Codes
from textfix.punct import kinds
from textfix.punct.classes import HAN_CLASS
from textfix.punct.code import code_line
from textfix.punct.code import row as is_row
from textfix.punct.foreign import foreign
from textfix.punct.gate import TITLE
from textfix.punct.kinds import Flags, Kind, Kinds
from textfix.punct.marks import named
from textfix.punct.plain import BODY, LETTERS_FACE, START, SWAP

PAUSES = np.array([ord(char) for char in "、。，；：）"], dtype=np.uint32)
#: Stands for a code point that goes.
GONE = 0xFFFFFFFF
ROUND = ord("（"), ord("）")
#: Brackets of a call or behind Latin, which stay: f.close(), Migration (DM).
CALL = re.compile("(?:(?<=[A-Za-z0-9])|(?<=[A-Za-z0-9] ))\\([A-Za-z0-9 ]*\\)")
BRACKETED = re.compile(
    f"(?:(?<=[{HAN_CLASS}])|(?<=[{HAN_CLASS}] )|(?<=[{HAN_CLASS}]  )|^(?=\\([{HAN_CLASS}]))\\((?! )"
    f"(?:(?=[^{HAN_CLASS}()\n]*[{HAN_CLASS}])[{BODY}]*(?<! )\\)|(?<! \\()[A-Za-z0-9][A-Za-z0-9 ]*(?<! )\\)(?! ?[0-9]{{3}})"
    f"|[A-Za-z][A-Za-z0-9 ]+(?<! )\\)(?= {{0,2}}[{HAN_CLASS}]|$|[，。、：；][{HAN_CLASS}]))",
    re.MULTILINE,
)
WIDE_BRACKET = re.compile(f"[（）益]|{LETTERS_FACE}")
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
        kinds.table().take(codes, out=padded[2 : size + 2], mode="clip")
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

    def narrow(self, rows: Flags) -> None:
        """Look at the tokens of the lines ROWS alone: few lines have to change."""
        kept = rows.take(self.rows).nonzero()[0]
        for name in ("places", "here", "left", "right", "left2", "right2", "breaks", "rows"):
            setattr(self, name, getattr(self, name).take(kept))

    def any(self, flags: Flags) -> Flags:
        """For each line, whether FLAGS holds for a token of it."""
        found = np.zeros(len(self.ends), dtype=np.bool_)
        found[self.rows[flags]] = True
        return found


def between(tokens: Tokens, text: str, style: str) -> tuple[Flags, Flags]:
    """The full stops between two Han, and in which lines one may be the dot of a name."""
    found: Flags = (tokens.here == Kind.STOP) & (tokens.left == Kind.HAN) & kinds.IS_HAN[tokens.right]
    names = [at for at in found.nonzero()[0].tolist() if style == "full" and named(text, int(tokens.places[at]))]
    doubt = np.zeros(len(tokens.ends), dtype=np.bool_)
    doubt[tokens.rows[names]] = True
    return found, doubt


def hits(tokens: Tokens, style: str, text: str) -> Flags:
    """Which tokens may have to change: what `gate` finds, but for 。。。"""
    here, left, right = tokens.here, tokens.left, tokens.right
    near = (
        kinds.CLOSED[left]
        | kinds.OPENED[right]
        | (kinds.CHINESE[tokens.left2] & kinds.EMPTY[left])
        | (kinds.CHINESE[tokens.right2] & kinds.EMPTY[right])
    )
    found: Flags = kinds.NEAR[here] & near
    found |= kinds.PARTS[here] & (
        (kinds.LETTERS[left] & kinds.ALNUM[right]) | (kinds.DIGITS[left] & kinds.LETTERS[right])
    )
    found |= (here == Kind.DASH) & (right == Kind.DASH)
    found |= kinds.LONG[here] & ~kinds.LONG[left] & ~kinds.LONG[right]
    found |= kinds.WRONG[style][here]
    for at in (found & (here == Kind.LESS)).nonzero()[0].tolist():
        found[at] = TITLE.match(text, tokens.places[at]) is not None
    return found


def dotted(tokens: Tokens) -> Flags:
    """Which lines have 。。。"""
    found = np.zeros(len(tokens.ends), dtype=np.bool_)
    stop = tokens.codes == ord("。")
    two = stop[:-1] & stop[1:]
    found[np.searchsorted(tokens.ends, (two[:-1] & two[1:]).nonzero()[0])] = True
    return found


def points(tokens: Tokens) -> tuple[Flags, Flags]:
    """The points that are converted, behind Han or a full-width mark and in front of such; and which drop a space."""
    here, left, right = tokens.here, tokens.left, tokens.right
    before = kinds.BEFORE_POINT[left] | ((left == Kind.ROUND_OUT) & kinds.IS_HAN[tokens.left2])
    spaced = (right == Kind.SPACE) & (kinds.IS_HAN[tokens.right2] | (tokens.right2 == Kind.LETTER))
    drops = ((here == Kind.COMMA) | (here == Kind.CRY)) & before & spaced
    simple = kinds.SIMPLE[here] & before & kinds.AFTER_POINT[right]
    simple &= (here != Kind.SEMICOLON) | (right != Kind.BREAK)  # 循环体; may be a statement
    simple |= kinds.PARTS[here] & kinds.BEFORE_PART[left] & kinds.IS_HAN[right]
    stop = (here == Kind.STOP) & (left == Kind.HAN) & kinds.AFTER_STOP[right]
    return simple | stop | drops, drops


def still(tokens: Tokens) -> Flags:
    """The tokens that certainly stay: 1.5, v1.2, last_id, 12:30, A-4, 1,000, …… and ——."""
    here, left, right = tokens.here, tokens.left, tokens.right
    inside = kinds.ALNUM[left] & kinds.ALNUM[right]
    before = tokens.codes[tokens.places - 1] if len(tokens.codes) else tokens.places
    letter = (before != ord("x")) & (before != ord("X")) & (before != ord("8"))
    found: Flags = tokens.breaks | (inside & ((here == Kind.STOP) | (here == Kind.LOW_LINE)))
    found |= (here == Kind.STOP) & (left == Kind.SPACE) & (right == Kind.LETTER)  # .NET
    found |= (here == Kind.STOP) & (left == Kind.DIGIT) & (tokens.left2 == Kind.BREAK) & kinds.AFTER_NUMBER[right]
    found |= inside & (here == Kind.COLON) & (left == Kind.DIGIT)
    found |= inside & (here == Kind.DASH) & letter
    found |= (here == Kind.DASH) & kinds.BEFORE_DASH[left] & kinds.TEXT[right]
    for mark, apart in ((Kind.ELLIPSIS, kinds.NO_ELLIPSIS), (Kind.RULE, kinds.NO_RULE)):
        first = (right == mark) & apart[left] & apart[tokens.right2]
        second = (left == mark) & apart[tokens.left2] & apart[right]
        found |= (here == mark) & (first | second)
    found |= (here == Kind.RULE) & kinds.BEFORE_RULE[left] & kinds.NO_RULE[right]
    found |= (here == Kind.SLASH) & ((kinds.IS_HAN[left] & kinds.HAN_OR_SPACE[right]) | inside)
    found |= (here == Kind.SLASH) & kinds.TEXT[left] & (right == Kind.SPACE)
    found |= (here == Kind.NUMBER) & kinds.TEXT[left]
    found |= (
        (here == Kind.AND)
        & (kinds.ALNUM[left] | (left == Kind.SPACE))
        & ((right == Kind.DIGIT) | (right == Kind.SPACE))
    )
    found |= (here == Kind.SQUARE_IN) & kinds.TEXT[right]
    found |= (here == Kind.SQUARE_OUT) & kinds.AFTER_SQUARE[right]
    at = ((here == Kind.SQUARE_OUT) & (right == Kind.BEHIND)).nonzero()[0]
    found[at[(tokens.codes[tokens.places[at] + 1][:, None] == PAUSES).any(axis=1)]] = True
    at = ((here == Kind.COMMA) & (left == Kind.DIGIT) & (right == Kind.DIGIT)).nonzero()[0]
    for far in (2, 3, 4):  # one to three digits behind Han
        kind = tokens.kinds.take(np.maximum(tokens.places[at] - far, -1))
        found[at[kinds.BEFORE_NUMBER[kind]]] = True
        at = at[kind == Kind.DIGIT]
    return found


def paired(tokens: Tokens, style: str) -> tuple[Flags, Flags]:
    """Which quotation marks have their partners, and in which lines it has to be weighed.

    What is certain: marks of one set, the inner ones right in the outer ones, and those without a partner not around a pair.
    """
    here, rows = tokens.here, tokens.rows
    quote = here < Kind.BREAK
    mate = np.zeros(len(here), dtype=np.bool_)
    wrong = tokens.any((here == Kind.SINGLE_OUT) & kinds.ALNUM[tokens.left])  # an apostrophe
    wrong |= tokens.any(here < Kind.CORNER_IN) & tokens.any(quote & (here >= Kind.CORNER_IN))
    inner = kinds.INNER_IN[here] | kinds.INNER_OUT[here]
    at = (quote | tokens.breaks).nonzero()[0]
    closed = couples(here[at], kinds.INNER_IN)
    mate[at[closed]] = mate[at[closed + 1]] = True
    wrong[rows[inner & ~mate]] = True
    at = ((quote & ~inner) | tokens.breaks).nonzero()[0]
    closed = couples(here[at], kinds.OUTER_IN)
    mate[at[closed]] = mate[at[closed + 1]] = True
    at = at[~mate[at]]
    around = (kinds.OUTER_IN[here[at[:-1]]] & kinds.OUTER_OUT[here[at[1:]]]).nonzero()[0]
    wrong[rows[at[around]]] = True
    wrong |= tokens.any(quote & ~mate) & tokens.any(here == Kind.SINGLE_OUT)
    return mate, wrong & tokens.any(quote & kinds.WRONG[style][here])  # those of the style stay as they are


def couples(here: Kinds, opening: Flags) -> NDArray[np.intp]:
    """Where in the row of marks HERE an opening one stands right before its partner."""
    found: NDArray[np.intp] = (opening[here[:-1]] & (here[1:] == here[:-1] + 1)).nonzero()[0]
    return found


def lonely(tokens: Tokens, style: str) -> tuple[Flags, Flags]:
    """Which lines have an opening mark that nothing Chinese leads to: in Latin text, and whatever it holds."""
    left = tokens.left
    opening = (kinds.OUTER_IN[tokens.here] | kinds.INNER_IN[tokens.here]) & kinds.WRONG[style][tokens.here]
    led = kinds.IS_HAN[left]
    apart = opening & ~led & ~((left == Kind.BEHIND) & kinds.IS_HAN[tokens.left2]) & (left != Kind.BREAK)
    hollow = opening & ~led & ~kinds.IS_HAN[tokens.right] if style == "corner" else np.zeros_like(opening)
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
        call = CALL.match(text, places[i]) if opens[i] else None
        found = call or (BRACKETED.match(text, places[i]) if opens[i] else None)
        # Nothing that has to be looked at may stand inside.
        if found is None or i + 1 == len(order) or order[i + 1] != order[i] + 1 or places[i + 1] != found.end() - 1:
            failed.add(row)
            i += 1
        else:
            if call is None:
                written.append((row, places[i], places[i + 1]))
            i += 2
    for row in set(owners) - failed:
        if WIDE_BRACKET.search(text, int(tokens.starts[row]), int(tokens.ends[row])):
            failed.add(row)
    for row, start, end in written:
        if row not in failed:
            codes[start], codes[end] = ROUND
            while start and text[start - 1] == " ":
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
    odd = dotted(tokens)
    hit = odd | tokens.any(hits(tokens, style, text))
    if shut:
        edges = np.array(shut)
        hit &= np.searchsorted(edges[:, 0], tokens.starts, "right") == np.searchsorted(
            edges[:, 1], tokens.starts, "right"
        )
    rows = hit.nonzero()[0]
    if not len(rows):
        return None
    tokens.narrow(hit)
    here = tokens.here
    pointed, dropping = points(tokens)
    stopped, doubt = between(tokens, text, style)
    pointed |= stopped
    mate, wrong = paired(tokens, style)
    alone, hollow = lonely(tokens, style)
    round_ = (here == Kind.ROUND_IN) | (here == Kind.ROUND_OUT)
    unsure = (here >= Kind.RETURN) & ~kinds.FACES[here] & ~pointed & ~round_ & ~still(tokens)
    sure = hit & ~wrong & ~odd & ~doubt & ~hollow & ~tokens.any(unsure)
    sure[rows] &= flowing(tokens, rows, text, alone)
    codes = batch.codes.copy()
    for row in set(tokens.rows[(kinds.MAYBE_FACE[here]) & sure[tokens.rows]].tolist()):
        if text.find("（", int(tokens.starts[row]), int(tokens.ends[row])) >= 0:
            sure[row] = False  # a face, perhaps: （;´Д｀）
    sure &= ~brackets(tokens, sure, text, codes)
    moved = sure[tokens.rows] & (pointed | (kinds.WRONG[style][here] & mate))
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
    first = body[tokens.starts[rows]]
    latin = (np.minimum.reduceat(body, edges)[::2] <= Kind.LETTER) | (first == Kind.SQUARE_IN)
    found: Flags = tokens.any(kinds.IS_HAN[tokens.left] | kinds.IS_HAN[tokens.right])[rows]
    found &= ~latin | ~alone[rows]
    sure = kinds.BEGINS[first]
    parted = tokens.any(kinds.PARTS[tokens.here] & kinds.BEFORE_PART[tokens.left])[rows]
    lengths = edges[1::2] - edges[::2]
    little = 3 * np.add.reduceat(np.append(tokens.codes < 0x80, False), edges, dtype=np.int32)[::2] < lengths
    for at in (found & latin & ~(little & sure & ~parted)).nonzero()[0].tolist():
        line = text[tokens.starts[rows[at]] : tokens.ends[rows[at]]]
        found[at] = (
            (little[at] or not foreign(line))
            and (sure[at] or START.match(line) is None or not code_line(line))
            and not (parted[at] and is_row(line))
        )
    return found


@cache
def swaps(style: str) -> Codes:
    """What each mark becomes in STYLE, by code point."""
    table = np.arange(0x3010, dtype=np.uint32)
    for char, other in [*zip(",!?:;.", "，！？：；。", strict=True), *SWAP[style].items()]:
        table[ord(char)] = ord(other)
    table.flags.writeable = False
    return table
