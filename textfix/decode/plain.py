"""Chinese that is plain to see: most characters of any longer text are among the few hundred commonest ones.

A wrong reading of the same bytes hits them no more often than chance does. Where enough text is at hand, that settles
the encoding at the cost of decoding it once; the model is for what is short, rare, damaged or not Chinese.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from textfix import model
from textfix.batch import Codes, to_codes

#: Bytes from the first one above 7F on that are looked at.
LOOK = 400
#: A character that costs less than this (nats) is common.
COMMON = 7.6
#: How many characters beyond ASCII are common in Chinese, and in what is read wrongly (both taken unfavourably).
RIGHT, WRONG = 0.6, 0.15
#: Nats that settle it, and that each place which cannot be read takes away.
ENOUGH, HOLE = 40.0, 12.0
#: Characters whose script is named.
SCRIPT = 1024

ASCII = bytes(range(0x80))
_HIGH = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Known:
    """An encoding that is plain to see: its odds in nats, and the code points of the beginning."""

    codec: str
    odds: float
    codes: Codes


@cache
def list_common(bound: float = COMMON) -> Codes:
    """The code points of Chinese characters and punctuation that cost less than BOUND nats."""
    signs = to_codes("、。《》「」，：；？！（）“”")
    codes: Codes = np.concatenate([np.arange(0x4E00, 0x9FA6, dtype=np.uint32), signs])
    found: Codes = codes[model.plain_costs(codes) < bound]
    return found


@cache
def _common() -> frozenset[str]:
    return frozenset(map(chr, list_common().tolist()))


def _weigh(part: bytes, codec: str) -> float:
    """Nats by which the characters of PART are common ones in CODEC."""
    text = part.decode(codec, "ignore")
    foreign = len(part.translate(None, ASCII)) / 2  # lost bytes count as characters that are not common
    hits = sum(map(_common().__contains__, text))
    return hits * math.log(RIGHT / WRONG) + max(0.0, foreign - hits) * math.log((1 - RIGHT) / (1 - WRONG))


def recognise(data: bytes) -> Known | None:
    """The encoding of DATA if it is plainly Chinese, and reads on to the end; None if it must be weighed.

    >>> recognise(("图书馆周末上午九点开门，借书证请在前台办理。" * 4).encode("gb18030")).codec
    'gb18030'
    """
    found = _HIGH.search(data)
    if found is None:
        return None
    part = data[found.start() : found.start() + LOOK]
    gb, big5 = _weigh(part, "gb18030"), _weigh(part, "cp950")
    odds = max(gb, big5)
    if odds < ENOUGH or min(gb, big5) > 0:
        return None
    best = None
    for codec in ("gb18030",) if gb > big5 else ("cp950", "big5hkscs"):
        text = data.decode(codec, "replace")
        holes = text.count("\ufffd")
        if best is None or holes < best[0]:
            best = (holes, codec, text)
        if not holes:
            break
    assert best is not None
    holes, codec, text = best
    odds -= HOLE * holes
    return Known(codec, odds, to_codes(text[:SCRIPT])) if odds >= ENOUGH else None
