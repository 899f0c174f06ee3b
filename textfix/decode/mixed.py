"""Bytes whose parts are in different encodings: lines that were pasted or appended, a cell that came from elsewhere.

A line is looked at more closely if the encoding of the whole cannot read it, if it has runs of UTF-8, or if its
characters are hardly ever common ones. It is then read in all encodings that Chinese is written in, whole and cell by
cell (a cell is what stands between spaces, commas and other signs that are no part of a character), and goes over to
another encoding only if that reads better by MARGIN nats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.batch import Codes, to_codes
from textfix.decode.plain import list_common
from textfix.decode.profile import HOLE, profile
from textfix.decode.readings import before, price
from textfix.records import Detection

Part = tuple[int, int, str]

#: What a part may be in; the first of equal ones is taken.
CANDIDATES = ("utf-8", "gb18030", "cp950", "big5hkscs")
CHINESE = frozenset(CANDIDATES[1:])
#: Nats by which a part must read better than in the encoding of the whole, or of the line.
MARGIN = 14.0
#: A line of FEW or more letters beyond ASCII of which less than RARE are common (COMMON nats or less) is looked at.
FEW, RARE, COMMON = 6, 0.4, 8.6
#: Nats that a letter of a part may cost in its new encoding, and what the part may cost besides: charts of all
#: characters and pictures made of signs cost more, and are left as they are.
LETTER, BESIDES = 7.0, 4.0
#: The same for each of FEW letters or more that cost SAVED nats more in the encoding of the whole, which then cannot read it. Classical
#: Chinese costs up to 9 (88 lines of 100), Korean or random bytes read as GBK 9 or more (98 and 99.9). UTF-8 is seen by
#: its form.
RARE_LETTER = {"utf-8": 12.0, "gb18030": 9.0, "cp950": 9.0, "big5hkscs": 9.0}
SAVED = 8.0
UTF8_CHAR = 3
#: Cells that are looked at to see whether bytes that nothing reads are a mixture, and the share that must be text.
CELLS, READABLE = 256, 0.8
ASCII = bytes(range(0x80))
NOT_TEXT = -1e9
#: Bytes that are worked on together.
BLOCK = 1 << 18

_CELL = re.compile(rb"[\x30-\xff]+")
#: Characters of one byte and of two.
_DOUBLES = re.compile(rb"(?:[\x00-\x80]|[\x81-\xff][\x00-\xff])*")
#: A character of three bytes, but no surrogate and not U+FFFD, which in GBK is the scar 锟斤拷. It begins with a class of
#: bytes, and not with a choice, so that text without any is searched six times as fast.
_THREE = (
    rb"[\xe0-\xef](?:(?<![\xe0\xed\xef])[\x80-\xbf]{2}|(?<=\xe0)[\xa0-\xbf][\x80-\xbf]|(?<=\xed)[\x80-\x9f][\x80-\xbf]"
    rb"|(?<=\xef)(?:[\x80-\xbe][\x80-\xbf]|\xbf[\x80-\xbc]))"
)
_UTF8 = re.compile(_THREE + rb"(?:" + _THREE + rb")+")


def parts(data: bytes, detection: Detection) -> list[Part]:
    """Which stretches of DATA are in which encoding: (start, end, codec), in order, covering all of it.

    One stretch where the encoding that DETECTION names reads everything, or nothing else clearly reads better. Time
    is linear.

    >>> from textfix.decode import detect
    >>> data = "第一行用的是统一码\\n".encode() * 3 + "第四行是国标码\\n".encode("gb18030")
    >>> parts(data, detect(data))
    [(0, 84, 'utf-8'), (84, 99, 'gb18030')]
    """
    main = "utf-8" if detection.encoding == "utf-8-sig" else detection.encoding
    whole = [(0, len(data), detection.encoding or "ascii")]
    plan = profile()
    if main is None or main not in {encoding.codec for encoding in (*plan.doubles, *plan.singles)}:
        return whole
    if _is_plain(data, main):
        return whole
    out: list[Part] = []
    for start, end in _blocks(data):
        for low, high, codec in _part_block(data[start:end], main):
            if out and out[-1][2] == codec:
                out[-1] = (out[-1][0], start + high, codec)
            else:
                out.append((start + low, start + high, codec))
    return out


def weigh_parts(sample: bytes) -> list[tuple[str, float]]:
    """The encodings that the cells of SAMPLE are in, with the nats of their cells, if only together they read it.

    The one with most bytes is the first; none unless READABLE of the bytes above 7F can be read as text so.
    """
    cells = [cell for cell in _CELL.findall(sample) if not cell.isascii()][:CELLS]
    scores = _score(cells, ("ascii", *CANDIDATES))
    nats = np.where(scores.is_text, scores.nats, NOT_TEXT)
    nats[0] = NOT_TEXT
    size = np.array([len(cell.translate(None, ASCII)) for cell in cells])
    best = nats.argmax(axis=0)
    clear = nats.max(axis=0, initial=NOT_TEXT) > NOT_TEXT
    amount = np.bincount(best[clear], size[clear], len(CANDIDATES) + 1)
    if amount.sum() < READABLE * size.sum():
        return []
    order = [row for row in np.argsort(-amount, kind="stable").tolist() if amount[row]]
    return [(CANDIDATES[row - 1], float(nats[row][clear & (best == row)].sum())) for row in order]


def _is_plain(data: bytes, main: str) -> bool:
    """Whether DATA is all in MAIN, by validity alone."""
    if main in CHINESE and b"\n" in data:
        return False
    if main != "utf-8" and _UTF8.search(data):
        return False
    try:
        data.decode(main)
    except UnicodeError:
        return False
    return True


def _blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Stretches of whole lines, about BLOCK bytes each."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + BLOCK) + 1 or len(data)
        yield start, end
        start = end


def _part_block(block: bytes, main: str) -> list[Part]:
    lines = block.split(b"\n")
    suspects = _suspect(block, lines, main)
    if not suspects:
        return [(0, len(block), main)]
    edges = np.cumsum([0, *(len(line) + 1 for line in lines)]).tolist()
    edges[-1] -= 1
    out: list[Part] = []
    at = 0
    chosen = _choose([lines[i] for i in suspects], main)
    for i, found in zip(suspects, chosen, strict=True):
        for low, high, codec in found:
            start, end = edges[i] + low, edges[i] + high
            if (low, high) == (0, len(lines[i])):
                end = edges[i + 1]
            if start > at:
                out.append((at, start, main))
            out.append((start, end, codec))
            at = end
    if at < len(block):
        out.append((at, len(block), main))
    return out


@cache
def _is_common() -> NDArray[np.bool_]:
    table = np.zeros(0x10000, np.bool_)
    table[list_common(COMMON)] = True
    return table


def _are_letters(codes: Codes) -> NDArray[np.bool_]:
    """Which of CODES are letters of East Asia (or what misread bytes become), not signs."""
    signs = (codes >= 0xFE30) | ((codes >= 0x3000) & (codes < 0x3041))
    return (codes >= 0x2E80) & ~(signs & (codes < 0x10000))


@dataclass(frozen=True, slots=True)
class Scores:
    """Of cells (columns) in several encodings (rows): nats, whether it looks like text, how many letters it has."""

    nats: NDArray[np.float64]
    is_text: NDArray[np.bool_]
    letters: NDArray[np.int64]

    def cut(self, start: int, end: int) -> Scores:
        return Scores(self.nats[:, start:end], self.is_text[:, start:end], self.letters[:, start:end])

    def add(self) -> NDArray[np.float64]:
        """Nats of all cells together in each encoding in which most of them, by letters, are text."""
        clear = (self.letters * self.is_text).sum(axis=1) * 2 > self.letters.sum(axis=1)
        clear[0] = True
        return np.where(clear, self.nats.sum(axis=1), NOT_TEXT)


def _suspect(block: bytes, lines: Sequence[bytes], main: str) -> list[int]:
    """The lines that may be in another encoding than MAIN."""
    found: set[int] = set()
    text = block.decode(main, "replace")
    if "\ufffd" in text or main in CHINESE:
        codes = to_codes(text)
        line = np.cumsum(codes == 0x0A)
        found.update(np.unique(line[codes == HOLE]).tolist())
        if main in CHINESE:
            foreign = np.bincount(line[_are_letters(codes)], minlength=len(lines))
            common = np.bincount(line[_is_common().take(codes, mode="clip")], minlength=len(lines))
            found.update(np.flatnonzero((foreign >= FEW) & (common < RARE * foreign)).tolist())
    if main != "utf-8" and _UTF8.search(block):
        found.update(i for i, line_ in enumerate(lines) if _UTF8.search(line_))
    return sorted(i for i in found if i < len(lines))


def _choose(lines: Sequence[bytes], main: str) -> list[list[Part]]:
    """For each of LINES the stretches of it that are not in MAIN; one stretch of its whole length if all of it is."""
    codecs_ = tuple(dict.fromkeys((main, *CANDIDATES)))
    cells = [
        [(one.start(), one.end()) for one in _CELL.finditer(line) if not line[one.start() : one.end()].isascii()]
        for line in lines
    ]
    pieces = [[piece for cell in row for piece in _pieces(line, *cell)] for line, row in zip(lines, cells, strict=True)]
    scores = _score([line[a:b] for line, row in zip(lines, cells, strict=True) for a, b in row], codecs_)
    finer = scores
    if pieces != cells:
        finer = _score([line[a:b] for line, row in zip(lines, pieces, strict=True) for a, b in row], codecs_)
    out, at, fine_at = [], 0, 0
    for line, row, fine_row in zip(lines, cells, pieces, strict=True):
        score = scores.cut(at, at + len(row))
        fine = finer.cut(fine_at, fine_at + len(fine_row))
        at, fine_at = at + len(row), fine_at + len(fine_row)
        out.append(_divide(line, row, score, fine_row, fine, codecs_))
    return out


def _divide(
    line: bytes,
    cells: Sequence[tuple[int, int]],
    score: Scores,
    pieces: Sequence[tuple[int, int]],
    fine: Scores,
    codecs_: Sequence[str],
) -> list[Part]:
    """The stretches of LINE that are in another encoding than the first of CODECS_, however they are cut best."""
    total = score.add()
    best = int(total.argmax())
    if total[best] <= total[0] + MARGIN:
        best = 0
    value, found = float(total[best]), [(0, len(line), codecs_[best])] if best else []
    for places, scores in ((cells, score), (pieces, fine)):
        if len(places) < 2:
            continue
        table = np.where(scores.is_text, scores.nats, NOT_TEXT)
        table[best] = scores.nats[best]
        choice = table.argmax(axis=0)
        gain = table.max(axis=0) - table[best]
        choice[gain <= MARGIN] = best
        if _is_foreign(scores, best, choice):
            continue
        switches = int((np.diff(np.concatenate([[best], choice])) != 0).sum())
        reached = float(table[choice, np.arange(len(places))].sum()) - MARGIN * 0.5 * switches
        if reached > value + MARGIN * 0.5:
            value = reached
            found = _spread(line, places, choice.tolist(), codecs_)
    return found


def _is_foreign(scores: Scores, best: int, choice: NDArray[np.intp]) -> bool:
    """Whether most of what BEST cannot read on a line is text in none of the others, and what is only seems to be.

    A line of Korean has short words that could be Chinese, and long ones that could not.
    """
    likeliest = scores.nats.argmax(axis=0)
    places = np.arange(len(choice))
    unread = scores.nats[likeliest, places] - scores.nats[best] > MARGIN
    amount = scores.letters[likeliest, places]
    return bool(2 * amount[unread & (choice != best)].sum() <= amount[unread].sum() > 0)


def _spread(
    line: bytes, places: Sequence[tuple[int, int]], choice: Sequence[int], codecs_: Sequence[str]
) -> list[Part]:
    """Parts for PLACES in the encodings of CHOICE, neighbours together, those in the first of CODECS_ left out."""
    out: list[Part] = []
    last = 0
    for (low, high), pick in zip(places, choice, strict=True):
        if pick:
            if out and last == pick:
                out[-1] = (out[-1][0], high, codecs_[pick])
            else:
                out.append((low, high, codecs_[pick]))
        last = pick
    return out


def _pieces(line: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The cell from START to END of LINE, cut where runs of UTF-8 begin and end.

    What lies between them has one byte a character, or two. If that leaves half of one over, its last character and the first
    bytes of the run look like one of three bytes (or the last of the run and the first after it): the run is shorter.
    """
    while start < end and line[start] < 0x80:
        start += 1
    runs = [[run.start(), run.end()] for run in _UTF8.finditer(line, start, end)]
    at = start
    for i, run in enumerate(runs):
        if not _DOUBLES.fullmatch(line, at, run[0]) and run[1] - run[0] > UTF8_CHAR:
            run[0] += UTF8_CHAR
        if i + 1 == len(runs) and not _DOUBLES.fullmatch(line, run[1], end) and run[1] - run[0] > UTF8_CHAR:
            run[1] -= UTF8_CHAR
        at = run[1]
    out, at = [], start
    for low, high in runs:
        if low > at:
            out.append((at, low))
        out.append((low, high))
        at = high
    if at < end:
        out.append((at, end))
    return out


