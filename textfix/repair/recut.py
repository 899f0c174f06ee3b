"""Characters between U+0080 and U+00FF that came from one byte or from two, cut again as the bytes read best."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from textfix import model
from textfix.batch import Codes
from textfix.encodings import HOLE, LOST, Encoded
from textfix.repair.lossy import NEWLINE, SOFT_HYPHEN, pair, pairs

#: Nats against a byte that was dropped without a trace, and against two that form no character.
SKIPPED, UNREAD = 16.0, 20.0
#: The same for a soft hyphen where what stands before the character is counted. Of 24 characters with one that lost
#: it 2 % are wrong then (at 16 nats 4 %, by plain frequency 7 %), and of those with none 0.6 % (0.8 %, 1.0 %).
DROPPED = 9.0
#: Plain costs from which a character is rare; and ways that are kept.
RARE, CUTS = 10.5, 24


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
