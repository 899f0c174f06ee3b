"""Charts: lists of all characters of an encoding, in the order of their bytes.

They have no language that a model could know, but they say by what they leave out whose list it is: what the chart
passes over is what the encoding does not have.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from textfix.decode.profile import HOLE, is_known, profile

#: Codes that a chart has at least, of two bytes and of one, and how many of them follow their neighbour directly.
LEAST, LEAST_SINGLE, DIRECTLY = 200, 60, 0.7
#: Codes at the beginning that are looked at first.
GLANCE = 64
#: Nats against an encoding: a code of the chart that it has not, one of its own that the chart passes over (editions
#: differ by some), and the most that one gap counts, for charts leave out whole parts.
FOREIGN, PASSED_OVER, GAP = 2.0, 1.0, 100.0
#: Encodings of two bytes and their priors in nats; of those that have the same, the first is named.
DOUBLES = {
    "gb18030": 0.0, "gb2312": -1.0, "gbk": -1.0, "cp950": -1.0, "big5": -2.0, "big5hkscs": -2.0, "big5-eten": -3.0,
    "big5-uao": -4.0, "cp949": -2.0, "euc_kr": -3.0, "johab": -5.0, "cp932": -2.0, "euc_jp": -3.0, "euc-tw": -4.0,
}  # fmt: skip
#: A part of the encoding that is named, with the same characters in it.
NAMED = {"gbk": "gb18030"}

_PAIR = re.compile(rb"[\x81-\xfe][\x40-\xfe]")
_SINGLE = re.compile(rb"[\x80-\xff]")

Tokens = NDArray[np.int64]


def read_chart(data: bytes) -> list[tuple[str, float]] | None:
    """The encodings whose chart DATA may be, with nats for each, the likeliest first; None if it is no chart.

    >>> data = b" ".join(bytes([lead, trail]) for lead in range(0xB0, 0xF8) for trail in range(0xA1, 0xFF))
    >>> read_chart(data)[0][0]
    'gb2312'
    """
    for pattern, kind, least in ((_PAIR, ">u2", LEAST), (_SINGLE, "u1", LEAST_SINGLE)):
        glance = [found[0] for found, _ in zip(pattern.finditer(data), range(GLANCE), strict=False)]
        if _share(_tokens(glance, kind)) < DIRECTLY:
            continue
        tokens = _tokens(pattern.findall(data), kind)
        if len(tokens) >= least and _share(tokens) >= DIRECTLY:
            return sorted(_judge(tokens, single=kind == "u1"), key=lambda found: -found[1])
    return None


def _tokens(found: list[bytes], kind: str) -> Tokens:
    return np.frombuffer(b"".join(found), kind).astype(np.int64)


def _share(tokens: Tokens) -> float:
    """How many of TOKENS follow the one before directly."""
    return float((np.diff(tokens) == 1).mean()) if len(tokens) > GLANCE // 2 else 0.0


@cache
def _has(codec: str) -> NDArray[np.bool_]:
    """Which pairs of bytes (first << 8 | second) are a character in CODEC; four of Hong Kong are two code points."""
    found = np.zeros(1 << 16, np.bool_)
    for pair in range(0x8140, 0xFEFF):
        with contextlib.suppress(UnicodeError):
            text = pair.to_bytes(2, "big").decode(codec)
            found[pair] = len(text) == 1 or len(text.encode(codec)) == 2
    return found


def _candidates(single: bool) -> Iterator[tuple[str, float, NDArray[np.bool_]]]:
    if single:
        plan = profile()
        yield from ((one.codec, one.prior, plan.charts[row] != HOLE) for row, one in enumerate(plan.singles))
    else:
        yield from ((codec, prior, _has(codec)) for codec, prior in DOUBLES.items() if is_known(codec))


def _judge(tokens: Tokens, *, single: bool) -> Iterator[tuple[str, float]]:
    for codec, prior, has in _candidates(single):
        foreign = int((~has[tokens]).sum())
        up_to = np.cumsum(has)
        gaps = np.where(np.diff(tokens) > 0, up_to[tokens[1:] - 1] - up_to[tokens[:-1]], 0)
        yield NAMED.get(codec, codec), prior - FOREIGN * foreign - PASSED_OVER * float(np.minimum(gaps, GAP).sum())
