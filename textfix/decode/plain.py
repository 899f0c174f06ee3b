"""Chinese that is plain to see: the characters of any longer text are among the commoner ones.

A wrong reading of the same bytes gives rare characters, or none. Where enough text is at hand, that settles the encoding
at the cost of decoding it once; the model is for what is short, rare, badly damaged or not Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from textfix import model
from textfix.batch import Codes, to_codes
from textfix.decode import ranking
from textfix.decode.marks import find_high
from textfix.decode.profile import HOLE, profile
from textfix.decode.sample import condense
from textfix.decode.scripts import count_scripts

#: Bytes from the first one above 7F on that are looked at; if fewer than FEW of them are above 7F and there are more to
#: be had, the stretches around such bytes within REACH.
LOOK, FEW, REACH = 256, 80, 8192
#: Nats that settle it, and that each place which cannot be read takes away.
ENOUGH, LOST = 21.0, 12.0
#: What the right reading costs less than noise, in nats for each byte above 7F: Chinese 1.4 to 2.6 in 40 characters (99
#: of 100 pieces), the same bytes in the other encoding below −0.7, Japanese and Korean below 1.0. And in all, besides.
PER_BYTE, SURPLUS = 1.1, 7.0
#: One byte above 7F in so many is A4 or A5 in EUC-JP; if so in Big5, too, it is made sure of.
KANA = 5
#: The kinds of Big5, each wider than the one before or of another place.
BIG5 = ("cp950", "big5hkscs", "big5-uao")


@dataclass(frozen=True, slots=True)
class Known:
    """An encoding that is plain to see: its odds in nats, and the text."""

    codec: str
    odds: float
    text: str


@cache
def list_common(bound: float) -> Codes:
    """The code points of Chinese characters and punctuation that cost less than BOUND nats."""
    signs = to_codes("、。《》「」，：；？！（）“”")
    codes: Codes = np.concatenate([np.arange(0x4E00, 0x9FA6, dtype=np.uint32), signs])
    found: Codes = codes[model.plain_costs(codes) < bound]
    return found


def recognise(data: bytes) -> Known | None:
    """The encoding of DATA if it is plainly Chinese, and reads on to the end; None if it must be weighed.

    >>> recognise(("图书馆周末上午九点开门，借书证请在前台办理。" * 4).encode("gb18030")).codec
    'gb18030'
    """
    start = find_high(data)
    part = data[start : start + LOOK]
    high = ranking.count_high(part)
    if high < FEW and start + LOOK < len(data):
        part = condense(data[start : start + REACH])[:LOOK]
        high = ranking.count_high(part)
    noise = ranking.noise(part)
    gb, big5 = (noise - ranking.weigh(part, codec) for codec in ("gb18030", "cp950"))
    gain = max(gb, big5)
    odds = min(gain, abs(gb - big5))
    if odds < ENOUGH or gain < SURPLUS + PER_BYTE * high:
        return None
    first = "gb18030" if gb > big5 else "cp950"
    # Kana of EUC-JP, A4A1 to A5F6, are among the simplest and commonest characters in Big5.
    if (
        big5 > gb
        and (part.count(b"\xa4") + part.count(b"\xa5")) * KANA > high
        and noise > ranking.weigh(part, "euc_jp")
    ):
        return None
    try:
        return Known(first, odds, data.decode(first))
    except UnicodeDecodeError:
        pass
    codec, text = _choose(data, first)
    odds -= LOST * text.count(chr(HOLE))
    return Known(codec, odds, text) if odds >= ENOUGH else None


def _choose(data: bytes, first: str) -> tuple[str, str]:
    """The text of DATA, some of which FIRST cannot read, in that of its kind in which it costs least."""
    if first not in BIG5:
        return first, data.decode(first, "replace")
    found = []
    for encoding in profile().doubles:
        if encoding.codec in BIG5:
            text = data.decode(encoding.codec, "replace")
            cost = ranking.weigh_text(text) - encoding.prior
            if encoding.codec == "big5-uao":
                cost += profile().weights["simplified"] * count_scripts(text)[0]
            found.append((cost, encoding.codec, text))
    return min(found)[1:]
