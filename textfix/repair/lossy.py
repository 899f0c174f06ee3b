"""Bytes of two-byte encodings of which some are lost, paired as they were written.

A reader that drops a first byte shifts all that follows by half a character, until ASCII or the next loss. Where a loss
stands, the bytes around it are paired anew: of all ways to cut them into characters, some with a byte that is not
known, the one that costs least by the plain frequency of its characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textfix import encodings, model
from textfix.batch import Codes, to_codes
from textfix.encodings import HOLE, LOST, Decoded, Encoded

QUESTION = 0x3F
#: Bytes that stand for what is not known.
MISSING = (LOST, QUESTION)
#: Bytes of one run: all from `?` up may be part of a character, or a loss.
RUN = re.compile(rb"[\x3f-\xff]+")
DAMAGE = re.compile(rb"[\x80-\xfe]\?|\?[\x80-\xfe]|\xff")
#: Nats: a character of which one byte is lost, or both; a mark that stands for both; a byte that fits nowhere; a
#: question mark that is one, and one that stands for a byte; a letter of ASCII among Chinese.
HALF, BOTH, WHOLE, STRAY, ASKED, SWALLOWED, LETTER = 8.0, 10.0, 11.0, 14.0, 8.0, 1.0, 7.0
IMPOSSIBLE = 1e3
#: Nats against the second place of a character that a reader has two places for.
SELDOM = 2.0
#: Nats against a byte that was dropped without a trace, and against two that form no character.
SKIPPED, UNREAD = 16.0, 20.0
#: The same for a soft hyphen where what stands before the character is counted. Of 24 characters with one that lost
#: it 2 % are wrong then (at 16 nats 4 %, by plain frequency 7 %), and of those with none 0.6 % (0.8 %, 1.0 %).
DROPPED = 9.0
#: Plain costs from which a character is rare; and ways that are kept.
RARE, CUTS = 10.5, 24
SOFT_HYPHEN, NEWLINE = b"\xad", 0x0A
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


@cache
def pairs(written: str) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """For each two bytes (first << 8 | second) the character they are in WRITTEN, HOLE if none, and its plain cost."""
    packed, length = encodings.load(written).table
    codes = np.flatnonzero(length == 2)
    char = np.full(1 << 16, HOLE, np.uint32)
    char[packed[codes]] = codes
    cost = model.plain_costs(char)
    cost[char == HOLE] = IMPOSSIBLE
    return char, cost


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


def recut(encoded: Encoded, codes: Codes, written: str) -> Encoded:
    """CODES as bytes again after a reader that took what is UTF-8 as UTF-8 and the rest byte by byte: û may be FB or C3 BB.

    Of all ways the cheapest is taken: by the plain frequency of the characters in WRITTEN, and in lines that have a place
    for doubt (bytes joined, lost, or a rare character) by what stands before them. Soft hyphens get lost on the way, so a
    second byte AD may be missing.
    """
    starts, data = encoded.starts.tolist(), encoded.data
    # A row of one character has nothing to tell how it is cut.
    same = codes[1:] == codes[:-1]
    row = np.zeros(len(codes), np.bool_)
    row[1:-1] = same[1:] & same[:-1]
    alone = row | np.append(row[1:], False) | np.append(False, row[:-1])
    double = ((codes >= 0xA0) & (codes < 0x100) & ~alone).tolist()
    options = [
        [one, bytes((0xC0 | code >> 6, 0x80 | code & 0x3F))] if two else [one]
        for one, code, two in zip(
            (data[low:high] for low, high in pairwise(starts)), codes.tolist(), double, strict=True
        )
    ]
    breaks = (np.flatnonzero(codes[:-1] == NEWLINE) + 1).tolist()
    pieces: list[bytes] = []
    for end in (*breaks, len(codes)):
        line = options[len(pieces) : end]
        plain = cut_plainly(line, written)
        pieces += cut_in_context(line, written) if is_doubtful(plain, line, written) else plain
    sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
    return Encoded(b"".join(pieces), np.concatenate([[0], np.cumsum(sizes)]), encoded.known)


def cut_plainly(line: list[list[bytes]], written: str) -> list[bytes]:
    """One of the options for each character of LINE, all together the cheapest by plain frequency; with LOST behind a
    first byte whose second was dropped."""
    price = pairs(written)[1].tolist()
    # For each byte that waits for its second (0 = none) the least that everything so far costs, and what led there.
    ways: dict[int, tuple[float, Any]] = {0: (0.0, None)}
    for options in line:
        following: dict[int, tuple[float, Any]] = {}
        for waiting, (so_far, before) in ways.items():
            for option in options:
                for skip in (b"", bytes((LOST,))) if waiting else (b"",):
                    total, now = so_far + SKIPPED * len(skip), 0 if skip else waiting
                    for byte in option:
                        if now:
                            total += min(price[now << 8 | byte], UNREAD)
                            now = 0
                        elif byte >= 0x81:
                            now = byte
                        elif byte >= 0x80:
                            total += UNREAD
                    if now not in following or total < following[now][0]:
                        following[now] = total, (before, skip, option)
        ways = following
    return pieces_of(min(ways.values(), key=lambda found: found[0])[1])


def pieces_of(way: Any) -> list[bytes]:
    """The bytes of each character along WAY, (the way before, what was put before this character, its bytes)."""
    pieces: list[bytes] = []
    skips: list[bytes] = []
    while way is not None:
        way, skip, option = way
        pieces.append(option)
        skips.append(skip)
    pieces, skips = pieces[::-1], skips[::-1]
    return [piece + skip for piece, skip in zip(pieces, [*skips[1:], b""], strict=True)]


def is_doubtful(pieces: list[bytes], line: list[list[bytes]], written: str) -> bool:
    """Whether PIECES of LINE have joined bytes, or lost ones, or form a rare character."""
    if any(piece != options[0] for piece, options in zip(pieces, line, strict=True)):
        return True
    _, text = pair(b"".join(pieces), written)
    han = np.array([code for code in text if code >= 0x80], np.uint32)
    return bool((model.plain_costs(han) > RARE).any())


def cut_in_context(line: list[list[bytes]], written: str) -> list[bytes]:
    """The same as `cut_plainly`, each character priced behind the one before it."""
    char, _ = pairs(written)
    ways: list[tuple[float, int, int, Any]] = [(0.0, 0, NEWLINE, None)]  # cost, byte that waits, last character, way
    for options in line:
        some: list[tuple[float, int, int, int, Any]] = []  # the same with the character that is new, 0 for none
        for so_far, waiting, last, before in ways:
            for option in options:
                for skip in (b"", bytes((LOST,))) if waiting else (b"",):
                    total, now, new = so_far, waiting, 0
                    if skip:
                        new, now = int(char[waiting << 8 | SOFT_HYPHEN[0]]), 0
                        total += DROPPED if new != HOLE else UNREAD
                    for byte in option:
                        if now:
                            new = int(char[now << 8 | byte])
                            total += UNREAD * (new == HOLE)
                            now = 0
                        elif byte >= 0x81:
                            now = byte
                        elif byte >= 0x80:
                            total += UNREAD
                        else:
                            new = byte
                    some.append((total, now, last, new, (before, skip, option)))
        last_ones, new_ones = (np.array([way[place] for way in some], np.uint32) for place in (2, 3))
        price = np.where(new_ones > 0, model.pair_costs(last_ones, new_ones), 0.0).tolist()
        best: dict[tuple[int, int], tuple[float, int, int, Any]] = {}
        for (total, now, last, new, way), more in zip(some, price, strict=True):
            last = new or last
            if (now, last) not in best or total + more < best[now, last][0]:
                best[now, last] = total + more, now, last, way
        ways = sorted(best.values(), key=lambda way: way[0])[:CUTS]
    return pieces_of(ways[0][3])


def prices(parts: list[bytes], written: str) -> list[float]:
    """What the bytes of each of PARTS cost in WRITTEN, cut as is best: a character may begin with its first byte or its
    second, which then leaves half of one before it.
    """
    if written == "utf-8":
        return [BOTH * part.decode("utf-8", "replace").count("\ufffd") for part in parts]
    # All at once, a newline behind each.
    texts = [[*pair(part[skip:], written)[1], NEWLINE] for part in parts for skip in (0, 1)]
    codes = np.array([code for text in texts for code in text], np.uint32)
    costs = np.where(codes == HOLE, BOTH, model.costs(codes))
    costs[np.cumsum([len(text) for text in texts]) - 1] = 0.0
    first = np.cumsum([0, *(len(text) for text in texts[:-1])])
    whole = np.add.reduceat(costs, first).reshape(-1, 2)
    whole[:, 1] += HALF
    found: list[float] = whole.min(axis=1).tolist()
    return found


def decode(encoded: Encoded, written: str) -> Decoded:
    """The bytes of ENCODED as text in WRITTEN: as its charmap reads them, but for runs that have a loss."""
    plain = encodings.load(written).decode(encoded.data)
    if written == "utf-8" or not DAMAGE.search(encoded.data):
        return plain
    codes: list[NDArray[np.uint32]] = []
    starts: list[NDArray[np.int64]] = []
    done = 0
    for run in RUN.finditer(encoded.data):
        if not DAMAGE.search(run[0]):
            continue
        low, high = np.searchsorted(plain.starts, run.span())
        if plain.starts[low] != run.start() or plain.starts[high] != run.end():
            continue  # four bytes of GB18030, two of which are digits
        cut, text = pair(run[0], written)
        codes += (plain.codes[done:low], np.array(text, np.uint32))
        starts += (plain.starts[done:low], np.array(cut, np.int64) + run.start())
        done = int(high)
    codes.append(plain.codes[done:])
    starts.append(plain.starts[done:])
    return Decoded(np.concatenate(codes), np.concatenate(starts))


def pair(run: bytes, written: str) -> tuple[list[int], list[int]]:
    """Where the characters of RUN start, and their code points: HOLE for those of which a byte is not known."""
    _, back = cheapest(run, written)
    cut, text = [], []
    at = len(run)
    while at:
        at, code = back[at]
        cut.append(at)
        text.append(code)
    return cut[::-1], text[::-1]


def cheapest(run: bytes, written: str) -> tuple[list[float], list[tuple[int, int]]]:
    """For each end of a character in RUN the least that everything before costs, and where that character starts and
    its code point.
    """
    char, cost = pairs(written)
    data = np.frombuffer(run, np.uint8).astype(np.int64)
    couples = (data[:-1] << 8) | data[1:]
    known, chars = cost[couples].tolist(), char[couples].tolist()
    best = [0.0] + [IMPOSSIBLE * len(run)] * len(run)
    back: list[tuple[int, int]] = [(0, 0)] * (len(run) + 1)
    size = len(run)
    for at, byte in enumerate(run):
        so_far = best[at]
        after = at + 1
        following = run[after] if after < size else -1
        if byte in MISSING or following in MISSING:
            for width, price, code in damaged(byte, following):
                if so_far + price < best[at + width]:
                    best[at + width], back[at + width] = so_far + price, (at, code)
            continue
        if byte < 0x80:
            if so_far + LETTER < best[after]:
                best[after], back[after] = so_far + LETTER, (at, byte)
            continue
        if so_far + STRAY < best[after]:
            best[after], back[after] = so_far + STRAY, (at, HOLE)
        if following >= 0:
            price = so_far + min(known[at], STRAY)
            if price < best[at + 2]:
                best[at + 2], back[at + 2] = price, (at, chars[at])
    return best, back


def damaged(byte: int, following: int) -> Iterator[tuple[int, float, int]]:
    """How many bytes the character may have that begins with BYTE before the one that is FOLLOWING (-1 for none), where one
    of the two stands for a loss; each with its price and its code point.
    """
    unknown, vague = byte in MISSING, following in MISSING
    if byte == LOST:
        yield 1, WHOLE, HOLE
    elif byte == QUESTION:
        yield 1, ASKED, QUESTION
    else:
        yield 1, *((LETTER, byte) if byte < 0x80 else (STRAY, HOLE))
    if following >= 0:
        asked = SWALLOWED * ((byte == QUESTION) + (following == QUESTION))
        if unknown and vague:
            yield 2, BOTH + asked, HOLE
        elif unknown or byte >= 0x80:
            yield 2, HALF + asked, HOLE
