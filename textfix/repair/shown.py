"""What a reader showed for bytes, taken back: one of two places of a character, a space for A0, a mark for what it lacks."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes, to_codes
from textfix.encodings import LOST, Encoded
from textfix.repair.lossy import prices
from textfix.repair.recut import recut

#: Nats against the second place of a character that a reader has two places for.
SELDOM = 2.0
NO_BREAK = np.array([0xA0], np.uint32)
#: Nats from which a character is one that hardly anybody writes: 95 % of the first level of GB 2312 cost less.
UNUSUAL = 14.0
#: A space inside a sequence of three bytes, and one behind two of them.
INNER_SPACE = re.compile(rb"([\xe0-\xef]) (?=[\x80-\xbf])")
LAST_SPACE = re.compile(rb"([\xe1-\xef][\x80-\xbf]) ")
LAST_OF_TWO = re.compile(rb"([\xe1-\xef][\x80-\xbf]) (?= )")
SPACES = re.compile(rb"[\xe1-\xef](?: [\x80-\xbf]|[\x80-\xbf]? +)")
BROKEN = re.compile(rb"[\xe0-\xef][\x80-\xbf]? ")
#: A broken sequence, a space and the next one: where bytes were dropped as well, the space is A0 six times as often as
#: it is one that stands between Chinese characters.
AMID = re.compile(rb"([\xe1-\xef][\x80-\xbf]?) (?=[\xc2-\xf4]|$)")
MIDDLE_DOT = 0x30FB
#: Readers of GB 18030 and GBK; and plain costs from which a character is no likelier than half of one and a clean mark.
GB_READERS, RARE_WITH_MARK = ("gb18030", "cp936", "gbk"), 13.0
#: A sequence of UTF-8 that may not be complete, at the end of some bytes.
LEADING = re.compile(rb"[\xc2-\xf4][\x80-\xbf]*\Z")
#: Bytes around a character of two places that tell which it came from.
AROUND = 12


def resolve(encoded: Encoded, codes: Codes, reader: str, written: str, *, layers: int = 1) -> Encoded:
    """ENCODED with those bytes, where READER has two places for one of CODES, that read better in WRITTEN; and with what
    readers put for bytes that they do not show.
    """
    if reader == encodings.FALLBACK:
        return recut(encoded, codes, written)
    if written == "utf-8" and reader in encodings.SINGLE:
        return unspace(encoded, reader)
    if written == "utf-8" and reader in GB_READERS and layers == 1:  # what is between layers is rare anyway
        encoded = free(encoded, codes)
    if written == "utf-8" and reader == "cp932":
        encoded = unmark(encoded, codes)
    twins = encodings.load(reader).twins
    places = have_twins(reader).take(codes, mode="clip").nonzero()[0]
    if not len(places):
        return encoded
    data = bytearray(encoded.data)
    starts = encoded.starts[places].tolist()
    options = [twins[code] for code in codes[places].tolist()]
    for some in rounds(starts):
        parts: list[bytes] = []
        for k in some:
            low, high = max(0, starts[k] - AROUND), starts[k] + 2 + AROUND
            own, at = bytes(data[low:high]), starts[k] - low
            parts += (own, *(own[:at] + twin.to_bytes(2, "big") + own[at + 2 :] for twin in options[k]))
        costs = iter(zip(prices(parts, written), parts, strict=True))
        for k in some:
            best, part = next(costs)
            for _ in options[k]:
                cost, other = next(costs)
                if cost + SELDOM < best:
                    best, part = cost + SELDOM, other
            low = max(0, starts[k] - AROUND)
            data[low : low + len(part)] = part
    return Encoded(bytes(data), encoded.starts, encoded.known)


def rounds(starts: list[int]) -> list[list[int]]:
    """The numbers of STARTS in lists, one after another to be decided: what is in the same is too far apart to matter to
    one another, and what stands before in the same surroundings is decided before.
    """
    found: list[list[int]] = []
    depth = 0
    for k, start in enumerate(starts):
        depth = depth + 1 if k and start - starts[k - 1] < AROUND + 2 else 0
        if depth == len(found):
            found.append([])
        found[depth].append(k)
    return found


@cache
def have_twins(reader: str) -> NDArray[np.bool_]:
    """By code point, whether READER has two places for it; those beyond the BMP share the last, which has not."""
    found = np.zeros(0x10000, np.bool_)
    found[[code for code in encodings.load(reader).twins if code < len(found) - 1]] = True
    return found


def unspace(encoded: Encoded, reader: str) -> Encoded:
    """ENCODED with byte A0 where a space broke a sequence of UTF-8: A0 is a no-break space to most READERS, and many
    programs make that a plain one.

    A space behind two bytes of three is A0 if a second one follows, or if nothing else is missing; otherwise the third
    byte was dropped and the space may be one. Where A0 gives a character that hardly anybody writes, the line lost
    other bytes to spaces as well (C1 controls), and those within a character or where its end should be are LOST.
    """
    data = encoded.data
    if b" " not in data or encodings.load(reader).encode(NO_BREAK).data != b"\xa0" or not BROKEN.search(data):
        return encoded
    lines = data.split(b"\n")
    for k, line in enumerate(lines):
        inner = INNER_SPACE.sub(b"\\1\xa0", line)
        last = LAST_SPACE.sub(b"\\1\xa0", inner)
        filled = last if is_whole(last) else LAST_OF_TWO.sub(b"\\1\xa0", inner)
        if filled != line:
            at = np.flatnonzero(np.frombuffer(filled, np.uint8) != np.frombuffer(line, np.uint8)).tolist()
            seen = to_codes("".join(filled[max(0, place - 2) : place + 3].decode("utf-8", "ignore") for place in at))
            # Between two layers stand signs, such as † for E2 80 A0, that are rare in text.
            usual = model.plain_costs(seen[seen >= 0x3400]).max(initial=0.0) < UNUSUAL
            lines[k] = filled = filled if usual else SPACES.sub(_lose, line)
        if AMID.search(filled):
            lines[k] = AMID.sub(b"\\1" + bytes([LOST]), filled)
    return Encoded(b"\n".join(lines), encoded.starts, encoded.known)


def _lose(match: re.Match[bytes]) -> bytes:
    """A broken sequence with LOST for the spaces that stand in it."""
    found = match[0]
    return found.replace(b" ", bytes([LOST]), 3 - len(found.replace(b" ", b"")))


def is_whole(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unmark(encoded: Encoded, codes: Codes) -> Encoded:
    """ENCODED with LOST for each ・ that stands where UTF-8 cannot have 81 45: Japanese Windows puts it for what it cannot
    read. It stands for two bytes, the second of which is LOST as well.
    """
    places = encoded.starts[:-1][codes == MIDDLE_DOT]
    if not len(places):
        return encoded
    data = bytearray(encoded.data)
    for at in places.tolist():
        before = LEADING.search(data[max(0, at - 3) : at])
        missing = 0 if before is None else 2 + (before[0][0] >= 0xE0) + (before[0][0] >= 0xF0) - len(before[0])
        if missing != 1 or 0x80 <= data[at + 2 : at + 3].ljust(1)[0] < 0xC0:
            data[at : at + 2] = bytes((LOST, LOST))
    return Encoded(bytes(data), encoded.starts, encoded.known)


def free(encoded: Encoded, codes: Codes) -> Encoded:
    """ENCODED with those full-width marks as UTF-8 that stand for themselves, behind a character that lost its end.

    鍥剧墖灏哄 is 图片尺寸 without its last bytes, which formed no character of GBK; a clean （ behind it has A3 A8, which would
    make 壨 of the byte that is left. A mark is clean if that character is rare, or if its second byte fits nowhere.
    """
    marks = np.flatnonzero(are_inner_marks().take(codes, mode="clip"))
    if not len(marks):
        return encoded
    data, starts = encoded.data, encoded.starts
    pieces: list[bytes] = []
    sizes = np.diff(starts)
    at = 0
    for k in marks.tolist():
        start, end = int(starts[k]), int(starts[k + 1])
        before = LEADING.search(data[max(0, start - 2) : start])
        if before is None or not 0xE1 <= before[0][0] <= 0xEF:
            continue
        if len(before[0]) == 1:
            whole = (before[0] + data[start:end]).decode("utf-8", "replace")
            if len(whole) == 1 and float(model.plain_costs(to_codes(whole))[0]) < RARE_WITH_MARK:
                continue
        itself = chr(int(codes[k])).encode("utf-8")
        pieces += (data[at:start], itself)
        sizes[k], at = len(itself), end
    if not pieces:
        return encoded
    return Encoded(b"".join([*pieces, data[at:]]), np.concatenate([[0], np.cumsum(sizes)]), encoded.known)


@cache
def are_inner_marks() -> NDArray[np.bool_]:
    """By code point: full-width marks whose bytes in GBK may both be bytes of UTF-8 that begin no character."""
    found = np.zeros(0x10000, np.bool_)
    for code in (*range(0x2010, 0x2027), *range(0x3000, 0x3020), *range(0xFF01, 0xFF5F)):
        data = chr(code).encode("gbk", "ignore")
        found[code] = len(data) == 2 and all(0x80 <= byte < 0xC0 for byte in data)
    return found
