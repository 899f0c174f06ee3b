"""Japanese inside Chinese text: stretches with kana are no script of Chinese and are left alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textfix.script.characters import NEWLINE, Codes, is_han

#: What ends a clause: a line break, or punctuation of sentences and quotations.
STOPS = np.array([ord(c) for c in '\n，。！？；：「」『』“”‘’（）()《》〈〉【】[],!?;"\t|'], dtype=np.uint32)
#: Characters that Chinese of today cannot do without and Japanese never writes; folded to simplified.
CHINESE = np.array(
    [ord(c) for c in "们这那吗呢吧啊你您她它么没还让给哪谁怎咱啦哦跟呀嘛們這嗎麼沒還讓給誰為为对對说說过過个個"],
    dtype=np.uint32,
)
#: Kana that make a clause Japanese: fewer are a sign that Chinese borrows.
FEWEST = 2


def places(codes: Codes) -> NDArray[np.int64]:
    """Which of CODES stand in Japanese, as a sorted array of indices.

    A line is Japanese where more than a tenth of its letters is kana and nothing is only Chinese; a clause where it holds two kana and next to
    nothing that only Chinese writes. A lone の in a Chinese clause counts for nothing.
    """
    at = np.flatnonzero(is_kana(codes))
    if len(at) < FEWEST:
        return at[:0]
    bounds = np.concatenate([[-1], np.flatnonzero(codes == NEWLINE), [len(codes)]])
    number, many = np.unique(np.searchsorted(bounds, at), return_counts=True)
    line = number[many >= FEWEST] - 1
    if not len(line):
        return line
    starts, sizes = bounds[line] + 1, bounds[line + 1] - bounds[line]
    own = np.repeat(np.arange(len(line)), sizes)  # which of these lines
    place = np.arange(len(own)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + starts[own]
    here = codes.take(place, mode="clip")  # each line with its newline; the last line's is past the end
    here[place == len(codes)] = NEWLINE
    kana, han, chinese = is_kana(here), is_han(here), np.isin(here, CHINESE)
    stops = np.isin(here, STOPS)
    clause: NDArray[np.int64] = np.cumsum(stops) - stops
    japanese = (
        (sums(kana, own) >= FEWEST)
        & (10 * sums(kana, own) > sums(han, own) + sums(kana, own))
        & (sums(chinese, own) == 0)
    )[own]
    japanese |= (
        (sums(kana, clause) >= FEWEST)
        & (sums(kana, clause) >= 4 * sums(chinese, clause))
        & (6 * sums(kana, clause) > sums(han, clause))
    )[clause]
    found: NDArray[np.int64] = place[japanese & (place < len(codes))]
    return found


def is_kana(codes: Codes) -> NDArray[np.bool_]:
    """Hiragana and katakana; not the marks, which Chinese text borrows."""
    return codes - np.uint32(0x3041) < np.uint32(0x30FB - 0x3041)


def sums(marks: NDArray[np.bool_], owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many of MARKS each stretch has."""
    return np.bincount(owner, weights=marks, minlength=int(owner[-1]) + 1).astype(np.int64)