def _score(cells: Sequence[bytes], codecs_: Sequence[str]) -> Scores:
    """Each of CELLS (columns) read in each of CODECS_ (rows)."""
    out = np.zeros((len(codecs_), len(cells)))
    is_text = np.ones(out.shape, np.bool_)
    amounts = np.ones(out.shape, np.int64)
    if not cells:
        return Scores(out, is_text, amounts)
    for row, codec in enumerate(codecs_):
        texts = [cell.decode(codec, "replace") for cell in cells]
        codes = to_codes("".join(text + "\n" for text in texts))
        cost = price(before(codes, 2), before(codes, 1), codes).astype(np.float64)
        cost[codes == 0x0A] = 0.0
        starts = np.concatenate([[0], np.cumsum([len(text) + 1 for text in texts])])[:-1]
        holes = np.add.reduceat(codes == HOLE, starts, dtype=np.int64)
        out[row] = -np.add.reduceat(cost, starts) - profile().weights["damaged"] * (holes > 0)
        if row:
            letters = _are_letters(codes)
            amounts[row] = amount = np.add.reduceat(letters, starts, dtype=np.int64)
            limit = LETTER * amount
            if codecs_[0] != "ascii":  # which is no encoding of the whole, but none
                unread = (amount >= FEW) & (out[row] - out[0] > SAVED * amount)
                limit = np.where(unread, RARE_LETTER.get(codec, LETTER) * amount, limit)
            dear = np.add.reduceat(np.where(letters, cost, 0.0), starts) > limit + BESIDES
            signs = np.add.reduceat((codes >= 0x80) & ~letters, starts, dtype=np.int64)
            is_text[row] = ~dear & (amount > 1) & (signs <= amount)
    return Scores(out, is_text, amounts)
